"""The part of the picture that is used, the right way up."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np

from edge.camera.frame import Frame
from edge.settings.schema import CameraSettings
from edge.settings.values import Region

TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
MIRRORS = {"horizontal": 1, "vertical": 0}


@dataclass(frozen=True, slots=True)
class ImageTransform:
    """Turns, mirrors and cuts, in this order."""

    rotation: int = 0
    flip: str = "none"
    region: Region | None = None

    @classmethod
    def of(cls, settings: CameraSettings) -> Self:
        """As the settings say."""
        return cls(settings.rotation, settings.flip, settings.region)

    def apply_to(self, frames: Iterable[Frame]) -> Iterator[Frame]:
        """The frames, transformed."""
        for frame in frames:
            yield Frame(self.apply(frame.image), frame.seconds)

    def apply(self, image: np.ndarray) -> np.ndarray:
        """The part of an image that is used, uint8 (height, width, 3); at least one pixel."""
        if self.rotation:
            image = cv2.rotate(image, TURNS[self.rotation])
        if self.flip != "none":
            image = cv2.flip(image, MIRRORS[self.flip])
        if self.region:
            image = _cut(image, self.region)
        return image


def _cut(image: np.ndarray, region: Region) -> np.ndarray:
    height, width = image.shape[:2]
    left, top = int(region.left * width), int(region.top * height)
    right, bottom = max(left + 1, round(region.right * width)), max(top + 1, round(region.bottom * height))
    return np.ascontiguousarray(image[top:bottom, left:right])
