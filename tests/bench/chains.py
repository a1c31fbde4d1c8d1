"""What finds faces in a scene and perhaps says whether a mask is worn: the device's own way, as its peers'."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from edge.runtime.pipeline import make_quality
from edge.settings.schema import VerdictSettings
from edge.vision.classifier import Classifier
from edge.vision.face import Face
from edge.vision.face_locator import FaceLocator
from edge.vision.interpreter import Int8Network
from edge.vision.model_file import read_model_file
from training.locator.evaluate import LOWEST_SCORE, MAX_FACES


@dataclass(frozen=True)
class Sighting:
    """A face that was found."""

    face: Face
    not_compliant: bool | None = None
    """Whether it was called bare or incorrectly masked; None if nobody was asked."""


@dataclass(frozen=True)
class Judged:
    """A face and what the device's classifier says of it."""

    face: Face
    p_not_compliant: float
    p_clear: float


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


class Device(TwoSteps):
    """The shipped int8 files, through the very code that the device runs."""

    name = "maskwatch, int8"

    def __init__(self, locator: Path, classifier: Path, settings: VerdictSettings) -> None:
        """Read both files; what the settings call unclear is no face, as on the device, where it counts for nothing.

        Raises:
            UserError: One is missing or damaged.
        """
        self.files = (locator, classifier)
        network = Int8Network(read_model_file(locator))
        self.locator = FaceLocator(network, max_faces=MAX_FACES, min_score=LOWEST_SCORE)
        self.classifier = Classifier(Int8Network(read_model_file(classifier)))
        self.threshold = network.metadata.threshold
        self._settings = settings

    def find(self, image: np.ndarray) -> list[Sighting]:
        """See `Chain`."""
        return self.shown(self.judged(image), self._settings)

    def judged(self, image: np.ndarray) -> list[Judged]:
        """All that the locator finds from LOWEST_SCORE on, and what the classifier says of it."""
        faces = self.locate(image)
        said = zip(faces, self.classifier.score(image, faces).tolist(), strict=True)
        return [Judged(face, p, p_clear) for face, (p, p_clear) in said]

    def shown(self, judged: Sequence[Judged], settings: VerdictSettings) -> list[Sighting]:
        """Those that are clear, as the device would say that they are."""
        quality = make_quality(settings)
        clear = [one for one in judged if quality.of_clearness(quality.clearness(one.p_clear, one.face.score))]
        return [Sighting(one.face, one.p_not_compliant >= self.classifier.threshold) for one in clear]

    def locate(self, image: np.ndarray) -> list[Face]:
        """See `TwoSteps`."""
        return self.locator.locate(image)

    def judge(self, image: np.ndarray, faces: Sequence[Face]) -> list[bool | None]:
        """See `TwoSteps`."""
        least = VerdictSettings().clear_from
        scores = self.classifier.score(image, faces).tolist()
        return [p >= self.classifier.threshold if p_clear >= least else None for p, p_clear in scores]
