"""Fits a frame into the locator's input, and maps boxes back. Training, evaluation and the device use this code."""

from dataclasses import dataclass

import cv2
import numpy as np

from edge.vision.face import Box

LOCATOR_SIZE = (240, 320)
"""Height and width of the picture that the locator reads, in pixels."""

BORDER_GRAY = 128
"""Level of the border around a frame of another aspect ratio: the middle of the range, which is int8 zero."""


@dataclass(frozen=True)
class Letterbox:
    """The frame's place in the locator's picture: picture = frame * scale + (left, top)."""

    scale: float
    left: int
    """Width of the border left of the frame, in pixels of the picture."""
    top: int
    """Height of the border above the frame, in pixels of the picture."""

    def to_frame(self, box: Box) -> Box:
        """Convert a box from pixels of the picture to pixels of the frame."""
        x, y, scale = self.left, self.top, self.scale
        return (box[0] - x) / scale, (box[1] - y) / scale, (box[2] - x) / scale, (box[3] - y) / scale

    def to_picture(self, boxes: np.ndarray) -> np.ndarray:
        """The reverse for n boxes, (n, 4)."""
        return boxes * self.scale + np.array([self.left, self.top, self.left, self.top])


def letterbox(image: np.ndarray, size: tuple[int, int] = LOCATOR_SIZE) -> tuple[np.ndarray, Letterbox]:
    """Fit a whole frame into a picture, with its aspect ratio kept and gray around it.

    Args:
        image: uint8 (height, width, 3), landscape or portrait.
        size: Height and width of the picture, in pixels.

    Returns:
        The picture, uint8 (*size, 3), and the frame's place in it.
    """
    height, width = image.shape[:2]
    scale = min(size[0] / height, size[1] / width)
    inner = (max(1, round(width * scale)), max(1, round(height * scale)))
    # Averaging keeps small faces from turning into noise, and OpenCV does it fast for whole factors.
    image = cv2.resize(image, inner, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    left, top = (size[1] - inner[0]) // 2, (size[0] - inner[1]) // 2
    borders = (top, size[0] - inner[1] - top, left, size[1] - inner[0] - left)
    if any(borders):
        image = cv2.copyMakeBorder(image, *borders, cv2.BORDER_CONSTANT, value=(BORDER_GRAY,) * 3)
    return image, Letterbox(scale, left, top)
