"""The stage of a scene: canvas, camera, flat things drawn through the camera, and the record of what can be seen.

`owner` holds for each pixel the number of the boxed product that was drawn there last, so that a product which others
half cover gets the box of the part that shows, whatever covers it.

What shows too little of itself, is too thin, or stands behind the first row and can be seen well all the same is difficult,
as VOC calls it: whether to count it is a matter of taste, so it is neither taught nor wrong where it is found.
"""
import math
import random

import cv2
import numpy as np
import skia

from camera import clip_polygon
from printing import fill

PRODUCT, PRICE_TAG, GAP = 0, 1, 2
CLASS_NAMES = ("product", "price tag", "gap")
SMALLEST_VISIBLE = 0.25         # share of a facing that must be inside picture and opening
SMALLEST_UNCOVERED = 0.3        # share of that which nothing drawn later may cover
SMALLEST_PIXELS = 5             # a box thinner than this teaches nothing
HIDDEN = 0.1                    # what shows less than this share of itself is not there for anybody
REAR_HIDDEN = 0.5               # the same for what stands behind the first row: it must not be taken for a facing
FAR = 1e6                       # pixels: a corner beyond, nearly beside the camera, is more than 32 bits hold
SAMPLING = skia.SamplingOptions(skia.FilterMode.kLinear, skia.MipmapMode.kLinear)


class Stage:
    """One picture in the making."""

    def __init__(self, seed, catalogue, lettering, size):
        self.rng = random.Random(seed)
        self.catalogue, self.lettering = catalogue, lettering
        self.width, self.height = size
        self.surface = skia.Surface(self.width, self.height)
        self.canvas = self.surface.getCanvas()
        self.boxes = []                                 # (class, x0, y0, x1, y1) in pixels
        self.owner = np.zeros((self.height, self.width), np.int32)
        self.hidden = []                                # for each of them the share of it that must show
        self.difficult = []                             # whether each of them is difficult, whatever shows
        self.areas = []                                 # pixels of each box's polygon before anything covers it
    def polygon(self, points):
        """A path through world points."""
        return polygon_path(self.camera.project(points))

    def face(self, x0, x1, y0, y1, z, colour, alpha=1.0):
        """A rectangle parallel to the shelf front."""
        self.canvas.drawPath(self.polygon([(x0, y0, z), (x1, y0, z), (x1, y1, z), (x0, y1, z)]), fill(colour, alpha))

    def board(self, x0, x1, y, z0, z1, colour):
        """A level rectangle."""
        self.canvas.drawPath(self.polygon([(x0, y, z0), (x1, y, z0), (x1, y, z1), (x0, y, z1)]), fill(colour))

    def wall(self, x, y0, y1, z0, z1, colour):
        """An upright rectangle that runs into the shelf."""
        self.canvas.drawPath(self.polygon([(x, y0, z0), (x, y1, z0), (x, y1, z1), (x, y0, z1)]), fill(colour))

    def picture(self, image, x, y, z, width, height, turn=0.0, tint=None, lean=0.0, tone=None):
        """Draws a texture upright with its lower left corner at (x, y, z), darkened by `tint` and recoloured by `tone`;
        returns its homography."""
        w, h = image.width(), image.height()
        cos, sin = math.cos(turn), math.sin(turn)
        along_u = np.array([cos, sin, 0]) * (width / w)
        along_v = np.array([sin, -cos, 0]) * (height / h)
        along_v[2] += lean * height / h
        middle = np.array([x + width / 2, y + height / 2, z])
        origin = middle - along_u * (w / 2) - along_v * (h / 2)
        matrix = self.camera.plane(origin, along_u, along_v)
        self.canvas.save()
        self.canvas.concat(skia.Matrix.MakeAll(*(matrix / matrix[2, 2]).ravel().tolist()))
        paint = skia.Paint(AntiAlias=True)
        if tint is not None:
            level = max(0, min(255, int(255 * tint)))
            dimmer = skia.ColorFilters.Blend(skia.Color(level, level, level), skia.BlendMode.kModulate)
            paint.setColorFilter(dimmer if tone is None else skia.ColorFilters.Compose(dimmer, tone))
        self.canvas.drawImage(image, 0, 0, SAMPLING, paint)
        self.canvas.restore()
        return matrix

    def add_box(self, label, points, opening=None, rear=False):
        """Boxes the visible part of a projected outline; difficult is also what shows too little, or is too thin."""
        whole = np.ptp(points[:, 0]) * np.ptp(points[:, 1])
        seen = clip_polygon(points, opening) if opening is not None else points
        if len(seen) < 3 or not 0 < whole < math.inf:   # behind the camera there is no picture
            return
        x0, x1 = np.clip([seen[:, 0].min(), seen[:, 0].max()], 0, self.width)
        y0, y1 = np.clip([seen[:, 1].min(), seen[:, 1].max()], 0, self.height)
        thin = min(x1 - x0, y1 - y0)
        difficult = rear or (x1 - x0) * (y1 - y0) < SMALLEST_VISIBLE * whole or thin < SMALLEST_PIXELS
        if thin < 1 or difficult and label == GAP:
            return
        self.boxes.append((label, float(x0), float(y0), float(x1), float(y1)))
        self.hidden.append(REAR_HIDDEN if rear else HIDDEN)
        self.difficult.append(difficult)
        self.areas.append(0)
        if label != GAP:
            self.claim(seen, len(self.boxes))
            part = self.owner[int(y0):int(y1) + 1, int(x0):int(x1) + 1]
            self.areas[-1] = int(np.count_nonzero(part == len(self.boxes)))

    def claim(self, points, number=0):
        """Writes into `owner` who covers a convex polygon of the picture; 0 is something that has no box."""
        corners = convex(np.clip(points, -FAR, FAR))
        cv2.fillConvexPoly(self.owner, np.round(corners * 16).astype(np.int32), number, cv2.LINE_8, 4)

    def cover(self, x0, x1, y0, y1, z):
        """Notes that a rectangle parallel to the shelf front hides what was drawn before."""
        self.claim(self.camera.project([(x0, y0, z), (x1, y0, z), (x1, y1, z), (x0, y1, z)]))

    def visible_boxes(self):
        """The boxes as far as nothing drawn later covers them: (class, x0, y0, x1, y1), the class -1 - class for those
        that are difficult."""
        result = []
        for index, (label, x0, y0, x1, y1) in enumerate(self.boxes):
            box = (label, x0, y0, x1, y1)
            if label == GAP:
                if x1 > x0:                             # an empty one was hidden
                    result.append(box)
                continue
            left, top = int(x0), int(y0)
            mine = self.owner[top:int(y1) + 1, left:int(x1) + 1] == index + 1
            count = int(np.count_nonzero(mine))
            if count <= self.hidden[index] * self.areas[index]:
                continue
            if count < .9 * self.areas[index]:
                box = trimmed(box, mine, left, top)
            difficult = (self.difficult[index] or count < SMALLEST_UNCOVERED * self.areas[index]
                         or min(box[3] - box[1], box[4] - box[2]) < SMALLEST_PIXELS)
            result.append((-1 - label, *box[1:]) if difficult else box)
        return result

    def on_picture(self, x0, x1, y0, y1):
        """Whether a front rectangle can be seen at all."""
        points = self.camera.project([(x0, y0, 1), (x1, y0, 1), (x1, y1, 1), (x0, y1, 1)])
        return (points[:, 0].max() > 0 and points[:, 0].min() < self.width and points[:, 1].max() > 0
                and points[:, 1].min() < self.height)

    def pixels(self):
        """The picture as uint8 BGR."""
        return np.ascontiguousarray(self.surface.makeImageSnapshot().toarray(colorType=skia.kBGRA_8888_ColorType)[..., :3])


def trimmed(box, mine, left, top):
    """The box cut to the rows and columns that show a good part of it; slivers between neighbours do not count."""
    label, x0, y0, x1, y1 = box
    columns, rows = mine.sum(0), mine.sum(1)
    across = np.nonzero(columns > .15 * columns.max())[0]
    down = np.nonzero(rows > .15 * rows.max())[0]
    return (label, max(x0, float(left + across[0])), max(y0, float(top + down[0])),
            min(x1, float(left + across[-1] + 1)), min(y1, float(top + down[-1] + 1)))


def polygon_path(points):
    """A closed skia path through picture points [n][2]."""
    return skia.Path.Polygon([skia.Point(float(x), float(y)) for x, y in points], True)


def convex(points):
    """The convex hull, for clipping."""
    return cv2.convexHull(points.astype(np.float32)).reshape(-1, 2).astype(float)
