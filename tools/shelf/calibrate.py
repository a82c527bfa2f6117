"""Shifts the scores of trained weights so that the default threshold counts well.

    detect --cfg shelf.cfg --weights RUN/shelf.weights --threshold 0.05 --no-image --jsonl found.jsonl FOLDER/images
    python3 calibrate.py --weights RUN/shelf.weights --out shelf.weights found.jsonl FOLDER/labels

FOLDER holds rendered pictures that were not trained on; real photos are for measuring, never for this. The score at which
products are counted best there becomes --threshold: one number is added to the objectness bias of every head. That hardly
touches the order of the scores, and so the average precision; it changes what a threshold means.
"""
import argparse
import json
import math
import os

import numpy as np
import torch

from darknet import Network

HERE = os.path.dirname(os.path.abspath(__file__))
LEAST = .05                     # no score below this is looked at
LENIENCE = .04                  # how much worse than the best a score may count


def logit(score):
    """The inverse of the logistic function."""
    return math.log(score / (1 - score))


def count_error(found, threshold):
    """Mean over pictures of |found - true| / true; `found` holds (scores, true count) pairs."""
    return float(np.mean([abs((scores >= threshold).sum() - true) / true for scores, true in found]))


def best_threshold(found):
    """The lowest score that counts nearly as well as the best: what is drawn scores higher than what is real."""
    steps = np.arange(LEAST, .9, .01)
    errors = np.array([count_error(found, step) for step in steps])
    good = steps[errors <= errors.min() + LENIENCE]
    return float(good[0]), errors.min()


def shift_objectness(network, amount):
    """Adds `amount` to the objectness bias of each anchor of each head."""
    with torch.no_grad():
        for head in network.heads:
            bias = network.layers[head["layer"] - 1][0].bias
            bias.view(len(head["anchors"]), -1)[:, 4] += amount


def product_scores(found, labels, fewest):
    """(scores of the products found, true count) of each picture with enough products: one of 3 says little."""
    pairs = []
    for line in open(found):
        result = json.loads(line)
        stem = os.path.splitext(os.path.basename(result["file"]))[0]
        true = sum(row.split()[0] == "0" for row in open(os.path.join(labels, stem + ".txt")))
        if true >= fewest:
            pairs.append((np.array([d["score"] for d in result["detections"] if d["class_id"] == 0]), true))
    return pairs


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("found", help="what detect found, as JSON lines")
    parser.add_argument("labels", help="folder of the true boxes")
    parser.add_argument("--cfg", default=os.path.join(HERE, "..", "..", "configs", "shelf.cfg"))
    parser.add_argument("--weights", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--threshold", type=float, default=.25)
    parser.add_argument("--fewest", type=int, default=40, help="products of a picture that counts")
    arguments = parser.parse_args()
    network = Network(arguments.cfg)
    seen = network.load_weights(arguments.weights)
    score, error = best_threshold(product_scores(arguments.found, arguments.labels, max(1, arguments.fewest)))
    shift = logit(arguments.threshold) - logit(score)
    shift_objectness(network, shift)
    network.save_weights(arguments.out, seen)
    print(f"products are counted best at {score:.2f} (mean error {error:.3f}): objectness biases {shift:+.3f}")


if __name__ == "__main__":
    main()
