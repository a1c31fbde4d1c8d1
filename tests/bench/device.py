"""The device's own way from a scene to faces and their masks, beside its peers'."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from chains import Sighting, TwoSteps

from edge.runtime.pipeline import make_quality
from edge.settings.schema import VerdictSettings
from edge.vision.classifier import Classifier
from edge.vision.face import Face
from edge.vision.face_locator import FaceLocator
from edge.vision.interpreter import Int8Network
from edge.vision.model_file import read_model_file
from training.locator.evaluate import LOWEST_SCORE, MAX_FACES


@dataclass(frozen=True)
class Judged:
    """A face and what the device's classifier says of it."""

    face: Face
    p_not_compliant: float
    p_clear: float


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
