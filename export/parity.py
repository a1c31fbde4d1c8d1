"""Whether the int8 network does what the float one did, both through the device's own code."""

from dataclasses import dataclass

import keras
import numpy as np

from edge.vision.calibration import Calibration
from edge.vision.classifier import Classifier
from edge.vision.preprocessing import whole_picture
from training.datasets import Photo
from training.pipeline import evaluation_crops, predict
from training.scores import Predictions, SplitScores, score_split

COMPARED = (
    "with_without_accuracy",
    "with_mask_left_alone",
    "without_mask_caught",
    "incorrect_caught",
    "balanced_accuracy",
)
"""The scores that are shown side by side."""

GUARDED = ("with_without_accuracy", "balanced_accuracy")
"""Those of them that int8 may not lose."""


@dataclass(frozen=True)
class Disagreement:
    """A picture on which the two networks differ."""

    photo: Photo
    p_float: float
    p_int8: float


@dataclass(frozen=True)
class Parity:
    """The float and the int8 network on the same pictures."""

    float_scores: SplitScores
    int8_scores: SplitScores
    agreement: float
    """Share of the pictures on which both decide the same, 0 to 1."""
    worst: list[Disagreement]
    """Where the probabilities differ most, worst first."""

    @property
    def drop(self) -> float:
        """What int8 loses, in points: the larger of the losses in accuracy and in balanced accuracy."""
        return max((100 * (before - after) for score, before, after in self.rows() if score in GUARDED), default=0.0)

    def rows(self) -> list[tuple[str, float, float]]:
        """The COMPARED scores that could be measured: name, of the float network, of the int8 one."""
        pairs = [(score, getattr(self.float_scores, score), getattr(self.int8_scores, score)) for score in COMPARED]
        return [(score, before, after) for score, before, after in pairs if before is not None and after is not None]


def compare(network: keras.Model, classifier: Classifier, photos: list[Photo], *, worst: int = 5) -> Parity:
    """Run both networks on photographs.

    Args:
        network: The float network.
        classifier: The device's classifier on the int8 network; its calibration and threshold serve both.
        photos: What to compare on; the validation split.
        worst: How many disagreements to name.
    """
    metadata = classifier.network.metadata
    before = Predictions(photos, predict(network, evaluation_crops(photos)), metadata.calibration, metadata.threshold)
    after = predict_int8(classifier, photos)
    apart = np.abs(before.p - after.p)
    return Parity(
        float_scores=score_split(before),
        int8_scores=score_split(after),
        agreement=float(np.mean(before.alerts == after.alerts)),
        worst=[
            Disagreement(photos[i], float(before.p[i]), float(after.p[i]))
            for i in np.argsort(-apart, kind="stable")[:worst]
        ],
    )


def predict_int8(classifier: Classifier, photos: list[Photo]) -> Predictions:
    """The int8 network's answers, by the device's own way from picture to probability."""
    images = (photo.read() for photo in photos)
    p = np.concatenate([classifier.score(image, [whole_picture(image)]) for image in images])
    # The classifier's answers are calibrated already.
    return Predictions(photos, p, Calibration(), classifier.threshold)
