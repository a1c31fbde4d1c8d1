"""Cuts the pixels that a network reads out of a frame. Training, evaluation and the device all use this code."""

import cv2
import numpy as np

from edge.vision.face import Face

CROP_SIZE = 128
"""Side of the square face crop that the classifiers read, in pixels."""

CROP_WIDENING = 1.4
"""Ratio of the crop's side to the longer side of the face's box in folders of crops, and for older networks."""

CROP_WIDENINGS = (1.0, 2.0)
"""The least and the most of it that a network may have."""


def crop_face(
    image: np.ndarray, face: Face, widening: float, *, size: int = CROP_SIZE, border: int = cv2.BORDER_REPLICATE
) -> np.ndarray:
    """Cut the square around a face out of a frame and scale it to the network's size.

    Args:
        image: uint8 (height, width, 3).
        face: The face's box in pixels of `image`; it may reach over the edges.
        widening: Ratio of the square's side to the longer side of the face's box, as the network was trained with.
        size: Side of the result, in pixels.
        border: How OpenCV continues the picture beyond its edges.

    Returns:
        uint8 (size, size, 3) in the channel order of `image`.
    """
    x, y = face.center
    side = max(1, round(face.size * widening))
    return _resize(_square(image, round(x - side / 2), round(y - side / 2), side, border), size)


def whole_picture(image: np.ndarray) -> Face:
    """The face in a picture that is itself a crop: widened by CROP_WIDENING it is the whole picture."""
    height, width = image.shape[:2]
    half = max(height, width) / CROP_WIDENING / 2
    return Face(width / 2 - half, height / 2 - half, width / 2 + half, height / 2 + half)


def _square(image: np.ndarray, left: int, top: int, side: int, border: int) -> np.ndarray:
    height, width = image.shape[:2]
    # A box outside the frame would leave no pixels to continue, so keep one row and one column.
    left = min(max(left, 1 - side), width - 1)
    top = min(max(top, 1 - side), height - 1)
    inside = image[max(top, 0) : top + side, max(left, 0) : left + side]
    missing = (max(-top, 0), max(top + side - height, 0), max(-left, 0), max(left + side - width, 0))
    return cv2.copyMakeBorder(inside, *missing, border) if any(missing) else inside


def _resize(square: np.ndarray, size: int) -> np.ndarray:
    # OpenCV averages 2 x 2 pixels, and interpolates linearly, 20 times as fast as it averages blocks of other sizes.
    while (side := square.shape[0]) >= 2 * size:
        square = cv2.resize(square[: side & ~1, : side & ~1], (side // 2, side // 2), interpolation=cv2.INTER_AREA)
    return cv2.resize(square, (size, size), interpolation=cv2.INTER_LINEAR)
