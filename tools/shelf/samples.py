"""Training samples: a cache of rendered pictures on disk that renders go on filling, and random views of them.

Drawing a scene costs more than a training step on it, and a scene holds hundreds of objects at one scale. So pictures
are drawn larger than they are used, kept, and each is seen several times at other scales, mirrored and recoloured,
while new ones replace the oldest.
"""
import os
import random

import cv2
import numpy as np

GREY = 127                      # Darknet's letterbox fill, 0.5
SMALLEST_SIDE = 5               # pixels of a view: a box thinner than this is difficult
WHOLE_VIEW = 640                # side of the views that often show a whole picture: larger than the input of detection,
                                # so that close-ups are learned as large as they can come
TURNED_SHARE = .1               # of the views lie on a side, as photos whose orientation was lost
CLOSE_SHARE = .08               # of the views show one object that fills a good part of them
CLOSE_FILLS = (.3, .85)         # of the view's side
MOST_ENLARGED = 4               # times the size in the picture: what is larger is a blur


def cache_paths(folder, number):
    """The picture and the boxes of one cached render."""
    stem = os.path.join(folder, f"{number:07d}")
    return stem + ".jpg", stem + ".npy"


def fill_cache(folder, seed, capacity, worker, workers, scale, stop=None):
    """Draws pictures worker, worker + workers, ... for ever; picture n goes to slot n modulo capacity."""
    cv2.setNumThreads(1)
    from render import BLOCK, Renderer                          # a worker alone needs skia
    renderer = Renderer(seed)
    os.makedirs(folder, exist_ok=True)
    progress = os.path.join(folder, f"drawn-{worker}.txt")
    drawn = int(open(progress).read()) if os.path.exists(progress) else 0
    block, inside = divmod(drawn, BLOCK)
    while stop is None or not stop.is_set():
        number = (block * workers + worker) * BLOCK + inside
        picture, boxes = renderer.render(number, scale * random.Random(f"size {seed} {number}").uniform(.8, 1.25))
        image_path, box_path = cache_paths(folder, number % capacity)
        np.save(box_path + ".tmp.npy", boxes)
        cv2.imwrite(image_path + ".tmp.jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 93])
        os.replace(box_path + ".tmp.npy", box_path)
        os.replace(image_path + ".tmp.jpg", image_path)
        inside += 1
        if inside == BLOCK:
            block, inside = block + 1, 0
        with open(progress, "w") as file:
            file.write(str(block * BLOCK + inside))


def recolour(picture, rng):
    """A little brightness, contrast and colour change, through one table a channel."""
    ramp = np.arange(256, dtype=np.float32)
    gain, shift = rng.uniform(.75, 1.3), rng.uniform(-25, 25)
    tables = []
    for _ in range(3):
        table = (ramp - 127) * gain * rng.uniform(.93, 1.07) + 127 + shift
        tables.append(np.clip(table, 0, 255))
    return cv2.LUT(picture, np.stack(tables, -1).astype(np.uint8)[None])


def close_subject(boxes, rng):
    """The corners of one of the larger objects: the largest of four; None if all are difficult."""
    boxes = boxes[boxes[:, 0] >= 0]
    if not len(boxes):
        return None
    some = [boxes[rng.randrange(len(boxes)), 1:] for _ in range(4)]
    return max(some, key=lambda box: (box[2] - box[0]) * (box[3] - box[1]))


def around(low, high, size, rng):
    """Where a view of `size` starts that holds low .. high, or is held by it."""
    first, last = sorted((round(high) - size, round(low)))
    return rng.randint(first, last)


def framing(shape, boxes, size, rng, smallest=.45, largest=1.9):
    """(scale of the picture, how much wider than high it is drawn, the object a close-up shows or None) at random."""
    fit = WHOLE_VIEW / max(shape[:2])
    if size == WHOLE_VIEW and rng.random() < .5:
        return fit, 1.0, None
    stretch = np.exp(rng.gauss(0, .06))
    subject = close_subject(boxes, rng) if rng.random() < CLOSE_SHARE else None
    if subject is not None:
        long_side = max(subject[2] - subject[0], subject[3] - subject[1])
        return min(size * rng.uniform(*CLOSE_FILLS) / long_side, MOST_ENLARGED), stretch, subject
    return fit * np.exp(rng.uniform(np.log(smallest), np.log(largest))), stretch, None


def boxes_of_view(boxes, across, down, left, top, frame):
    """Boxes in pixels of a view: enlarged by `across` and `down`, moved by its corner, cut to `frame` (x0, y0, x1, y1);
    those that are thin or mostly outside become difficult (class -1 - class)."""
    boxes = boxes.copy()
    boxes[:, [1, 3]] = boxes[:, [1, 3]] * across - left
    boxes[:, [2, 4]] = boxes[:, [2, 4]] * down - top
    area = np.prod(boxes[:, 3:] - boxes[:, 1:3], 1)
    boxes[:, [1, 3]] = boxes[:, [1, 3]].clip(frame[0], frame[2])
    boxes[:, [2, 4]] = boxes[:, [2, 4]].clip(frame[1], frame[3])
    sides = boxes[:, 3:] - boxes[:, 1:3]
    if not len(boxes):
        return boxes
    little = (boxes[:, 0] >= 0) & ((sides.min(1) <= SMALLEST_SIDE) | (np.prod(sides, 1) <= .25 * area))
    boxes[little, 0] = -1 - boxes[little, 0]
    return boxes[sides.min(1) >= 1]


def random_view(picture, boxes, size, rng):
    """A `size` x `size` view: the picture scaled at random, cut or padded, perhaps mirrored; boxes in its pixels. Half of
    the views of WHOLE_VIEW show the picture whole, as detection does; CLOSE_SHARE of the others are close-ups."""
    height, width = picture.shape[:2]
    scale, stretch, subject = framing(picture.shape, boxes, size, rng)
    new_w, new_h = max(16, round(width * scale * stretch)), max(16, round(height * scale / stretch))
    across, down = new_w / width, new_h / height
    picture = cv2.resize(picture, (new_w, new_h),
                         interpolation=cv2.INTER_LINEAR if rng.random() < .5 or new_w > width else cv2.INTER_AREA)
    if subject is None:
        left, top = (rng.randint(min(0, side - size), max(0, side - size)) for side in (new_w, new_h))
    else:
        left = around(subject[0] * across, subject[2] * across, size, rng)
        top = around(subject[1] * down, subject[3] * down, size, rng)
    view = np.full((size, size, 3), GREY, np.uint8)
    x0, y0 = max(0, left), max(0, top)
    x1, y1 = min(new_w, left + size), min(new_h, top + size)
    view[y0 - top:y1 - top, x0 - left:x1 - left] = picture[y0:y1, x0:x1]
    boxes = boxes_of_view(boxes, across, down, left, top, (x0 - left, y0 - top, x1 - left, y1 - top))
    if rng.random() < .5:
        view = view[:, ::-1]
        boxes[:, [1, 3]] = size - boxes[:, [3, 1]]
    return np.ascontiguousarray(recolour(view, rng)), boxes


def turned(picture, boxes):
    """The picture turned anticlockwise by 90 degrees, and its boxes."""
    width = picture.shape[1]
    return np.rot90(picture), np.stack([boxes[:, 0], boxes[:, 2], width - boxes[:, 3], boxes[:, 4], width - boxes[:, 1]], 1)


class Cache:
    """Random views of the pictures that are in the cache now."""

    def __init__(self, folder, capacity):
        self.folder, self.capacity = folder, capacity
        self.available = []

    def refresh(self):
        """Looks which slots are filled."""
        self.available = [n for n in range(self.capacity) if os.path.exists(cache_paths(self.folder, n)[0])]
        return len(self.available)

    def view(self, size, rng):
        """One random view of one random picture."""
        while True:
            image_path, box_path = cache_paths(self.folder, rng.choice(self.available))
            picture = cv2.imread(image_path)
            if picture is None:
                continue
            boxes = np.load(box_path)
            if rng.random() < TURNED_SHARE:                     # the mirror image of the view makes it either side
                picture, boxes = turned(picture, boxes)
            return random_view(np.ascontiguousarray(picture), boxes, size, rng)

    def batch(self, count, size, seed):
        """(uint8 [count][size][size][3] BGR, boxes [n][6]: sample, class, corners) for a seed."""
        rng = random.Random(seed)
        pictures, boxes = [], []
        for index in range(count):
            if rng.random() < .12:                              # four small views: other scales, other neighbours
                view = np.zeros((size, size, 3), np.uint8)
                half, found = size // 2, []
                for corner in range(4):
                    part, inside = self.view(half, rng)
                    x, y = (corner % 2) * half, (corner // 2) * half
                    view[y:y + half, x:x + half] = part
                    found.append(inside + np.array([0, x, y, x, y], np.float32))
                inside = np.concatenate(found)
            else:
                view, inside = self.view(size, rng)
            pictures.append(view)
            boxes.append(np.concatenate([np.full((len(inside), 1), index, np.float32), inside], 1))
        return np.stack(pictures), np.concatenate(boxes).astype(np.float32)
