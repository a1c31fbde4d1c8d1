"""Accuracy on a part of the pictures, with its confidence interval."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest

from training.classifier.datasets import COMPLIANT
from training.classifier.skin_tone import TONES, UNKNOWN, skin_tone

CONFIDENCE = 0.95
"""Probability that the true share lies in a `Share`'s interval."""


@dataclass(frozen=True)
class Share:
    """How many of some pictures were judged right."""

    right: int
    images: int
    share: float | None
    """None without pictures."""
    low: float
    high: float
    """Wilson's interval: it is also right for a handful of pictures, and where all of them are right."""


@dataclass(frozen=True)
class Slice:
    """The right decisions in one part of the pictures."""

    with_without: Share
    """On masked and bare faces."""
    with_mask: Share
    without_mask: Share
    incorrect: Share


def share_of(right: Sequence[bool] | np.ndarray) -> Share:
    """The share of what is true, with its interval."""
    count, images = int(np.sum(right)), len(right)
    return Share(count, images, count / images if images else None, *interval(count, images))


def interval(right: int, images: int) -> tuple[float, float]:
    """Wilson's interval around `right` of `images`, at CONFIDENCE: lowest and highest share."""
    if not images:
        return 0.0, 1.0
    found = binomtest(right, images).proportion_ci(CONFIDENCE, method="wilson")
    return float(found.low), float(found.high)


def score_slices(names: Sequence[str], alerts: np.ndarray, labels: np.ndarray) -> dict[str, Slice]:
    """Score each part separately.

    Args:
        names: Of the part that each of n pictures is in.
        alerts: bool (n,), whether each face was called not compliant.
        labels: str (n,), the classes.

    Returns:
        By name, in the order of their first pictures.
    """
    right, parts = alerts == (labels != COMPLIANT), np.array(names, dtype=str)

    def share(name: str, *classes: str) -> Share:
        return share_of(right[(parts == name) & np.isin(labels, classes)])

    return {
        name: Slice(
            with_without=share(name, COMPLIANT, "without_mask"),
            with_mask=share(name, COMPLIANT),
            without_mask=share(name, "without_mask"),
            incorrect=share(name, "incorrect"),
        )
        for name in dict.fromkeys(names)
    }


def score_by_skin_tone(crops: np.ndarray, widening: float, alerts: np.ndarray, labels: np.ndarray) -> dict[str, Slice]:
    """`score_slices` by the skin tones that occur, lightest first; crops as `crop_face` cuts them so wide, uint8."""
    slices = score_slices([skin_tone(crop, widening) for crop in crops], alerts, labels)
    return {name: slices[name] for name in (*TONES, UNKNOWN) if name in slices}
