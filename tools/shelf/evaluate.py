"""Measures weights on a folder of pictures with YOLO labels: AP at IoU 0.5, precision, recall and count error a class.

    python3 evaluate.py --weights shelf.weights FOLDER [--size 640] [--tile 2] [--draw OUT] [--only 1] [--map 0=1]

FOLDER holds images/ and labels/. For development; `detect eval` is the measure that counts. --tile N cuts the picture
into about N overlapping parts along its longer side, next to the whole, and merges what they find.
"""
import argparse
import glob
import os

import cv2
import numpy as np
import torch

from darknet import Network, decode

HERE = os.path.dirname(os.path.abspath(__file__))


def letterbox(picture, width, height):
    """(input tensor, scale, left, top) as `detect` sees the picture."""
    rows, columns = picture.shape[:2]
    scale = min(width / columns, height / rows)
    new_w, new_h = max(1, int(columns * scale)), max(1, int(rows * scale))
    left, top = (width - new_w) // 2, (height - new_h) // 2
    canvas = np.full((height, width, 3), 127, np.uint8)
    shrink = cv2.resize(picture, (new_w, new_h), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    canvas[top:top + new_h, left:left + new_w] = shrink
    return torch.from_numpy(canvas[..., ::-1].copy()).permute(2, 0, 1).float()[None] / 255, scale, left, top


def suppress(boxes, scores, limit):
    """Indices kept by greedy suppression; boxes [n][4], best first."""
    order = np.argsort(-scores, kind="stable")
    area = np.prod(boxes[:, 2:] - boxes[:, :2], 1)
    kept = []
    while len(order):
        best = order[0]
        kept.append(best)
        rest = order[1:]
        wide = np.minimum(boxes[best, 2], boxes[rest, 2]) - np.maximum(boxes[best, 0], boxes[rest, 0])
        high = np.minimum(boxes[best, 3], boxes[rest, 3]) - np.maximum(boxes[best, 1], boxes[rest, 1])
        shared = wide.clip(0) * high.clip(0)
        order = rest[shared / (area[best] + area[rest] - shared + 1e-9) <= limit]
    return kept


@torch.no_grad()
def raw_detections(network, picture, size, least):
    """[n][6]: corners in picture pixels, score, class."""
    inputs, scale, left, top = letterbox(picture, size, size)
    output = decode(network(inputs), network.heads)[0].numpy()
    scores = 1 / (1 + np.exp(-output[:, 4:5])) / (1 + np.exp(-output[:, 5:]))
    rows, classes = np.nonzero(scores > least)
    boxes = output[rows, :4]
    boxes[:, [0, 2]] = ((boxes[:, [0, 2]] - left) / scale).clip(0, picture.shape[1])
    boxes[:, [1, 3]] = ((boxes[:, [1, 3]] - top) / scale).clip(0, picture.shape[0])
    return np.concatenate([boxes, scores[rows, classes][:, None], classes[:, None]], 1)


def detections(network, picture, size=640, tile=1, least=.01, limit=.45):
    """The detections of one picture after suppression, by class."""
    found = [raw_detections(network, picture, size, least)]
    height, width = picture.shape[:2]
    if tile > 1:
        side = max(height, width) / tile * 1.2
        columns, rows = max(1, int(np.ceil(width / side * 1.1))), max(1, int(np.ceil(height / side * 1.1)))
        for row in range(rows):
            for column in range(columns):
                x = 0 if columns == 1 else (width - side) * column / (columns - 1)
                y = 0 if rows == 1 else (height - side) * row / (rows - 1)
                x0, y0, x1, y1 = int(max(0, x)), int(max(0, y)), int(min(width, x + side)), int(min(height, y + side))
                part = raw_detections(network, picture[y0:y1, x0:x1], size, least)
                margin = 4                              # what a seam cut is found whole by the neighbour
                cut = (((part[:, 0] < margin) & (x0 > 0)) | ((part[:, 1] < margin) & (y0 > 0))
                       | ((part[:, 2] > x1 - x0 - margin) & (x1 < width))
                       | ((part[:, 3] > y1 - y0 - margin) & (y1 < height)))
                part = part[~cut]
                part[:, [0, 2]] += x0
                part[:, [1, 3]] += y0
                found.append(part)
    found = np.concatenate(found)
    kept = []
    for label in np.unique(found[:, 5]):
        rows = np.nonzero(found[:, 5] == label)[0]
        kept += list(rows[suppress(found[rows, :4], found[rows, 4], limit)])
    return found[kept]


def overlaps(a, b):
    """IoU matrix."""
    wide = np.minimum(a[:, None, 2], b[None, :, 2]) - np.maximum(a[:, None, 0], b[None, :, 0])
    high = np.minimum(a[:, None, 3], b[None, :, 3]) - np.maximum(a[:, None, 1], b[None, :, 1])
    shared = wide.clip(0) * high.clip(0)
    return shared / (np.prod(a[:, 2:] - a[:, :2], 1)[:, None] + np.prod(b[:, 2:] - b[:, :2], 1)[None] - shared + 1e-9)


def average_precision(results, label, threshold=.5):
    """(AP over 101 points, best F1, its score, precision, recall) over [(detections, truth [n][5])]."""
    scores, hits, total = [], [], 0
    for found, truth in results:
        mine = found[found[:, 5] == label]
        mine = mine[np.argsort(-mine[:, 4], kind="stable")]
        boxes = truth[truth[:, 0] == label][:, 1:]
        total += len(boxes)
        free = np.ones(len(boxes), bool)
        matrix = overlaps(mine[:, :4], boxes) if len(mine) and len(boxes) else np.zeros((len(mine), len(boxes)))
        for row in range(len(mine)):
            scores.append(mine[row, 4])
            candidates = np.where(free, matrix[row], 0) if len(boxes) else np.zeros(0)
            best = int(candidates.argmax()) if len(candidates) else -1
            hit = best >= 0 and candidates[best] >= threshold
            if hit:
                free[best] = False
            hits.append(hit)
    if not total or not scores:
        return 0.0, 0.0, 0.0, 0.0, 0.0
    order = np.argsort(-np.array(scores), kind="stable")
    true = np.cumsum(np.array(hits)[order])
    precision, recall = true / np.arange(1, len(order) + 1), true / total
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    points = np.searchsorted(recall, np.linspace(0, 1, 101), side="left")
    area = np.mean([envelope[p] if p < len(envelope) else 0 for p in points])
    f1 = 2 * precision * recall / (precision + recall + 1e-9)
    best = int(f1.argmax())
    return area, f1[best], np.array(scores)[order][best], precision[best], recall[best]


def read_labels(path, width, height, renames):
    """Truth [n][5]: class, corners in pixels."""
    rows = []
    if os.path.exists(path):
        for line in open(path):
            label, x, y, w, h = map(float, line.split()[:5])
            rows.append([renames.get(int(label), int(label)), (x - w / 2) * width, (y - h / 2) * height,
                         (x + w / 2) * width, (y + h / 2) * height])
    return np.array(rows, float).reshape(-1, 5)


def draw(picture, found, least):
    """The picture with the boxes above `least`."""
    picture = picture.copy()
    for x0, y0, x1, y1, score, label in found:
        if score >= least:
            cv2.rectangle(picture, (int(x0), int(y0)), (int(x1), int(y1)),
                          [(0, 255, 0), (0, 0, 255), (255, 0, 255)][int(label)], max(1, max(picture.shape) // 600))
    return picture


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--cfg", default=os.path.join(HERE, "..", "..", "configs", "shelf.cfg"))
    parser.add_argument("--weights", required=True)
    parser.add_argument("--size", type=int, default=640)
    parser.add_argument("--tile", type=float, default=1)
    parser.add_argument("--threshold", type=float, default=.3, help="score for counts and drawings")
    parser.add_argument("--limit", type=float, default=.45, help="IoU of suppression")
    parser.add_argument("--only", type=int, help="measure this class alone")
    parser.add_argument("--map", default="", help="rename label classes, such as 0=1")
    parser.add_argument("--draw", help="folder for pictures with boxes")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    network = Network(arguments.cfg)
    network.load_weights(arguments.weights)
    network.eval()
    renames = {int(a): int(b) for a, b in (pair.split("=") for pair in arguments.map.split(",") if pair)}
    results = []
    for folder in arguments.folders:
        inner = os.path.join(folder, "images")
        paths = sorted(glob.glob(os.path.join(inner if os.path.isdir(inner) else folder, "*.*")))
        for path in paths:
            picture = cv2.imread(path)
            if picture is None:
                continue
            stem = os.path.splitext(os.path.basename(path))[0]
            truth = read_labels(os.path.join(folder, "labels", stem + ".txt"), picture.shape[1], picture.shape[0], renames)
            found = detections(network, picture, arguments.size, arguments.tile, limit=arguments.limit)
            results.append((found, truth))
            if arguments.draw:
                os.makedirs(arguments.draw, exist_ok=True)
                cv2.imwrite(os.path.join(arguments.draw, stem + ".png"), draw(picture, found, arguments.threshold))
    for label, name in enumerate(("product", "price tag", "gap")):
        if arguments.only in (None, label) and sum((truth[:, 0] == label).sum() for _, truth in results):
            area, f1, score, precision, recall = average_precision(results, label)
            errors = [abs(((f[:, 5] == label) & (f[:, 4] >= arguments.threshold)).sum() - (t[:, 0] == label).sum())
                      / max(1, (t[:, 0] == label).sum()) for f, t in results if (t[:, 0] == label).any()]
            print(f"{name:10s} AP50 {area:.4f}  best F1 {f1:.4f} at {score:.3f} (precision {precision:.3f} recall "
                  f"{recall:.3f})  count error at {arguments.threshold}: {np.mean(errors):.3f}")


if __name__ == "__main__":
    main()
