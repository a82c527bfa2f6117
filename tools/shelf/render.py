"""Draws shelf photos with exact boxes.

    python3 render.py --seed 7 --count 100 OUT      writes OUT/images/*.jpg, OUT/labels/*.txt (YOLO) and OUT/coco.json

What is difficult (stage.py) or thinner than --smallest has no label. In coco.json it is a crowd of one: `detect eval
--coco` then takes a detection of it for neither right nor wrong.

Picture n of a seed is a function of the two numbers alone: any picture can be drawn again, alone and on any machine with
the same packages and fonts. Pictures share a catalogue of products in blocks, because drawing a product costs as much
as drawing a tenth of a scene.
"""
import argparse
import json
import os
import random

import cv2
import numpy as np

from catalogue import Catalogue
from lettering import Lettering
from photo import develop
from scene import Scene
from stage import CLASS_NAMES

BLOCK = 64                      # pictures that share one catalogue
DEFAULT_INPUT = 544             # width and height of configs/shelf.cfg
SIZES = ((640, 640), (640, 480), (480, 640), (640, 360), (360, 640), (768, 576), (576, 768))


class Renderer:
    """Pictures of one seed."""

    def __init__(self, seed, block=BLOCK, products=260):
        self.seed, self.block, self.products = seed, block, products
        self.lettering = Lettering()
        self.catalogue_number, self.catalogue = None, None

    def render(self, number, scale=1.0):
        """(picture uint8 BGR, boxes float32 [n][5]: class, x0, y0, x1, y1 in pixels) of picture `number`; the class is
        -1 - class for what is difficult."""
        if number // self.block != self.catalogue_number:
            self.catalogue_number = number // self.block
            self.catalogue = Catalogue(f"{self.seed} {self.catalogue_number}", self.lettering, self.products)
        rng = random.Random(f"picture {self.seed} {number}")
        width, height = rng.choice(SIZES)
        scene = Scene(f"scene {self.seed} {number}", self.catalogue, self.lettering,
                      (round(width * scale), round(height * scale)))
        scene.compose()
        generator = np.random.default_rng(rng.getrandbits(64))
        picture = develop(scene.pixels(), generator)
        return picture, np.array(scene.visible_boxes(), np.float32).reshape(-1, 5)


def settled(boxes, width, height, smallest=0.0):
    """The boxes [n][5], those thinner than `smallest` pixels of the default input among the difficult ones."""
    boxes = np.array(boxes, np.float32).reshape(-1, 5)
    thin = np.min(boxes[:, 3:] - boxes[:, 1:3], 1) * DEFAULT_INPUT / max(width, height) < smallest
    boxes[thin & (boxes[:, 0] >= 0), 0] = -1 - boxes[thin & (boxes[:, 0] >= 0), 0]
    return boxes


def label_lines(boxes, width, height):
    """YOLO label text: class, centre and size relative to the picture; without what is difficult."""
    return "".join(f"{int(c)} {(x0 + x1) / 2 / width:.6f} {(y0 + y1) / 2 / height:.6f} {(x1 - x0) / width:.6f} "
                   f"{(y1 - y0) / height:.6f}\n" for c, x0, y0, x1, y1 in boxes if c >= 0)


class CocoFile:
    """Ground truth as COCO has it; what is difficult is a crowd."""

    def __init__(self):
        self.images, self.annotations = [], []

    def add(self, name, boxes, width, height):
        """One picture, its boxes in pixels."""
        number = len(self.images) + 1
        self.images.append({"id": number, "file_name": name, "width": width, "height": height})
        for c, x0, y0, x1, y1 in np.asarray(boxes, float).round(2).tolist():
            wide, high = round(x1 - x0, 2), round(y1 - y0, 2)
            self.annotations.append({"id": len(self.annotations) + 1, "image_id": number, "iscrowd": int(c < 0),
                                     "category_id": int(c if c >= 0 else -1 - c) + 1, "bbox": [x0, y0, wide, high],
                                     "area": round(wide * high, 2)})

    def write(self, path):
        """All of it."""
        categories = [{"id": n + 1, "name": name} for n, name in enumerate(CLASS_NAMES)]
        with open(path, "w") as file:
            json.dump({"images": self.images, "annotations": self.annotations, "categories": categories}, file)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=16)
    parser.add_argument("--scale", type=float, default=1.0, help="picture size factor")
    parser.add_argument("--smallest", type=float, default=8,
                        help="boxes thinner than this have no label: pixels of the picture at the default input (8)")
    parser.add_argument("--quality", type=int, default=92, help="JPEG quality of the files")
    arguments = parser.parse_args()
    renderer, coco = Renderer(arguments.seed), CocoFile()
    for folder in ("images", "labels"):
        os.makedirs(os.path.join(arguments.out, folder), exist_ok=True)
    for number in range(arguments.first, arguments.first + arguments.count):
        picture, boxes = renderer.render(number, arguments.scale)
        stem = f"{arguments.seed:03d}-{number:06d}"
        height, width = picture.shape[:2]
        boxes = settled(boxes, width, height, arguments.smallest)
        cv2.imwrite(os.path.join(arguments.out, "images", stem + ".jpg"), picture,
                    [cv2.IMWRITE_JPEG_QUALITY, arguments.quality])
        with open(os.path.join(arguments.out, "labels", stem + ".txt"), "w") as file:
            file.write(label_lines(boxes, width, height))
        coco.add(stem + ".jpg", boxes, width, height)
    coco.write(os.path.join(arguments.out, "coco.json"))


if __name__ == "__main__":
    main()
