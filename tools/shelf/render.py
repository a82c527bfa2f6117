"""Draws shelf photos with exact boxes.

    python3 render.py --seed 7 --count 100 OUT      writes OUT/images/*.jpg and OUT/labels/*.txt (YOLO format)

Picture n of a seed is a function of the two numbers alone: any picture can be drawn again, alone and on any machine with
the same packages and fonts. Pictures share a catalogue of products in blocks, because drawing a product costs as much
as drawing a tenth of a scene.
"""
import argparse
import os
import random

import cv2
import numpy as np

from catalogue import Catalogue
from lettering import Lettering
from photo import develop
from scene import Scene

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
        """(picture uint8 BGR, boxes float32 [n][5]: class, x0, y0, x1, y1 in pixels) of picture `number`."""
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


def label_lines(boxes, width, height, smallest=0.0):
    """YOLO label text: class, centre and size relative to the picture; without boxes thinner than `smallest` pixels of
    the default input."""
    boxes = np.reshape(boxes, (-1, 5))
    if len(boxes):
        boxes = boxes[np.min(boxes[:, 3:] - boxes[:, 1:3], 1) * DEFAULT_INPUT / max(width, height) >= smallest]
    return "".join(f"{int(c)} {(x0 + x1) / 2 / width:.6f} {(y0 + y1) / 2 / height:.6f} {(x1 - x0) / width:.6f} "
                   f"{(y1 - y0) / height:.6f}\n" for c, x0, y0, x1, y1 in boxes)


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
    renderer = Renderer(arguments.seed)
    for folder in ("images", "labels"):
        os.makedirs(os.path.join(arguments.out, folder), exist_ok=True)
    for number in range(arguments.first, arguments.first + arguments.count):
        picture, boxes = renderer.render(number, arguments.scale)
        stem = f"{arguments.seed:03d}-{number:06d}"
        cv2.imwrite(os.path.join(arguments.out, "images", stem + ".jpg"), picture,
                    [cv2.IMWRITE_JPEG_QUALITY, arguments.quality])
        with open(os.path.join(arguments.out, "labels", stem + ".txt"), "w") as file:
            file.write(label_lines(boxes, picture.shape[1], picture.shape[0], arguments.smallest))


if __name__ == "__main__":
    main()
