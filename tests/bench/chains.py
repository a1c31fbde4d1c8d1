"""What finds faces in a scene and may say whether a mask is worn: the device (`device.py`) or a peer (`peers.py`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from edge.vision.face import Face


@dataclass(frozen=True)
class Sighting:
    """A face that was found."""

    face: Face
    not_compliant: bool | None = None
    """Whether it was called bare or incorrectly masked; None if nobody was asked."""


class Chain(Protocol):
    """From a scene to faces and the states of their masks."""

    name: str
    files: tuple[Path, ...]
    threshold: float
    """Score from which the chain shows a face."""

    def find(self, image: np.ndarray) -> list[Sighting]:
        """What is in `image`, uint8 (height, width, 3) RGB: also faces below the threshold, which are not judged."""
        ...

    def stages(self, image: np.ndarray, face: Face) -> dict[str, "Stage"]:
        """Each stage by its name, ready to be timed on a scene and one face in it."""
        ...


class Stage(Protocol):
    """A step of a chain that takes time."""

    def __call__(self) -> object:
        """Do it once."""
        ...


class TwoSteps:
    """A locator, and then a classifier for each face that it shows."""

    name: str
    files: tuple[Path, ...]
    threshold: float

    def locate(self, image: np.ndarray) -> list[Face]:
        """The faces in a scene, also those below the threshold."""
        raise NotImplementedError

    def judge(self, image: np.ndarray, faces: Sequence[Face]) -> Sequence[bool | None]:
        """Whether each is not compliant; None for what the second step takes for no clear face."""
        raise NotImplementedError

    def find(self, image: np.ndarray) -> list[Sighting]:
        """See `Chain`."""
        faces = self.locate(image)
        shown = [face for face in faces if face.score >= self.threshold]
        said = zip(shown, self.judge(image, shown), strict=True)
        judged = [Sighting(face, says) for face, says in said if says is not None]
        return judged + [Sighting(face) for face in faces if face.score < self.threshold]

    def stages(self, image: np.ndarray, face: Face) -> dict[str, Stage]:
        """See `Chain`."""
        return {"locate": lambda: self.locate(image), "classify a face": lambda: self.judge(image, [face])}
