"""A gray thumbnail of a whole picture: cheap, and enough to see whether something moves in it."""

import cv2
import numpy as np

THUMBNAIL_SIZE = (80, 60)
"""Columns and rows of a thumbnail."""

MOTION_LEVEL = 16
"""Smallest change of brightness, of 255, that counts as a change of a pixel; noise stays below it."""

MOTION_SHARE = 0.004
"""Smallest share of changed pixels that counts as motion: a person whose face has about 20 px changes this much."""


def thumbnail(image: np.ndarray) -> np.ndarray:
    """The thumbnail of an image.

    The image is halved step by step: OpenCV averages blocks of 2 x 2 pixels 20 times as fast as blocks of other sizes.

    Args:
        image: uint8 (height, width, 3), RGB.

    Returns:
        uint8 (rows, columns) of `THUMBNAIL_SIZE`, gray.
    """
    while image.shape[1] >= 2 * THUMBNAIL_SIZE[0] and image.shape[0] >= 2 * THUMBNAIL_SIZE[1]:
        height, width = image.shape[0] // 2, image.shape[1] // 2
        image = cv2.resize(image[: 2 * height, : 2 * width], (width, height), interpolation=cv2.INTER_AREA)
    if image.shape[:2] != THUMBNAIL_SIZE[::-1]:
        image = cv2.resize(image, THUMBNAIL_SIZE, interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)


def changed(before: np.ndarray, now: np.ndarray) -> np.ndarray:
    """The pixels in which two thumbnails differ by more than noise: 255 there, else 0, uint8 of their shape."""
    return cv2.threshold(cv2.absdiff(before, now), MOTION_LEVEL - 1, 255, cv2.THRESH_BINARY)[1]


def moves(change: np.ndarray) -> bool:
    """Whether enough pixels have changed for a moving person."""
    return cv2.countNonZero(change) >= MOTION_SHARE * change.size
