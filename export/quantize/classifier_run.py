"""A classifier's run: calibrated on crops of each class, compared by its answer for each face."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import keras
import numpy as np

from edge.vision import classifier as device
from edge.vision.calibration import Calibration
from edge.vision.classifier import Classifier
from edge.vision.interpreter import Int8Network
from export.quantize.convert import with_extremes
from export.quantize.parity import Disagreement, Parity
from export.quantize.trained_run import TrainedRun, refuse_missing
from training.classifier.datasets import LABELS, Photo, read_split
from training.classifier.networks import CLEAR, NOT_COMPLIANT
from training.classifier.pipeline import evaluation_crops, predict
from training.classifier.scores import Predictions, SplitScores, score_clear, score_split
from training.classifier.settings import ClassifierFitSettings
from training.common.runs import RunFiles

LABELS_OF = {NOT_COMPLIANT: device.NOT_COMPLIANT, CLEAR: device.CLEAR}
"""What the device calls the outputs of a trained network."""

COMPARED = (
    "with_without_accuracy",
    "with_mask_left_alone",
    "without_mask_caught",
    "incorrect_caught",
    "balanced_accuracy",
)
"""The scores that are shown side by side."""

CLEAR_COMPARED = ("clear_kept", "unclear_told")
"""The same of P(clear)."""

CHANCE = 0.5
"""The balanced accuracy of a network that gives every picture the same answer."""

GUARDED = ("with_without_accuracy", "balanced_accuracy", *CLEAR_COMPARED)
"""Those of them that int8 may not lose."""

WORST = 5
"""How many disagreements are named."""


@dataclass(frozen=True, kw_only=True)
class ClassifierRun(TrainedRun):
    """A finished run of `maskwatch-train classifier`."""

    kind = "classifier"

    photos: list[Photo]
    crop_widening: float

    def labels(self, outputs: Sequence[str]) -> tuple[str, ...]:
        """See `TrainedRun`."""
        return tuple(LABELS_OF[name] for name in outputs)

    def split(self, name: str) -> list[Photo]:
        """The photographs of one split."""
        return [photo for photo in self.photos if photo.split == name]

    def calibration_pictures(self, count: int) -> np.ndarray:
        """Crops in equal shares of the classes present, extremes first."""
        return calibration_crops(self.split("train"), self.crop_widening, count)

    def compare(self, network: keras.Model, int8: Int8Network) -> Parity:
        """See `TrainedRun`; the run's calibration and threshold serve both networks."""
        photos = self.split("val")
        before = predict(network, evaluation_crops(photos, self.crop_widening))
        after = answers_of(Classifier(int8), photos)
        before[:, 0] = self.calibration.apply(before[:, 0])
        before[:, 1] = (self.clear_calibration or Calibration()).apply(before[:, 1])
        return self._parity(photos, before, after)

    def _parity(self, photos: list[Photo], float_says: np.ndarray, int8_says: np.ndarray) -> Parity:
        threshold = self.threshold
        before, after = (_judged(photos, says, threshold) for says in (float_says, int8_says))
        rows = [*_rows(score_split(before), score_split(after)), *_clear_rows(photos, float_says, int8_says)]
        return Parity(
            rows=rows,
            drop=max((100 * (b - a) for score, b, a in rows if score in GUARDED), default=0.0),
            float_threshold=threshold,
            threshold=threshold,
            agreement=float(np.mean(before.alerts == after.alerts)),
            worst=_worst(before, after),
        )

    def why_useless(self, scores: Mapping[str, float]) -> str | None:
        """See `TrainedRun`."""
        return "tells no mask from a bare face" if scores.get("balanced_accuracy", 1.0) <= CHANCE else None

    def score(self, int8: Int8Network, split: str, threshold: float) -> dict[str, float]:
        """See `TrainedRun`."""
        photos = self.split(split)
        said = answers_of(Classifier(int8), photos)
        scores = score_split(_judged(photos, said, threshold))
        return {name: after for name, _, after in [*_rows(scores, scores), *_clear_rows(photos, said, said)]}


def read_classifier_run(files: RunFiles, metrics: dict) -> ClassifierRun:
    """Read a run's folder, its `metrics.json` being read already.

    Raises:
        UserError: The pictures are no longer where they were.
    """
    photos = read_split(files.split)
    refuse_missing(photo.path for photo in photos)
    return ClassifierRun(
        files=files,
        network=metrics["network"],
        training_set_digest=metrics["training_set_digest"],
        threshold=metrics["threshold"],
        calibration=Calibration(metrics["temperature"]),
        # Runs from before networks said how clear a face is lack it.
        clear_calibration=Calibration(clear, metrics["clear_bias"])
        if (clear := metrics.get("clear_temperature"))
        else None,
        photos=photos,
        crop_widening=files.read_settings(ClassifierFitSettings).crop_widening,
    )


def calibration_crops(photos: list[Photo], widening: float, count: int, seed: int = 1) -> np.ndarray:
    """Class-balanced crops to measure activation ranges on, extremes first.

    Args:
        photos: The training split.
        widening: Of the crops, as `crop_face` takes it.
        count: About how many to draw, in equal shares of the classes present.
        seed: Of the draw.

    Returns:
        uint8 (n, 128, 128, 3).
    """
    rng = np.random.default_rng(seed)
    classes = [chosen for label in LABELS if (chosen := [p for p in photos if p.label == label])]
    share = -(-count // len(classes))
    drawn = [chosen[i] for chosen in classes for i in rng.permutation(len(chosen))[:share]]
    return with_extremes(evaluation_crops(drawn, widening))


def answers_of(classifier: Classifier, photos: list[Photo]) -> np.ndarray:
    """P(not compliant) and P(clear) of photographs, float64 (n, 2), by the device's own code."""
    faces = (photo.read_face() for photo in photos)
    answers = [classifier.score(image, [face]) for image, face in faces]
    return np.concatenate(answers) if answers else np.zeros((0, 2))


def _judged(photos: list[Photo], says: np.ndarray, threshold: float) -> Predictions:
    """The decisions of calibrated answers (n, 2) on the faces that can be judged."""
    clear = np.array([photo.clear for photo in photos], bool)
    return Predictions([photo for photo in photos if photo.clear], says[clear, 0], Calibration(), threshold)


def _rows(before: SplitScores, after: SplitScores) -> list[tuple[str, float, float]]:
    """The COMPARED scores that could be measured."""
    pairs = [(score, getattr(before, score), getattr(after, score)) for score in COMPARED]
    return [(score, b, a) for score, b, a in pairs if b is not None and a is not None]


def _clear_rows(photos: list[Photo], float_says: np.ndarray, int8_says: np.ndarray) -> list[tuple[str, float, float]]:
    """How well each network tells clear faces from others, if there are others."""
    clear = np.array([photo.clear for photo in photos], bool)
    before, after = (score_clear(says[:, 1], clear) for says in (float_says, int8_says))
    pairs = [(score, getattr(before, score), getattr(after, score)) for score in CLEAR_COMPARED]
    return [(score, b, a) for score, b, a in pairs if before.unclear_images and b is not None and a is not None]


def _worst(before: Predictions, after: Predictions) -> list[Disagreement]:
    order = np.argsort(-np.abs(before.p - after.p), kind="stable")[:WORST]
    return [
        Disagreement(
            f"{photo.path.parent.name}/{photo.path.name}", photo.label, f"P {before.p[i]:.3f}", f"P {after.p[i]:.3f}"
        )
        for i in order
        for photo in [before.photos[i]]
    ]
