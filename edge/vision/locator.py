"""The interface of a locator, and the locator of one fixed place."""

from typing import Protocol

import numpy as np

from edge.vision.face import Face
from edge.vision.interpreter import Int8Network


class Locator(Protocol):
    """Finds the faces in a frame."""

    @property
    def network(self) -> Int8Network | None:
        """The network that the locator uses, if any."""
        ...

    def locate(self, image: np.ndarray) -> list[Face]:
        """The faces in `image`, uint8 (height, width, 3) RGB, largest first, in its pixels."""
        ...


class CentreLocator:
    """Returns a fixed place in the picture as the only face, for a kiosk or a mark on the floor.

    It cannot distinguish an empty place from a face.
    """

    network = None

    def __init__(self, *, x: float, y: float, size: float) -> None:
        """Set the place: its center as shares of width and height, its size as a share of the shorter side."""
        self.x, self.y, self.size = x, y, size

    def locate(self, image: np.ndarray) -> list[Face]:
        """One face, at the fixed place."""
        height, width = image.shape[:2]
        x, y, half = self.x * width, self.y * height, self.size * min(height, width) / 2
        return [Face(x - half, y - half, x + half, y + half)]
