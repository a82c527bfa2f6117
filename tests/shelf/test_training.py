"""The training side: weights survive a round trip, the cfg keeps its limits, and the loss and the views do what they say.

    python3 tests/shelf/test_training.py

Skips, saying so, where its Python packages are missing.
"""
import os
import random
import sys
import tempfile
import unittest

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "tools", "shelf"))
CFG = os.path.join(ROOT, "configs", "shelf.cfg")

try:
    import cv2                                                  # noqa: F401 (only whether it is there)
    import numpy as np
    import torch
    MISSING = None
except ImportError as error:
    MISSING = f"skipped: {error}; see tools/shelf/requirements.txt"


@unittest.skipIf(MISSING, MISSING)
class NetworkOfTheCfg(unittest.TestCase):
    def setUp(self):
        from darknet import Network
        torch.manual_seed(3)
        self.network = Network(CFG).eval()

    def test_limits(self):
        self.assertLessEqual(self.network.operations, 2.5e9)
        self.assertLessEqual(4 * sum(part.numel() for part in self.network.parts()), 4e6)

    def test_weights_round_trip(self):
        from darknet import Network
        other = Network(CFG).eval()
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "x.weights")
            self.network.save_weights(path, 77)
            self.assertEqual(os.path.getsize(path), 20 + 4 * sum(part.numel() for part in self.network.parts()))
            self.assertEqual(other.load_weights(path), 77)
        value = torch.rand(1, 3, 96, 128)
        with torch.no_grad():
            for a, b in zip(self.network(value), other(value)):
                self.assertTrue(torch.equal(a, b))


@unittest.skipIf(MISSING, MISSING)
class Learning(unittest.TestCase):
    def test_ciou(self):
        from loss import ciou
        a = torch.tensor([[0, 0, 2, 2], [0, 0, 2, 2.0]])
        b = torch.tensor([[0, 0, 2, 2], [1, 0, 3, 2.0]])
        iou, complete = ciou(a, b)
        self.assertAlmostEqual(float(iou[1]), 1 / 3, places=5)
        self.assertAlmostEqual(float(complete[0]), 1, places=5)
        self.assertAlmostEqual(float(complete[1]), 1 / 3 - 1 / 13, places=5)

    def test_a_prediction_has_one_owner(self):
        from loss import assign
        predictions, owners = torch.tensor([5, 6, 5, 7]), torch.tensor([0, 0, 1, 1])
        cost, iou = torch.tensor([2., 3., 1., 4.]), torch.tensor([.9, .9, .9, .9])
        chosen = assign(cost, iou, predictions, owners, 2)
        self.assertEqual(sorted(chosen.tolist()), [2])          # each may have one; prediction 5 goes to the cheaper

    def test_loss_falls_on_one_picture(self):
        from darknet import Network, decode
        from loss import loss
        torch.manual_seed(1)
        network = Network(CFG).train()
        picture = torch.rand(2, 3, 96, 96)
        targets = torch.tensor([[0, 0, 10, 10, 40, 60], [1, 1, 50, 50, 72, 64.0]])
        optimiser = torch.optim.AdamW(network.parameters(), 2e-3)
        values = []
        for _ in range(12):
            total, _ = loss(network(picture), network.heads, targets, decode)
            optimiser.zero_grad()
            total.backward()
            optimiser.step()
            values.append(float(total.detach()))
        self.assertLess(values[-1], .8 * values[0])

    def test_views_keep_boxes_on_their_objects(self):
        from samples import random_view
        picture = np.zeros((300, 400, 3), np.uint8)
        picture[100:180, 120:200] = 255
        boxes = np.array([[0, 120, 100, 200, 180]], np.float32)
        for seed in range(20):
            view, inside = random_view(picture, boxes, 256, random.Random(seed))
            for _, x0, y0, x1, y1 in inside:
                part = view[int(y0) + 2:int(y1) - 2, int(x0) + 2:int(x1) - 2]
                self.assertGreater(part.min(), 140)


if __name__ == "__main__":
    if MISSING:
        print(MISSING)
    unittest.main()
