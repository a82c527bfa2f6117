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
class Growing(unittest.TestCase):
    CONVOLUTION = "[convolutional]\nbatch_normalize=1\nfilters=%d\nsize=%d\nstride=1\npad=1\nactivation=leaky\n"
    HEAD = "[convolutional]\nfilters=8\nsize=1\nactivation=linear\n[yolo]\nmask=0\nanchors=9,9\nclasses=3\nnum=1\n"

    def networks(self, folder):
        """A network, and the same with a residual block before its head, whose first layer is 1."""
        from darknet import Network
        start, block = "[net]\nwidth=32\nheight=32\n" + self.CONVOLUTION % (6, 3), self.CONVOLUTION % (4, 1)
        block += self.CONVOLUTION % (6, 3) + "[shortcut]\nfrom=-3\nactivation=linear\n"
        for name, text in (("old", start + self.HEAD), ("new", start + block + self.HEAD)):
            path = os.path.join(folder, name + ".cfg")
            with open(path, "w") as file:
                file.write(text)
            yield Network(path).eval()

    def test_the_grown_network_computes_the_same_and_learns(self):
        from grow import grow
        torch.manual_seed(5)
        with tempfile.TemporaryDirectory() as folder:
            old, new = self.networks(folder)
        for part in old.parts():
            torch.nn.init.uniform_(part, .1, 1)
        grow(old, new, [1])
        value = torch.rand(1, 3, 32, 32)
        self.assertTrue(torch.equal(old(value)[0], new(value)[0]))
        new(value)[0].square().sum().backward()
        self.assertGreater(float(new.layers[2][1].weight.grad.abs().max()), 0)

    def test_a_wrong_place_is_refused(self):
        from grow import grow
        with tempfile.TemporaryDirectory() as folder:
            old, new = self.networks(folder)
        with self.assertRaisesRegex(ValueError, "layer 0 starts no residual block"):
            grow(old, new, [0])
        with self.assertRaisesRegex(ValueError, "are not the"):
            grow(old, new, [])


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

    def test_what_is_difficult_is_neither_taught_nor_wrong(self):
        from loss import loss
        from darknet import Network, decode
        torch.manual_seed(2)
        network = Network(CFG).eval()
        maps = [m.detach().requires_grad_() for m in network(torch.rand(1, 3, 96, 96))]
        box = [20., 20, 60, 60]
        gradients = []
        for targets in (torch.zeros(0, 6), torch.tensor([[0, -1] + box]), torch.tensor([[0, 0] + box])):
            total, _ = loss(maps, network.heads, targets, decode)
            gradients.append(torch.cat([g.flatten() for g in torch.autograd.grad(total, maps)]))
        nothing, difficult, product = gradients
        freed = (difficult == 0) & (nothing != 0)
        self.assertGreater(int(freed.sum()), 0)                 # predictions in it are not pushed down
        self.assertTrue(torch.equal(difficult[~freed], nothing[~freed]))
        self.assertFalse(torch.equal(product, nothing))

    def test_what_a_view_cuts_becomes_difficult(self):
        from samples import boxes_of_view
        boxes = np.array([[1, 10, 10, 30, 30], [0, 10, 10, 13, 60], [0, 30, 10, 130, 60], [-1, 20, 20, 40, 40],
                          [0, 200, 10, 230, 40]], np.float32)
        inside = boxes_of_view(boxes, 1, 1, 0, 0, (0, 0, 50, 100))
        self.assertEqual(inside[:, 0].tolist(), [1, -1, -1, -1])
        self.assertEqual(boxes[:, 0].tolist(), [1, 0, 0, -1, 0])

    def test_default_views_often_show_the_whole_picture(self):
        from samples import WHOLE_VIEW, random_view
        picture = np.zeros((300, 400, 3), np.uint8)
        boxes = np.array([[0, 0, 0, 10, 10], [0, 390, 290, 400, 300]], np.float32)
        whole = 0
        for seed in range(40):
            _, inside = random_view(picture, boxes, WHOLE_VIEW, random.Random(seed))
            sides = inside[:, 3:] - inside[:, 1:3]
            whole += len(inside) == 2 and np.allclose(sides, 16, atol=.1)
        self.assertGreater(whole, 10)
        self.assertLess(whole, 35)

    def test_some_views_are_close_ups_of_an_object(self):
        from samples import CLOSE_FILLS, MOST_ENLARGED, framing, random_view
        boxes = np.array([[0, 100, 100, 140, 200]], np.float32)
        sides, close = [], 0
        for seed in range(400):
            scale, _, subject = framing((600, 800, 3), boxes, 352, random.Random(seed))
            if subject is not None:
                close += 1
                self.assertLessEqual(scale, MOST_ENLARGED)
                _, inside = random_view(np.zeros((600, 800, 3), np.uint8), boxes, 352, random.Random(seed))
                self.assertEqual(len(inside), 1)                # the subject is in the view, whole
                sides.append((inside[0, 4] - inside[0, 2]) / 352)
        self.assertGreater(close, 400 * .03)
        self.assertGreater(min(sides), CLOSE_FILLS[0] * .8)
        self.assertLess(max(sides), min(1, CLOSE_FILLS[1] * 1.25))

    def test_a_share_of_the_views_lies_on_a_side(self):
        import samples
        with tempfile.TemporaryDirectory() as folder:
            image_path, box_path = samples.cache_paths(folder, 0)
            cv2.imwrite(image_path, np.zeros((300, 400, 3), np.uint8))
            np.save(box_path, np.array([[0, 190, 100, 210, 200]], np.float32))      # five times as high as wide
            cache = samples.Cache(folder, 1)
            cache.refresh()
            lying = 0
            for seed in range(300):
                _, inside = cache.view(640, random.Random(seed))
                if len(inside) and inside[0, 3] - inside[0, 1] > 2 * (inside[0, 4] - inside[0, 2]):
                    lying += 1
        self.assertGreater(lying, 300 * samples.TURNED_SHARE * .4)
        self.assertLess(lying, 300 * samples.TURNED_SHARE * 2)

    def test_schedule(self):
        from train import rate_at
        self.assertAlmostEqual(rate_at(0, 0, 1, 100), .01)
        self.assertAlmostEqual(rate_at(100, .5, 1, 100), .505)
        self.assertAlmostEqual(rate_at(900, 1.2, 1, 100), .01)

    def test_scores_are_the_expected_overlap(self):
        from darknet import decode
        from loss import loss
        heads = [{"anchors": torch.tensor([[16., 16.]]), "stride": 8, "scale": 2.0}]
        targets = torch.tensor([[0, 0, 12, 12, 28, 28.]])
        maps = torch.zeros(1, 8, 8, 8)
        maps[:, 4] = -20.                                       # nothing is believed but one cell, wholly
        values = {}
        for level in (-4., 0., 4.):
            maps[0, 4, 6, 6] = level                            # far from the object: a negative
            values[level] = loss([maps.clone()], heads, targets, decode)[1]["objectness"]
        step = values[4.] - values[0.]
        self.assertAlmostEqual(step, (np.log1p(np.exp(4)) - np.log(2)) / 8, places=4)
        self.assertLess(values[-4.], values[0.])

    def test_calibration_moves_the_best_score_to_the_threshold(self):
        from calibrate import best_threshold, logit, shift_objectness
        from darknet import Network
        rng = np.random.default_rng(1)
        found = [(np.concatenate([rng.uniform(.5, .9, n), rng.uniform(.05, .3, n)]), n) for n in (40, 60, 80)]
        score, error = best_threshold(found)
        self.assertTrue(.28 <= score <= .31 and error == 0)
        network = Network(CFG).eval()
        value = torch.rand(1, 3, 64, 64)
        before = [m[:, 4::8].clone() for m in network(value)]
        shift_objectness(network, logit(.25) - logit(score))
        for old, new in zip(before, network(value)):
            self.assertTrue(torch.allclose(new[:, 4::8] - old, torch.tensor(logit(.25) - logit(score)), atol=1e-5))

    def test_turned_pictures_keep_boxes_on_their_objects(self):
        from samples import turned
        picture = np.zeros((300, 400, 3), np.uint8)
        picture[100:180, 120:230] = 255
        view, boxes = turned(picture, np.array([[2, 120, 100, 230, 180]], np.float32))
        self.assertEqual(view.shape, (400, 300, 3))
        label, x0, y0, x1, y1 = boxes[0].astype(int)
        self.assertEqual((label, x1 - x0, y1 - y0), (2, 80, 110))
        self.assertEqual(view[y0:y1, x0:x1].min(), 255)
        self.assertEqual(view.sum(), 80 * 110 * 3 * 255)

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
