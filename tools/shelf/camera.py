"""A pinhole camera before a shelf.

World: x right along the shelf, y up, z into the shelf, centimetres; the front edge of the boards lies in z = 0. Every
flat thing is drawn through the 3x3 homography that takes its texture pixels to the picture, so boxes computed with the
same matrix are exact.
"""
import math

import numpy as np


class Camera:
    """Looks at `target` (x, y, 0) from `distance` with yaw, pitch and roll in radians; `focal` in pixels."""

    def __init__(self, picture_size, focal, target, distance, yaw, pitch, roll):
        self.width, self.height = picture_size
        forward = np.array([math.sin(yaw) * math.cos(pitch), math.sin(pitch), math.cos(yaw) * math.cos(pitch)])
        right = np.array([math.cos(yaw), 0, -math.sin(yaw)])
        up = np.cross(forward, right)
        cos, sin = math.cos(roll), math.sin(roll)
        right, up = cos * right + sin * up, cos * up - sin * right
        self.position = np.array([target[0], target[1], 0.0]) - forward * distance
        rotation = np.stack([right, -up, forward])
        intrinsic = np.array([[focal, 0, self.width / 2], [0, focal, self.height / 2], [0, 0, 1.0]])
        self.matrix = intrinsic @ np.hstack([rotation, -(rotation @ self.position)[:, None]])

    def project(self, points):
        """Picture positions [n][2] of world points [n][3]."""
        points = np.asarray(points, float)
        image = points @ self.matrix[:, :3].T + self.matrix[:, 3]
        return image[:, :2] / np.maximum(image[:, 2:], 1e-3)

    def plane(self, origin, along_u, along_v):
        """The homography from (u, v) to the picture for the plane origin + u along_u + v along_v."""
        return np.stack([self.matrix[:, :3] @ along_u, self.matrix[:, :3] @ along_v,
                         self.matrix[:, :3] @ origin + self.matrix[:, 3]], axis=1)


def apply(homography, points):
    """Picture positions [n][2] of plane points [n][2]."""
    image = points @ homography[:, :2].T + homography[:, 2]
    return image[:, :2] / np.maximum(image[:, 2:], 1e-3)


def clip_polygon(points, polygon):
    """`points` (convex) cut by the convex `polygon`, both [n][2]; may return fewer than 3 points: nothing visible."""
    area = np.sum(polygon[:, 0] * np.roll(polygon[:, 1], -1) - polygon[:, 1] * np.roll(polygon[:, 0], -1))
    if area < 0:
        polygon = polygon[::-1]
    result = points
    for i in range(len(polygon)):
        if len(result) < 3:
            return result
        a, b = polygon[i], polygon[(i + 1) % len(polygon)]
        inside = (b[0] - a[0]) * (result[:, 1] - a[1]) - (b[1] - a[1]) * (result[:, 0] - a[0])
        if (inside >= 0).all():
            continue
        following = np.roll(result, -1, axis=0)
        next_inside = np.roll(inside, -1)
        kept = []
        for p, q, d, e in zip(result, following, inside, next_inside):
            if d >= 0:
                kept.append(p)
            if (d >= 0) != (e >= 0):
                kept.append(p + (q - p) * (d / (d - e)))
        result = np.array(kept) if kept else np.zeros((0, 2))
    return result
