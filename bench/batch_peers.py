#!/usr/bin/env python3
"""Folders of photos, side by side with the Python script that people write with OpenCV. For development only.

    python3 -m venv VENV && VENV/bin/pip install opencv-python-headless numpy onnx
    make && DETECT_SHARED=FOLDER VENV/bin/python bench/batch_peers.py [--count 1000] [--big 100] [--cores 2]

1. COUNT photos of 0.2 to 1.2 megapixels, made from those of DETECT_SHARED, through yolo-fastest-1.1 to annotated JPEGs
   and JSON lines; the script does the same with imread, dnn, NMSBoxes, rectangle, putText and imwrite.
2. BIG photos of 12 megapixels to JSON lines only, where `detect` may use --draft.

Both take turns over slices of the photos, as whole processes, on the same cores. OpenCV up to 4 reads the Darknet
network itself; later ones get an ONNX copy, made by tools/peers_convert.py of DETECT_SHARED. The script finds fewer objects
with either: it looks at the best class of a box only, as people do.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

import cv2
import numpy as np

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
THRESHOLD, NMS, SLICES, QUALITY = 0.25, 0.45, 5, 90


# ---- The peer: a script as people write it -----------------------------------------------------------------------------

class Darknet:
    """OpenCV reads the network and decodes its heads."""

    def __init__(self, model):
        self.net = cv2.dnn.readNetFromDarknet(f"{model}/model.cfg", f"{model}/model.weights")
        self.names = self.net.getUnconnectedOutLayersNames()

    def rows(self, blob):
        self.net.setInput(blob)
        return np.concatenate(self.net.forward(self.names))


class Onnx:
    """The heads' inputs as they are: boxes are decoded here."""

    def __init__(self, model, onnx, size):
        self.net, self.size = cv2.dnn.readNetFromONNX(onnx), size
        self.names = self.net.getUnconnectedOutLayersNames()
        anchors, self.heads = None, []
        for line in open(f"{model}/model.cfg"):
            key, _, value = line.partition("=")
            if key.strip() == "mask":
                mask = [int(v) for v in value.split(",")]
            if key.strip() == "anchors":
                anchors = np.array([float(v) for v in value.split(",")]).reshape(-1, 2)
                self.heads.append(anchors[mask])

    def rows(self, blob):
        self.net.setInput(blob)
        outputs = sorted(self.net.forward(self.names), key=lambda o: o.shape[2])
        found = []
        for head, anchors in zip(outputs, self.heads):
            count, height, width = len(anchors), head.shape[2], head.shape[3]
            v = head[0].reshape(count, -1, height, width)
            xy, scores = 1 / (1 + np.exp(-v[:, :2])), 1 / (1 + np.exp(-v[:, 4:]))
            x = (xy[:, 0] + np.arange(width)) / width
            y = (xy[:, 1] + np.arange(height)[:, None]) / height
            wh = np.exp(v[:, 2:4]) * anchors[:, :, None, None] / self.size
            rows = np.concatenate([x[:, None], y[:, None], wh, scores[:, :1], scores[:, 1:] * scores[:, :1]], 1)
            found.append(rows.transpose(0, 2, 3, 1).reshape(-1, rows.shape[1]))
        return np.concatenate(found)


def peer(model, onnx, size, listing, folder):
    names = open(f"{model}/model.names").read().splitlines()
    network = Onnx(model, onnx, size) if onnx else Darknet(model)
    lines = open(listing + ".peer.jsonl", "w")
    for path in open(listing).read().splitlines():
        image = cv2.imread(path)
        height, width = image.shape[:2]
        rows = network.rows(cv2.dnn.blobFromImage(image, 1 / 255, (size, size), swapRB=True))
        classes = rows[:, 5:].argmax(1)
        scores = rows[np.arange(len(rows)), 5 + classes]
        rows, classes, scores = (a[scores > THRESHOLD] for a in (rows, classes, scores))
        boxes = (rows[:, :4] - np.pad(rows[:, 2:4] / 2, ((0, 0), (0, 2)))) * [width, height, width, height]
        kept = cv2.dnn.NMSBoxesBatched(boxes.tolist(), scores.tolist(), classes.tolist(), THRESHOLD, NMS) if len(boxes) else []
        found = [{"class": names[classes[i]], "score": float(scores[i]), "box": boxes[i].tolist()} for i in kept]
        lines.write(json.dumps({"file": path, "detections": found}) + "\n")
        if folder:
            for one in found:
                x, y, w, h = (int(v) for v in one["box"])
                cv2.rectangle(image, (x, y), (x + w, y + h), (0, 255, 0), 2)
                cv2.putText(image, f"{one['class']} {one['score']:.2f}", (x, y - 4), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 255, 0))
            cv2.imwrite(os.path.join(folder, os.path.basename(path)), image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])


# ---- Photos ------------------------------------------------------------------------------------------------------------

def sources(shared, *folders):
    for folder in folders:
        for name in sorted(os.listdir(os.path.join(shared, folder))):
            if name.lower().endswith(".jpg") and "_c" not in name:
                yield os.path.join(shared, folder, name)


def make_photos(folder, paths, count, megapixels):
    """Copies at different sizes, mirrored, brighter and darker: no two are the same file."""
    os.makedirs(folder)
    made, dice = [], np.random.default_rng(1)
    while len(made) < count:
        image = cv2.imread(paths[len(made) % len(paths)])
        size = dice.uniform(*megapixels) * 1e6
        scale = (size / (image.shape[0] * image.shape[1])) ** 0.5
        image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
        image = cv2.convertScaleAbs(image[:, ::-1] if dice.random() < 0.5 else image, alpha=dice.uniform(0.8, 1.2))
        made.append(os.path.join(folder, f"photo{len(made)}.jpg"))
        cv2.imwrite(made[-1], image, [cv2.IMWRITE_JPEG_QUALITY, int(dice.integers(80, 96))])
    return made


# ---- Timing ------------------------------------------------------------------------------------------------------------

def timed(command):
    begin = time.time()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{command[0]} failed")
    return time.time() - begin, usage.ru_maxrss // 1024


def objects(path):
    return sum(len(json.loads(line).get("detections", [])) for line in open(path))


def side_by_side(title, photos, folder, ours, theirs):
    """Both over slices in turn; `ours` and `theirs` make a command for a list and a folder."""
    seconds, peak, found = [0.0, 0.0], [0, 0], [0, 0]
    for part in range(SLICES):
        listing = os.path.join(folder, f"{title}{part}.txt")
        with open(listing, "w") as file:
            file.write("".join(path + "\n" for path in photos[part::SLICES]))
        for i, command in enumerate((ours, theirs)):
            out = os.path.join(folder, f"{title}{part}-{i}")
            os.makedirs(out)
            took, rss = timed(command(listing, out))
            seconds[i] += took
            peak[i] = max(peak[i], rss)
        found[0] += objects(listing + ".jsonl")
        found[1] += objects(listing + ".peer.jsonl")
    rates = [len(photos) / s for s in seconds]
    for name, rate, rss, count in zip(("detect", "python"), rates, peak, found):
        print(f"{title:6} {name}: {rate:7.1f} images/s  {rss:4d} MB  {count} objects")
    print(f"{title:6} ratio: {rates[0] / rates[1]:.2f}", flush=True)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--count", type=int, default=1000)
    options.add_argument("--big", type=int, default=100)
    options.add_argument("--cores", type=int, default=2)
    options.add_argument("--detect", default=os.path.join(ROOT, "detect"))
    options = options.parse_args()
    shared = os.environ.get("DETECT_SHARED") or sys.exit("DETECT_SHARED must name the folder of test data")
    model, size, onnx = os.path.join(shared, "models", "yolo-fastest-1.1-coco"), 320, ""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:options.cores])
    print(f"OpenCV {cv2.__version__}, {options.cores} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        if not hasattr(cv2.dnn, "readNetFromDarknet"):
            onnx = os.path.join(folder, "model.onnx")
            subprocess.run([sys.executable, os.path.join(shared, "tools", "peers_convert.py"), f"{model}/model.cfg",
                            f"{model}/model.weights", onnx[:-5], str(size)], check=True, stdout=subprocess.DEVNULL)

        def theirs(write):
            return lambda listing, out: [sys.executable, os.path.abspath(__file__), "--peer", model, onnx, str(size), listing,
                                         out if write else ""]

        def ours(*more):
            return lambda listing, out: [options.detect, "--model", model, "-q", "--jsonl", listing + ".jsonl", "-o", out, *more,
                                         "@" + listing]
        if options.count:
            photos = make_photos(os.path.join(folder, "small"), list(sources(shared, "images", "coco/images")), options.count,
                                 (0.2, 1.2))
            side_by_side("small", photos, folder, ours(), theirs(True))
        if options.big:
            photos = make_photos(os.path.join(folder, "big"), list(sources(shared, "shelf/photos")), options.big, (12, 12.2))
            side_by_side("12 MP", photos, folder, ours("--no-image", "--draft"), theirs(False))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--peer"]:
        peer(sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5], sys.argv[6])
    else:
        main()
