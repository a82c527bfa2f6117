"""Shifts the scores of trained weights so that the default threshold counts well.

    python3 calibrate.py --weights RUN/shelf.weights --out shelf.weights FOLDER

FOLDER holds rendered pictures (images/ and labels/) that were not trained on; real photos are for measuring, never for
this. The score at which products are counted best there becomes --threshold: one number is added to the objectness bias of
every head, which keeps the order of all scores and so changes no AP, only what a threshold means.
"""
import argparse
import glob
import math
import os

import cv2
import numpy as np
import torch

from darknet import Network
from evaluate import detections, read_labels

HERE = os.path.dirname(os.path.abspath(__file__))
LEAST = .05                     # no score below this is looked at


def logit(score):
    """The inverse of the logistic function."""
    return math.log(score / (1 - score))


def count_error(found, threshold):
    """Mean over pictures of |found - true| / true; `found` holds (scores, true count) pairs."""
    return float(np.mean([abs((scores >= threshold).sum() - true) / true for scores, true in found]))


def best_threshold(found):
    """The score that counts best, in the middle of those within a hair of it."""
    steps = np.arange(LEAST, .9, .01)
    errors = np.array([count_error(found, step) for step in steps])
    good = steps[errors <= errors.min() + .003]
    return float(good[len(good) // 2]), errors.min()


def shift_objectness(network, amount):
    """Adds `amount` to the objectness bias of each anchor of each head."""
    with torch.no_grad():
        for head in network.heads:
            bias = network.layers[head["layer"] - 1][0].bias
            bias.view(len(head["anchors"]), -1)[:, 4] += amount


def product_scores(network, folder):
    """(scores of the products found, true count) of each picture that has products."""
    found = []
    for path in sorted(glob.glob(os.path.join(folder, "images", "*.jpg"))):
        picture = cv2.imread(path)
        stem = os.path.splitext(os.path.basename(path))[0]
        truth = read_labels(os.path.join(folder, "labels", stem + ".txt"), picture.shape[1], picture.shape[0], {})
        true = int((truth[:, 0] == 0).sum())
        if true:
            boxes = detections(network, picture, least=LEAST)
            found.append((boxes[boxes[:, 5] == 0, 4], true))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--cfg", default=os.path.join(HERE, "..", "..", "configs", "shelf.cfg"))
    parser.add_argument("--weights", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--threshold", type=float, default=.25)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    network = Network(arguments.cfg)
    seen = network.load_weights(arguments.weights)
    network.eval()
    score, error = best_threshold(product_scores(network, arguments.folder))
    shift = logit(arguments.threshold) - logit(score)
    shift_objectness(network, shift)
    network.save_weights(arguments.out, seen)
    print(f"products are counted best at {score:.2f} (mean error {error:.3f}): objectness biases {shift:+.3f}")


if __name__ == "__main__":
    main()
