"""How good a classifier is: the score by which the threshold is chosen, and those that are reported."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from sklearn.metrics import average_precision_score, balanced_accuracy_score, log_loss, roc_auc_score

from edge.vision.calibration import Calibration
from training.classifier.calibration import expected_calibration_error
from training.classifier.datasets import COMPLIANT, Photo

FACE_SIZES_PX = {"below 16": 0, "16-32": 16, "32-64": 32, "64-128": 64, "128+": 128}
"""Names of the face sizes that are reported apart, and where each begins, in pixels."""


@dataclass(frozen=True)
class Predictions:
    """The answers of a network and its calibration on some photographs."""

    photos: list[Photo]
    raw: np.ndarray
    """P(not compliant) as the network gives it, float64 (n,)."""
    calibration: Calibration
    threshold: float
    """The calibrated P from which on the device would count a face as not compliant."""

    @cached_property
    def p(self) -> np.ndarray:
        """Calibrated P(not compliant), float64 (n,)."""
        return self.calibration.apply(self.raw)

    @property
    def alerts(self) -> np.ndarray:
        """Whether each face is called not compliant, bool (n,)."""
        return self.p >= self.threshold

    @property
    def labels(self) -> np.ndarray:
        """The true classes, str (n,)."""
        return np.array([photo.label for photo in self.photos], dtype=str)

    @property
    def truth(self) -> np.ndarray:
        """Whether each face is not compliant, bool (n,)."""
        return np.array([photo.not_compliant for photo in self.photos], dtype=bool)


@dataclass(frozen=True)
class DecisionScores:
    """How often the yes or no is right, in shares from 0 to 1; None where there was no picture of the kind."""

    images: int
    images_by_label: dict[str, int]
    with_without_accuracy: float | None
    """Share of right decisions on masked and bare faces, incorrectly worn masks left out."""
    with_mask_left_alone: float | None
    without_mask_caught: float | None
    incorrect_caught: float | None


@dataclass(frozen=True)
class SplitScores(DecisionScores):
    """All figures of one split."""

    balanced_accuracy: float | None
    """Mean of the share of masked faces without an alert and the share of others caught; the threshold maximizes it."""
    roc_auc: float | None
    """Chance that a face that must raise an alert gets a higher P than one that must not (area under the ROC curve)."""
    average_precision: float | None
    log_loss_raw: float | None
    log_loss: float | None
    """After temperature scaling, in nats."""
    calibration_error_raw: float | None
    calibration_error: float | None
    """Expected calibration error after temperature scaling, 0 to 1."""
    by_source: dict[str, DecisionScores]
    by_face_size: dict[str, DecisionScores]
    """By the longer side of the face where it was photographed, in pixels; see FACE_SIZES_PX."""


@dataclass(frozen=True)
class ClearScores:
    """How well clear faces are told from unclear ones, in shares from 0 to 1; None where there was none of the kind."""

    clear_images: int
    unclear_images: int
    clear_kept: float | None
    """Share of the faces that can be judged with a P(clear) of a half or more."""
    unclear_told: float | None
    """Share of the others with less."""
    roc_auc: float | None
    log_loss: float | None


def score_clear(p_clear: np.ndarray, clear: np.ndarray) -> ClearScores:
    """How well clear faces are told from unclear ones.

    Args:
        p_clear: Calibrated P(clear), (n,).
        clear: bool (n,), whether each face can be judged.
    """
    kept, both_sides = p_clear >= 0.5, bool(clear.any() and not clear.all())
    return ClearScores(
        clear_images=int(clear.sum()),
        unclear_images=int((~clear).sum()),
        clear_kept=float(kept[clear].mean()) if clear.any() else None,
        unclear_told=float((~kept[~clear]).mean()) if not clear.all() else None,
        roc_auc=float(roc_auc_score(clear, p_clear)) if both_sides else None,
        log_loss=float(log_loss(clear, p_clear)) if both_sides else None,
    )


def score_decisions(alerts: np.ndarray, labels: np.ndarray) -> DecisionScores:
    """The shares of right decisions.

    Args:
        alerts: bool (n,), whether each face was called not compliant.
        labels: str (n,), the classes.
    """
    right = alerts == (labels != COMPLIANT)

    def share(*names: str) -> float | None:
        chosen = np.isin(labels, names)
        return float(right[chosen].mean()) if chosen.any() else None

    return DecisionScores(
        images=len(labels),
        images_by_label=dict(Counter(labels.tolist())),
        with_without_accuracy=share("with_mask", "without_mask"),
        with_mask_left_alone=share("with_mask"),
        without_mask_caught=share("without_mask"),
        incorrect_caught=share("incorrect"),
    )


def score_split(predictions: Predictions) -> SplitScores:
    """All figures of one split; those that need both sides are None where one is missing."""
    truth, raw, p = predictions.truth, predictions.raw, predictions.p
    alerts, labels = predictions.alerts, predictions.labels
    both_sides = len(set(truth.tolist())) == 2
    return SplitScores(
        **vars(score_decisions(alerts, labels)),
        balanced_accuracy=float(balanced_accuracy_score(truth, alerts)) if both_sides else None,
        roc_auc=float(roc_auc_score(truth, raw)) if both_sides else None,
        average_precision=float(average_precision_score(truth, raw)) if both_sides else None,
        log_loss_raw=float(log_loss(truth, raw)) if both_sides else None,
        log_loss=float(log_loss(truth, p)) if both_sides else None,
        calibration_error_raw=expected_calibration_error(raw, truth) if both_sides else None,
        calibration_error=expected_calibration_error(p, truth) if both_sides else None,
        by_source=_by(predictions, lambda photo: photo.source),
        by_face_size=dict(
            sorted(
                _by(predictions, lambda photo: face_size(photo.face_px)).items(),
                key=lambda item: FACE_SIZES_PX[item[0]],
            )
        ),
    )


def face_size(px: float) -> str:
    """The name in FACE_SIZES_PX of a face's size in pixels."""
    return max((least, name) for name, least in FACE_SIZES_PX.items() if px >= least)[1]


def _by(predictions: Predictions, group: Callable[[Photo], str]) -> dict[str, DecisionScores]:
    groups = np.array([group(photo) for photo in predictions.photos], dtype=str)
    alerts, labels = predictions.alerts, predictions.labels
    return {str(name): score_decisions(alerts[groups == name], labels[groups == name]) for name in np.unique(groups)}
