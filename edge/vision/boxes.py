"""Compares many boxes with many others at once; a Python loop over all pairs of twenty faces takes milliseconds."""

from collections.abc import Sequence

import numpy as np

from edge.vision.face import Face


def as_boxes(faces: Sequence[Face]) -> np.ndarray:
    """The boxes of n faces as float64 (n, 4): left, top, right, bottom in pixels."""
    return np.array([(face.left, face.top, face.right, face.bottom) for face in faces], np.float64).reshape(-1, 4)


def sizes(boxes: np.ndarray) -> np.ndarray:
    """The longer sides of n boxes, in pixels and at least one, (n,)."""
    return np.maximum(boxes[:, 2:] - boxes[:, :2], 1.0).max(axis=1)


def distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Distances between the centers of n boxes and those of m others, in pixels, (n, m)."""
    apart = (a[:, None, :2] + a[:, None, 2:] - b[None, :, :2] - b[None, :, 2:]) / 2
    return np.hypot(apart[..., 0], apart[..., 1])


def ious(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Intersection over union of each of n boxes with each of m others, (n, m)."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = np.maximum(high - low, 0.0).prod(axis=2)
    return shared / np.maximum(_areas(a)[:, None] + _areas(b)[None] - shared, 1e-9)


def _areas(boxes: np.ndarray) -> np.ndarray:
    return np.maximum(boxes[:, 2:] - boxes[:, :2], 0.0).prod(axis=1)
