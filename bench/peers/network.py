"""The networks that are compared: each in a folder with its cfg, a picture, and the files that the peers read."""
import hashlib
import json
import os
import re
import subprocess
import sys

import cv2
import numpy as np

MANY_BOXES = 100
HERE = os.path.dirname(os.path.abspath(__file__))
# The table of README.md. NAME@SIDE is NAME with an input of SIDE x SIDE.
DEFAULT = ["yolo-fastest-1.1-coco", "yolo-fastest-1.1-xl-coco", "yolov4-tiny@416", "yolov3-tiny@416",
           "yolov2-tiny-voc@416", "yolov7-tiny@416", "yolov2@416", "yolov3@416", "yolov4@416"]


class Network:
    """A folder that prepare() filled."""

    def __init__(self, folder):
        with open(os.path.join(folder, "network.json"), encoding="utf-8") as file:
            self.about = json.load(file)
        self.name, self.cfg, self.weights = (self.about[key] for key in ("name", "cfg", "weights"))
        self.threshold = self.about["threshold"]
        self.folder = folder
        self.onnx = os.path.join(folder, "network.onnx")
        self.ncnn = os.path.join(folder, "network")
        self.picture = os.path.join(folder, "picture.pnm")
        self.outputs = self.about["outputs"]  # [[value, shape, layer], ...]
        self.output_names = [value for value, _, _ in self.outputs]
        self.ncnn_outputs = self.about["ncnn_outputs"]

    @property
    def input(self):
        """What every engine gets: float [channels][height][width]."""
        return np.load(os.path.join(self.folder, "input.npy"))


def find(name, shared):
    """(title, cfg, weights or None, side or None) of NAME[@SIDE]: a cfg file, or a model or a cfg of the test data."""
    base, _, side = name.partition("@")
    places = [(base, base[:-4] + ".weights")] if base.endswith(".cfg") else []
    if shared:
        trained = os.path.join(shared, "models", base, "model")
        places += [(trained + ".cfg", trained + ".weights"), (os.path.join(shared, "cfg", base + ".cfg"), None)]
    for cfg, weights in places:
        if os.path.exists(cfg):
            title = os.path.basename(base).removesuffix(".cfg")
            return title, cfg, weights if weights and os.path.exists(weights) else None, int(side) if side else None
    sys.exit(f"peers: there is no network {name}" + ("" if shared else ": DETECT_SHARED names no folder of test data"))


def resized(text, side):
    """A cfg's text with another input size in its [net]."""
    net, rest = re.match(r"(.*?\[net(?:work)?\].*?)(\n\s*\[.*|\Z)", text, re.S).groups()
    for key in ("width", "height"):
        net = re.sub(rf"(?m)^\s*{key}\s*=.*$", f"{key}={side}", net)
    return net + rest


def make_picture(shape, path, photo):
    """The photo in the network's size, so that no engine resizes it, or smooth colours with noise where there is none;
    returns it as float."""
    channels, height, width = shape
    random = np.random.default_rng(1)
    if photo and channels == 3:
        pixels = cv2.resize(cv2.imread(photo), (width, height), interpolation=cv2.INTER_AREA)[:, :, ::-1]
    else:
        coarse = random.integers(0, 256, (height // 24 + 2, width // 24 + 2, channels))
        fine = coarse.repeat(24, 0).repeat(24, 1)[:height, :width] + random.integers(-16, 17, (height, width, channels))
        pixels = fine.clip(0, 255).astype(np.uint8)
    with open(path, "wb") as file:
        file.write(b"P%d %d %d 255\n" % (6 if channels == 3 else 5, width, height) + pixels.tobytes())
    return np.ascontiguousarray(pixels.transpose(2, 0, 1).astype("f4") / np.float32(255))


def find_threshold(detect, cfg, weights, picture):
    """Random weights find boxes anywhere: from this score on no more than a photo of many objects has."""
    low, high = 0.0, 1.0
    for _ in range(14):
        middle = (low + high) / 2
        command = [detect, "--cfg", cfg, "--weights", weights, "--resize", "stretch", "--nms", "none", "--no-image", "-q",
                   "--threshold", str(middle), "--jsonl", "-", picture]
        found = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)["detections"]
        low, high = (middle, high) if len(found) > MANY_BOXES else (low, middle)
    return high


def stamp(*paths):
    """Changes when one of the files does, or the code that converts them."""
    code = [os.path.join(HERE, name) for name in ("graph.py", "ncnn_file.py", "network.py", "onnx_file.py")]
    seen = [(path, os.stat(path).st_size, os.stat(path).st_mtime_ns) for path in [*paths, *code] if path]
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()


def prepare(name, folder, shared, detect):
    """The Network of NAME[@SIDE] under `folder`, converted unless that was done before. Raises graph.Unsupported."""
    from peers.graph import read_graph
    from peers.ncnn_file import write_ncnn
    from peers.onnx_file import write_onnx
    title, cfg, weights, side = find(name, shared)
    folder = os.path.join(folder, name.replace("/", "_"))
    described = os.path.join(folder, "network.json")
    fresh = stamp(cfg, weights)
    if os.path.exists(described) and json.load(open(described, encoding="utf-8"))["stamp"] == fresh:
        return Network(folder)
    os.makedirs(folder, exist_ok=True)
    text = open(cfg, encoding="utf-8", errors="replace").read()
    own_cfg = os.path.join(folder, "network.cfg")
    with open(own_cfg, "w", encoding="utf-8") as file:
        file.write(resized(text, side) if side else text)
    trained, picture = bool(weights), os.path.join(folder, "picture.pnm")
    if not weights:
        if not shared:
            sys.exit(f"peers: {name} has no weights, and DETECT_SHARED names no folder with tools/random_weights.py")
        weights = os.path.join(folder, "network.weights")
        tool = os.path.join(shared, "tools", "random_weights.py")
        subprocess.run([sys.executable, tool, own_cfg, weights], check=True)
    graph = read_graph(own_cfg, weights)
    photo = os.path.join(shared, "images", "dog.jpg") if shared else ""
    np.save(os.path.join(folder, "input.npy"), make_picture(graph.shape, picture, photo if os.path.exists(photo) else ""))
    write_onnx(graph, os.path.join(folder, "network.onnx"))
    about = {"name": title, "cfg": own_cfg, "weights": weights, "shape": graph.shape, "outputs": graph.outputs,
             "threshold": 0.25 if trained else find_threshold(detect, own_cfg, weights, picture),
             "ncnn_outputs": write_ncnn(graph, os.path.join(folder, "network")), "stamp": fresh}
    with open(described, "w", encoding="utf-8") as file:
        json.dump(about, file)
    return Network(folder)
