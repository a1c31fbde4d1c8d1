"""The diagrams of a classifier's report."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from sklearn.metrics import precision_recall_curve, roc_curve

from training.classifier.calibration import reliability
from training.classifier.robustness import Curve
from training.classifier.scores import Predictions
from training.report.drawing import BLUE, GRAY, ORANGE, finished, mark_best, new_axes


def loss_curve(history: Sequence[dict]) -> str:
    """Training and validation loss by epoch, as a data URI."""
    axes = new_axes("epoch", "log loss (nats)")
    epochs = [row["epoch"] for row in history]
    axes.plot(epochs, [row["loss"] for row in history], color=GRAY, label="training (augmented)")
    axes.plot(epochs, [row["val_loss"] for row in history], color=BLUE, label="validation")
    mark_best(axes, history, "val_loss")
    return finished(axes)


def score_curve(history: Sequence[dict]) -> str:
    """Balanced accuracy by epoch, as a data URI."""
    axes = new_axes("epoch", "balanced accuracy, validation")
    axes.plot([row["epoch"] for row in history], [row["val_score"] for row in history], color=BLUE)
    mark_best(axes, history, "val_score")
    return finished(axes)


def roc(parts: dict[str, Predictions]) -> str:
    """Share caught over share of false alarms, for the named splits, as a data URI."""
    axes = new_axes("masked faces wrongly alerted, %", "faces not compliant caught, %")
    for (name, part), color in zip(parts.items(), (GRAY, BLUE), strict=False):
        false_alarms, caught, _ = roc_curve(part.truth, part.p)
        axes.plot(100 * false_alarms, 100 * caught, color=color, label=name)
        _mark_threshold(axes, part.alerts[~part.truth].mean(), part.alerts[part.truth].mean(), color)
    _zoom(axes, x=(-0.5, 30), y=(70, 100.5))
    return finished(axes)


def precision_recall(parts: dict[str, Predictions]) -> str:
    """Share of alerts that are right over share caught, for the named splits, as a data URI."""
    axes = new_axes("faces not compliant caught, %", "alerts that are right, %")
    for (name, part), color in zip(parts.items(), (GRAY, BLUE), strict=False):
        precision, recall, _ = precision_recall_curve(part.truth, part.p)
        axes.plot(100 * recall, 100 * precision, color=color, label=name)
        right = part.truth[part.alerts].mean() if part.alerts.any() else 1.0
        _mark_threshold(axes, part.alerts[part.truth].mean(), right, color)
    _zoom(axes, x=(70, 100.5), y=(70, 100.5))
    return finished(axes)


def reliability_diagram(part: Predictions) -> str:
    """The observed share over the predicted probability, before and after temperature scaling, as a data URI."""
    axes = new_axes("predicted P(not compliant), %", "not compliant, %")
    axes.plot([0, 100], [0, 100], color=GRAY, linestyle=":", linewidth=1.2, label="ideal")
    for p, color, name in ((part.raw, ORANGE, "before"), (part.p, BLUE, "after")):
        bins = reliability(p, part.truth)
        predicted, observed = [100 * b.mean_p for b in bins], [100 * b.share_true for b in bins]
        axes.plot(predicted, observed, color=color, linewidth=1, alpha=0.6)
        # A dot's area shows the number of its pictures.
        axes.scatter(predicted, observed, s=[12 + 200 * b.images / len(p) for b in bins], color=color, label=name)
    return finished(axes)


def histogram(part: Predictions) -> str:
    """How many faces of either kind get which calibrated P, as a data URI."""
    axes = new_axes("P(not compliant), %", "faces (log scale)")
    for truth, color, name in ((False, BLUE, "masked"), (True, ORANGE, "bare or incorrect")):
        axes.hist(
            100 * part.p[part.truth == truth],
            bins=np.linspace(0, 100, 26).tolist(),
            color=color,
            alpha=0.55,
            label=name,
            log=True,
        )
    axes.axvline(100 * part.threshold, color="black", linewidth=1, linestyle="--", label="threshold")
    return finished(axes)


def robustness_curve(curve: Curve) -> str:
    """Shares judged right from untouched crops to badly damaged ones, as a data URI."""
    axes = new_axes(curve.unit, "faces judged right, %")
    places = range(len(curve.points))
    for field, color, name in (
        ("with_without_accuracy", BLUE, "masked and bare"),
        ("incorrect_caught", ORANGE, "incorrectly worn"),
    ):
        shares = [getattr(point.scores, field) for point in curve.points]
        heights = [np.nan if share is None else 100 * share for share in shares]
        axes.plot(places, heights, "o-", color=color, markersize=5, label=name)
    # The steps have no common scale: compare how fast the curves fall.
    axes.set_xticks(places, ["as it is" if point.strength is None else f"{point.strength:g}" for point in curve.points])
    axes.set_ylim(0, 103)
    return finished(axes, "lower left")


def _mark_threshold(axes: Axes, x: float, y: float, color: str) -> None:
    axes.plot([100 * x], [100 * y], "o", color=color, markersize=7, markeredgecolor="white")


def _zoom(axes: Axes, x: tuple[float, float], y: tuple[float, float]) -> None:
    """Show only the corner if the thresholds in use are in it."""
    dots = [line.get_xydata() for line in axes.lines if line.get_marker() == "o"]
    if all(x[0] <= dot[0, 0] <= x[1] and y[0] <= dot[0, 1] <= y[1] for dot in map(np.asarray, dots)):
        axes.set(xlim=x, ylim=y)
