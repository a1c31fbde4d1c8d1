"""How far boxes overlap: one with another on the device, many with many where pictures are scored."""

from collections.abc import Sequence

import numpy as np

from edge.vision.face import Box, Face


def iou(a: Box, b: Box) -> float:
    """Intersection over union of two boxes; for the few of a frame numpy takes several times as long."""
    (a_left, a_top, a_right, a_bottom), (b_left, b_top, b_right, b_bottom) = a, b
    width, height = min(a_right, b_right) - max(a_left, b_left), min(a_bottom, b_bottom) - max(a_top, b_top)
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    both = (a_right - a_left) * (a_bottom - a_top) + (b_right - b_left) * (b_bottom - b_top)
    return shared / (both - shared)


def as_boxes(faces: Sequence[Face]) -> np.ndarray:
    """The boxes of n faces as float64 (n, 4): left, top, right, bottom in pixels."""
    return np.array([face.box for face in faces], np.float64).reshape(-1, 4)


def ious(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Intersection over union of each of n boxes with each of m others, (n, m)."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = np.maximum(high - low, 0.0).prod(axis=2)
    return shared / np.maximum(_areas(a)[:, None] + _areas(b)[None] - shared, 1e-9)


def _areas(boxes: np.ndarray) -> np.ndarray:
    return np.maximum(boxes[:, 2:] - boxes[:, :2], 0.0).prod(axis=1)
