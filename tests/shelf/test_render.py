"""The renderer: the same seed gives the same bytes, boxes lie in the picture and are tight, all classes occur.

    python3 tests/shelf/test_render.py

Skips, saying so, where its Python packages are missing.
"""
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools", "shelf"))

try:
    import cv2
    import numpy as np
    import skia                                                 # noqa: F401 (only whether it is there)
    MISSING = None
except ImportError as error:
    MISSING = f"skipped: {error}; see tools/shelf/requirements.txt"


@unittest.skipIf(MISSING, MISSING)
class Rendering(unittest.TestCase):
    """A handful of pictures, drawn once."""

    @classmethod
    def setUpClass(cls):
        from render import Renderer
        cls.count = 8
        renderer = Renderer(5)
        cls.pictures = [renderer.render(number) for number in range(cls.count)]

    def test_same_seed_same_bytes(self):
        from render import Renderer
        picture, boxes = Renderer(5).render(7)                 # alone, with an empty catalogue
        self.assertTrue((picture == self.pictures[7][0]).all())
        self.assertTrue((boxes == self.pictures[7][1]).all())

    def test_other_seed_other_picture(self):
        from render import Renderer
        picture, _ = Renderer(12).render(7)
        self.assertFalse(picture.shape == self.pictures[7][0].shape and (picture == self.pictures[7][0]).all())

    def test_boxes_lie_inside(self):
        for picture, boxes in self.pictures:
            height, width = picture.shape[:2]
            self.assertTrue((boxes[:, 1:] >= 0).all())
            self.assertTrue((boxes[:, 3] <= width).all() and (boxes[:, 4] <= height).all())
            self.assertTrue((boxes[boxes[:, 0] >= 0, 3:] - boxes[boxes[:, 0] >= 0, 1:3] >= 4.9).all())

    def test_classes(self):
        labels = np.concatenate([boxes[:, 0] for _, boxes in self.pictures])
        counts = [(labels == label).sum() for label in range(3)]
        self.assertGreater(counts[0], 15 * self.count)
        self.assertGreater(counts[1], 2 * self.count)
        self.assertGreater(counts[2], 0)

    def test_outline_is_tight(self):
        from catalogue import Catalogue
        from lettering import Lettering
        catalogue = Catalogue("tight", Lettering(), 24)
        for number in range(24):
            product = catalogue.product(number)
            alpha = product.image.toarray(colorType=skia.kRGBA_8888_ColorType)[..., 3] > 96
            rows, columns = np.nonzero(alpha.any(1))[0], np.nonzero(alpha.any(0))[0]
            self.assertEqual(product.outline[:, 0].min(), columns[0])
            self.assertEqual(product.outline[:, 0].max(), columns[-1] + 1)
            self.assertEqual(product.outline[:, 1].min(), rows[0])
            self.assertEqual(product.outline[:, 1].max(), rows[-1] + 1)

    def stage(self):
        """An empty stage whose world is the picture: one centimetre a pixel, seen from far in front."""
        from camera import Camera
        from stage import Stage
        stage = Stage("stage", None, None, (200, 100))
        stage.camera = Camera((200, 100), 1000, (0, 0), 1000, 0, 0, 0)
        return stage

    def square(self, stage, x0, y0, x1, y1):
        stage.add_box(0, np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], float))

    def test_covered_product_is_cut_or_dropped(self):
        stage = self.stage()
        self.square(stage, 20, 20, 60, 80)
        self.square(stage, 40, 20, 80, 80)                      # covers half of the first
        self.square(stage, 100, 20, 140, 80)
        self.square(stage, 102, 20, 150, 80)                    # leaves two columns of the third
        self.square(stage, 160, 20, 190, 80)
        self.square(stage, 164, 20, 194, 80)                    # leaves four columns of the fifth
        boxes = [tuple(round(v) for v in box) for box in stage.visible_boxes()]
        self.assertEqual(boxes, [(0, 20, 20, 40, 80), (0, 40, 20, 80, 80), (0, 102, 20, 150, 80),
                                 (-1, 160, 20, 164, 80), (0, 164, 20, 194, 80)])

    def test_what_is_thin_or_in_the_second_row_is_difficult(self):
        stage = self.stage()
        self.square(stage, 10, 20, 13, 80)
        for x in (20, 100):
            stage.add_box(1, np.array([[x, 20], [x + 40, 20], [x + 40, 80], [x, 80]], float), rear=True)
        self.square(stage, 115, 20, 160, 80)                    # covers more than half of the second in the rear
        stage.add_box(2, np.array([[70, 20], [73, 20], [73, 80], [70, 80]], float))
        boxes = [tuple(round(v) for v in box) for box in stage.visible_boxes()]
        self.assertEqual(boxes, [(-1, 10, 20, 13, 80), (-2, 20, 20, 60, 80), (0, 115, 20, 160, 80)])

    def test_upright_covers(self):
        stage = self.stage()
        self.square(stage, 100, 20, 140, 80)
        stage.cover(3, 40, -40, 40, 0)                          # picture columns 103 to 140
        self.assertEqual(stage.visible_boxes(), [])
        stage = self.stage()
        self.square(stage, 100, 20, 140, 80)
        stage.cover(20, 40, -40, 40, 0)
        (box,) = stage.visible_boxes()
        self.assertEqual(tuple(round(v) for v in box), (0, 100, 20, 120, 80))

    def test_a_corner_far_beside_covers_its_side_only(self):
        stage = self.stage()
        self.square(stage, 20, 20, 60, 80)
        self.square(stage, 120, 20, 160, 80)
        stage.claim(np.array([[100, -10], [1e9, -10], [1e9, 200], [100, 200]], float))
        self.assertEqual([round(box[1]) for box in stage.visible_boxes()], [20])

    def test_clip_polygon(self):
        from camera import clip_polygon
        square = np.array([[0, 0], [4, 0], [4, 4], [0, 4.0]])
        for window in (np.array([[1, 1], [9, 1], [9, 3], [1, 3.0]]), np.array([[1, 3], [9, 3], [9, 1], [1, 1.0]])):
            part = clip_polygon(square, window)
            self.assertEqual((part.min(0).tolist(), part.max(0).tolist()), ([1, 1], [4, 3]))
        self.assertLess(len(clip_polygon(square, square + 10)), 3)

    def test_a_good_share_of_the_boards_has_room_for_layers(self):
        from catalogue import Catalogue
        from lettering import Lettering
        from scene import Scene, Shop
        lettering = Lettering()
        catalogue = Catalogue("layers", lettering, 60)
        scene = Scene("layers", catalogue, lettering, (640, 480))
        scene.shop = Shop(scene.rng, lettering)
        scene.bottom, scene.top = -100, 100
        cells = [cell for _ in range(30) for cell in scene.stack_boards(120)]
        high = [cell for cell in cells
                if cell["opening"] > 1.9 * max(catalogue.size(number)[1] for number in cell["numbers"])]
        self.assertGreater(len(high), .08 * len(cells))
        self.assertLess(len(high), .5 * len(cells))

    def test_label_text(self):
        from render import label_lines
        self.assertEqual(label_lines([(1, 10, 20, 30, 60), (-1, 10, 20, 30, 60)], 100, 200),
                         "1 0.200000 0.200000 0.200000 0.200000\n")

    def test_what_is_difficult_is_a_crowd(self):
        from render import CocoFile, settled
        boxes = settled([(1, 10, 20, 30, 60), (0, 10, 20, 11.5, 60), (-2, 1, 2, 30, 40)], 272, 100, smallest=4)
        self.assertEqual(boxes[:, 0].tolist(), [1, -1, -2])
        self.assertEqual(settled([], 10, 10, 4).shape, (0, 5))
        coco = CocoFile()
        coco.add("a.jpg", boxes, 272, 100)
        told = [(a["category_id"], a["iscrowd"], a["bbox"]) for a in coco.annotations]
        self.assertEqual(told, [(2, 0, [10, 20, 20, 40]), (1, 1, [10, 20, 1.5, 40]), (2, 1, [1, 2, 29, 38])])


if __name__ == "__main__":
    if MISSING:
        print(MISSING)
    unittest.main()
