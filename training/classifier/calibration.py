"""Choosing a temperature and a threshold on the validation split, and measuring the calibration of probabilities."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize, minimize_scalar
from sklearn.metrics import log_loss
from sklearn.utils.class_weight import compute_sample_weight

from edge.vision.calibration import Calibration

TEMPERATURES = (0.1, 10.0)
"""The range of temperatures that is searched."""

BIASES = (-5.0, 5.0)
"""The same for a bias."""

BINS = 15
"""Equal parts of 0..1 that probabilities are sorted into, as in Guo et al. (2017)."""


@dataclass(frozen=True)
class ReliabilityBin:
    """The pictures whose probability fell into one part of 0..1."""

    images: int
    mean_p: float
    """The mean predicted probability."""
    share_true: float
    """The share that was not compliant."""


def fit_calibration(p: np.ndarray, truth: np.ndarray) -> Calibration:
    """The temperature with the least log loss (Guo et al., 2017).

    Args:
        p: float (n,), the network's own probabilities.
        truth: bool (n,), what was so.

    Returns:
        That calibration; temperature 1 where `truth` does not hold both sides and nothing can be told.
    """
    if truth.all() or not truth.any():
        return Calibration()

    def loss(log_temperature: float) -> float:
        return float(log_loss(truth, Calibration(float(np.exp(log_temperature))).apply(p)))

    fitted = minimize_scalar(loss, bounds=tuple(np.log(TEMPERATURES)), method="bounded", options={"xatol": 1e-4})
    return Calibration(float(np.exp(fitted.x)))


def fit_balanced_calibration(p: np.ndarray, truth: np.ndarray) -> Calibration:
    """The temperature and the bias with the least log loss if both sides were equally many (Platt, 1999).

    Args:
        p: As for `fit_calibration`.
        truth: As for `fit_calibration`.

    Returns:
        That calibration: at 0.5 either side is as likely; it changes nothing where `truth` does not hold both sides.
    """
    if truth.all() or not truth.any():
        return Calibration()
    weights = compute_sample_weight("balanced", truth)

    def loss(parameters: np.ndarray) -> float:
        calibrated = Calibration(float(np.exp(parameters[0])), float(parameters[1])).apply(p)
        return float(log_loss(truth, calibrated, sample_weight=weights))

    fitted = minimize(loss, (0.0, 0.0), bounds=(tuple(np.log(TEMPERATURES)), BIASES), method="Nelder-Mead")
    return Calibration(float(np.exp(fitted.x[0])), float(fitted.x[1]))


def choose_threshold(p: np.ndarray, score: Callable[[np.ndarray], float]) -> float:
    """The decision threshold with the highest score, from the middle of the widest range that reaches it.

    Args:
        p: float (n,), calibrated probabilities.
        score: Of the decisions `p >= threshold`, bool (n,); higher is better.
    """
    # All thresholds between two neighboring probabilities decide the same.
    edges = np.concatenate([[0.0], np.unique(p), [1.0]])
    scores = np.array([score(p >= edge) for edge in edges[1:]])
    if (scores == scores[0]).all():
        return 0.5
    best = np.flatnonzero(scores == scores.max())
    plateaus = np.split(best, np.flatnonzero(np.diff(best) > 1) + 1)
    low, high = max(((edges[run[0]], edges[run[-1] + 1]) for run in plateaus), key=lambda ends: ends[1] - ends[0])
    middle = (low + high) / 2
    # Between the two smallest numbers there is no middle.
    return float(middle if middle > low else high)


def reliability(p: np.ndarray, truth: np.ndarray, bins: int = BINS) -> list[ReliabilityBin]:
    """Predicted and observed shares side by side, for the parts of 0..1 that hold any picture.

    Args:
        p: float (n,), probabilities.
        truth: bool (n,), what was so.
        bins: How many equal parts.
    """
    index = np.minimum((p * bins).astype(int), bins - 1)
    return [
        ReliabilityBin(int((index == i).sum()), float(p[index == i].mean()), float(truth[index == i].mean()))
        for i in np.unique(index)
    ]


def expected_calibration_error(p: np.ndarray, truth: np.ndarray) -> float:
    """The distance of predicted and observed shares, averaged over the pictures, 0 to 1 (Naeini et al., 2015)."""
    return sum(b.images * abs(b.mean_p - b.share_true) for b in reliability(p, truth)) / max(len(p), 1)
