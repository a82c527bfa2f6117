"""The networks that are compared: each in a folder with its cfg, a picture, and the files that the peers read."""
import hashlib
import json
import os
import re
import subprocess
import sys

import numpy as np

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


def make_picture(shape, path):
    """Smooth colours with noise, in the network's size, so that no engine resizes it; returns it as float."""
    channels, height, width = shape
    random = np.random.default_rng(1)
    coarse = random.integers(0, 256, (height // 24 + 2, width // 24 + 2, channels))
    fine = coarse.repeat(24, 0).repeat(24, 1)[:height, :width] + random.integers(-16, 17, (height, width, channels))
    pixels = fine.clip(0, 255).astype(np.uint8)
    with open(path, "wb") as file:
        file.write(b"P%d %d %d 255\n" % (6 if channels == 3 else 5, width, height) + pixels.tobytes())
    return np.ascontiguousarray(pixels.transpose(2, 0, 1).astype("f4") / np.float32(255))


def stamp(*paths):
    """Changes when one of the files does, or the code that converts them."""
    code = [os.path.join(HERE, name) for name in ("graph.py", "ncnn_file.py", "network.py", "onnx_file.py")]
    seen = [(path, os.stat(path).st_size, os.stat(path).st_mtime_ns) for path in [*paths, *code] if path]
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()


def prepare(name, folder, shared):
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
    if not weights:
        if not shared:
            sys.exit(f"peers: {name} has no weights, and DETECT_SHARED names no folder with tools/random_weights.py")
        weights = os.path.join(folder, "network.weights")
        tool = os.path.join(shared, "tools", "random_weights.py")
        subprocess.run([sys.executable, tool, own_cfg, weights], check=True)
    graph = read_graph(own_cfg, weights)
    np.save(os.path.join(folder, "input.npy"), make_picture(graph.shape, os.path.join(folder, "picture.pnm")))
    write_onnx(graph, os.path.join(folder, "network.onnx"))
    about = {"name": title, "cfg": own_cfg, "weights": weights, "shape": graph.shape, "outputs": graph.outputs,
             "ncnn_outputs": write_ncnn(graph, os.path.join(folder, "network")), "stamp": fresh}
    with open(described, "w", encoding="utf-8") as file:
        json.dump(about, file)
    return Network(folder)
