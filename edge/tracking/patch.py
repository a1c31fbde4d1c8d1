"""A small copy of a part of a frame: too coarse to recognize a person, fine enough to see blur and changes."""

import cv2
import numpy as np

from edge.vision.face import Face

PATCH_SIZE = 16
"""Side of a patch, in cells: a cell of the smallest face that matters (32 px) averages four pixels' noise."""

FLAT = 8.0
"""Least spread of gray levels by which a patch is scaled: below it there is only noise."""

JITTER = 2
"""Cells by which the boxes of a face differ from frame to frame at most."""


def gray_patch(image: np.ndarray, face: Face, size: int = PATCH_SIZE) -> np.ndarray:
    """A face's box, shrunk to a few cells of gray.

    Args:
        image: uint8 (height, width, 3), RGB.
        face: The box in pixels of `image`; what reaches over the edges is left out.
        size: Side of the result, in cells.

    Returns:
        float32 (size, size), gray levels 0 to 255.
    """
    height, width = image.shape[:2]
    left, right = _inside(face.left, face.right, width)
    top, bottom = _inside(face.top, face.bottom, height)
    gray = cv2.cvtColor(image[top:bottom, left:right], cv2.COLOR_RGB2GRAY)
    while min(gray.shape) >= 4 * size:  # halving is many times as fast, and leaves cells of two pixels and more
        half = (gray.shape[1] // 2, gray.shape[0] // 2)
        gray = cv2.resize(gray[: 2 * half[1], : 2 * half[0]], half, interpolation=cv2.INTER_AREA)
    return cv2.resize(gray, (size, size), interpolation=cv2.INTER_AREA).astype(np.float32)


def without_light(patch: np.ndarray) -> np.ndarray:
    """A patch with its brightness and contrast taken out, so that a lamp or the sun changes it little."""
    mean, deviation = _mean_and_deviation(patch)
    return (patch - mean) / max(deviation, FLAT)


def is_flat(patch: np.ndarray) -> bool:
    """Whether there is nothing to see in a patch."""
    return _mean_and_deviation(patch)[1] < FLAT


def likeness(before: np.ndarray, now: np.ndarray) -> float:
    """How much two patches of faces look alike, wherever the locator put the boxes exactly.

    The middle of one is compared with every place of the other, and the best counts; brightness and contrast do not.

    Returns:
        The normalized correlation: 1 for the same, about 0 for anything else; 1, too, where there is nothing to see.
    """
    if is_flat(before) or is_flat(now):
        return 1.0
    middle = now[JITTER:-JITTER, JITTER:-JITTER]
    return float(cv2.matchTemplate(before, np.ascontiguousarray(middle), cv2.TM_CCOEFF_NORMED).max())


def sharpness(patch: np.ndarray) -> float:
    """How crisp a patch is: the variance of its Laplacian over its own variance (Pech-Pacheco et al., 2000).

    Of the faces in this project's test crops nineteen in twenty lie above 0.75; smeared over a fifth of their
    width, half lie below 0.85, and over two fifths, half below 0.6.
    """
    _, edges = _mean_and_deviation(cv2.Laplacian(patch, cv2.CV_32F))
    _, deviation = _mean_and_deviation(patch)
    return (edges / max(deviation, FLAT)) ** 2


def _mean_and_deviation(values: np.ndarray) -> tuple[float, float]:
    mean, deviation = cv2.meanStdDev(values)  # for so few values ten times as fast as numpy's
    return float(mean[0, 0]), float(deviation[0, 0])


def _inside(low: float, high: float, limit: int) -> tuple[int, int]:
    start = min(max(round(low), 0), limit - 1)
    return start, min(max(round(high), start + 1), limit)
