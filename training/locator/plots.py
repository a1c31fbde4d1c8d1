"""The diagrams of a locator's report."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from training.classifier.scores import FACE_SIZES_PX
from training.locator.findings import Findings
from training.locator.scores import MAX_FALSE_FACES
from training.report.drawing import BLUE, GRAY, ORANGE, finished, mark_best, new_axes

SIZE_COLORS = dict(zip(FACE_SIZES_PX, (GRAY, "#9cc3e6", "#4d8fcc", BLUE, "#0d2f57"), strict=True))
"""The larger the face, the darker."""

FALSE_FACES_SHOWN = (0.01, 2.0)
"""The range of false faces an image that matters at a door."""


def loss_curve(history: Sequence[dict]) -> str:
    """Training loss by epoch, as a data URI."""
    axes = new_axes("epoch", "training loss")
    axes.plot([row["epoch"] for row in history], [row["loss"] for row in history], color=GRAY)
    mark_best(axes, history, "loss")
    return finished(axes)


def score_curve(history: Sequence[dict]) -> str:
    """The selection score and recall on the validation split by epoch, as a data URI."""
    axes = new_axes("epoch", "validation")
    curves = (("val_score", "val score", BLUE), ("val_recall", "recall", "#4d8fcc"))
    for field, name, color in (*curves, ("val_small_recall", "recall, 16-32 px", GRAY)):
        axes.plot([row["epoch"] for row in history], [row[field] for row in history], color=color, label=name)
    mark_best(axes, history, "val_score")
    axes.set_ylim(0, 1)
    return finished(axes)


def recall_by_false_faces(findings: Findings, threshold: float) -> str:
    """Share of the faces of each size found over false faces an image, at every threshold, as a data URI."""
    axes = new_axes("false faces of 32 px and more an image", "faces found, %")
    false = _scores_of_false(findings.full_size)
    for name, part in findings.by_size.items():
        thresholds = _thresholds(findings, threshold)
        rates = _share_above(false, thresholds) * len(false) / max(len(findings.scenes), 1)
        _curve(axes, name, rates, 100 * _share_above(_scores_of_true(part), thresholds), thresholds == threshold)
    axes.axvline(MAX_FALSE_FACES, color=ORANGE, linewidth=1, linestyle="--", label=f"allowed: {MAX_FALSE_FACES:g}")
    axes.set(xscale="log", xlim=FALSE_FACES_SHOWN, ylim=(0, 101))
    axes.xaxis.set_major_formatter("{x:g}")
    return finished(axes)


def precision_recall(findings: Findings, threshold: float) -> str:
    """Share of boxes that are right over share of faces found, by size, at every threshold, as a data URI."""
    axes = new_axes("faces found, %", "boxes that are a face, %")
    for name, part in findings.by_size.items():
        thresholds = _thresholds(part, threshold)
        true, false = _scores_of_true(part), _scores_of_false(part)
        hits = _share_above(true, thresholds) * len(true)
        boxes = hits + _share_above(false, thresholds) * len(false)
        precision = np.where(boxes > 0, hits / np.maximum(boxes, 1), 1.0)
        _curve(axes, name, 100 * hits / max(len(true), 1), 100 * precision, thresholds == threshold)
    axes.set(xlim=(0, 101), ylim=(0, 101))
    return finished(axes)


def _thresholds(findings: Findings, in_use: float) -> np.ndarray:
    """Every score that occurs and the one in use, highest first; an unfound face's 0 is none."""
    scores = np.concatenate([_scores_of_true(findings), _scores_of_false(findings), [in_use]])
    return np.unique(scores[scores > 0])[::-1]


def _share_above(scores: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    ordered = np.sort(scores)
    return 1 - np.searchsorted(ordered, thresholds) / max(len(ordered), 1) if len(ordered) else 0.0 * thresholds


def _scores_of_true(findings: Findings) -> np.ndarray:
    return np.array([face.found_at for face in findings.faces], np.float64)


def _scores_of_false(findings: Findings) -> np.ndarray:
    return np.array([item.face.score for item in findings.false_faces], np.float64)


def _curve(axes: Axes, name: str, x: np.ndarray, y: np.ndarray, in_use: np.ndarray) -> None:
    color = SIZE_COLORS[name]
    axes.plot(x, y, color=color, label=f"{name} px")
    axes.plot(x[in_use], y[in_use], "o", color=color, markersize=7, markeredgecolor="white")
