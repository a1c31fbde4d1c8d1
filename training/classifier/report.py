"""The report of a classifier's run: one HTML page that carries its own pictures."""

import json
from dataclasses import dataclass

import numpy as np

from training.classifier import plots
from training.classifier.datasets import BARE, COMPLIANT, INCORRECT, LABELS
from training.classifier.evaluate import Evaluation
from training.classifier.pipeline import evaluation_crops
from training.classifier.scores import DecisionScores, Predictions, SplitScores
from training.classifier.settings import ClassifierFitSettings
from training.common.left_out import summary
from training.common.runs import RunFiles
from training.report.rendering import counted, picture_uri, render

WORST = 24
"""Mistakes shown of each kind."""

FIGURES = (
    ("with_without_accuracy", "With / without right", True,
     "The share of masked and bare faces judged right from a single picture. Incorrectly worn masks are not counted."),
    ("with_mask_left_alone", "Masked, no alert", True,
     "The rest would light the LED although the person wears a mask: the false alarms."),
    ("without_mask_caught", "Bare, caught", True, "The rest are missed in that picture."),
    ("incorrect_caught", "Incorrectly worn, caught", True,
     "Under the nose, on the chin, hanging from an ear: the hard cases, counted as not compliant."),
    ("balanced_accuracy", "Balanced accuracy", False,
     "Mean of masked faces without an alert and of all others caught: a false alarm and a miss count the same. "
     "The threshold maximizes it on validation."),
    ("roc_auc", "ROC AUC", False,
     "The chance that a face to alert on has a higher P than a masked one. 1 is perfect, 0.5 is guessing."),
    ("average_precision", "Average precision", False,
     "The share of alerts that are right, averaged over all thresholds. 1 is perfect."),
    ("log_loss_raw", "Log loss, raw", False, "The cost of wrong, overconfident probabilities, in nats. 0 is perfect."),
    ("log_loss", "Log loss, calibrated", False,
     "The same after temperature scaling, as the device computes P."),
    ("calibration_error_raw", "Calibration error, raw", False,
     "The mean difference of P and the observed share; the device adds up P over frames, so P must be right."),
    ("calibration_error", "Calibration error, calibrated", False, "The same after temperature scaling."),
)  # fmt: skip
"""Field of SplitScores, its name, whether it is shown in percent, and what it means at a door."""


COUNTED = {
    "with_without_accuracy": (COMPLIANT, BARE),
    "with_mask_left_alone": (COMPLIANT,),
    "without_mask_caught": (BARE,),
    "incorrect_caught": (INCORRECT,),
}
"""The classes whose faces a share is of."""

JUDGED = (COMPLIANT, BARE, INCORRECT)
"""The classes whose decisions are counted."""


@dataclass(frozen=True)
class Mistake:
    """A wrongly judged face."""

    picture: str
    """The crop as the network saw it, a data URI."""
    label: str
    p: float
    source: str
    file: str


def write_report(evaluation: Evaluation, files: RunFiles) -> None:
    """Write the run's `report.html`.

    Args:
        evaluation: The figures and predictions.
        files: The run, whose settings and history are shown too.
    """
    metrics, history = evaluation.metrics, files.read_history()
    widening = files.read_settings(ClassifierFitSettings).crop_widening
    page = render(
        "classifier.html",
        metrics=metrics,
        left_out=list(summary(metrics.skipped)),
        settings=json.loads(files.settings.read_text()),
        kinds=[label for label in LABELS if any(counts.get(label) for counts in metrics.images.values())],
        labels=JUDGED,
        figures=FIGURES,
        shares_of=shares,
        plots=_plots(evaluation, history),
        robustness={name: plots.robustness_curve(curve) for name, curve in metrics.robustness.items()},
        false_alarms=worst_mistakes(evaluation.test, widening, false_alarms=True),
        misses=worst_mistakes(evaluation.test, widening, false_alarms=False),
        confusion={"Test": confusion(metrics.test), "Validation": confusion(metrics.val)},
    )
    files.report.write_text(page, encoding="utf-8")


def shares(scores: DecisionScores) -> dict[str, str]:
    """The shares of COUNTED as HTML, each with its interval and the number of faces that it is of."""
    faces = {name: sum(scores.images_by_label.get(label, 0) for label in labels) for name, labels in COUNTED.items()}
    return {name: counted(getattr(scores, name), count) for name, count in faces.items()}


def confusion(scores: SplitScores) -> dict[str, tuple[int, int]]:
    """How many faces of each class raised no alert, and how many did."""
    left_alone = scores.with_mask_left_alone
    alerted = {
        "with_mask": None if left_alone is None else 1 - left_alone,
        "without_mask": scores.without_mask_caught,
        "incorrect": scores.incorrect_caught,
    }
    counts = {label: scores.images_by_label.get(label, 0) for label in JUDGED}
    alerts = {label: round((alerted[label] or 0.0) * counts[label]) for label in JUDGED}
    return {label: (counts[label] - alerts[label], alerts[label]) for label in JUDGED}


def worst_mistakes(part: Predictions, widening: float, *, false_alarms: bool) -> list[Mistake]:
    """The WORST mistakes of one kind, the most certain first.

    Args:
        part: What was said of which photographs.
        widening: Of the crops that are shown, as `crop_face` takes it.
        false_alarms: Masked faces that were alerted on; else faces that should have been.
    """
    wrong = np.flatnonzero((part.truth != part.alerts) & (part.truth != false_alarms))
    surest = wrong[np.argsort(part.p[wrong] * (-1 if false_alarms else 1), kind="stable")][:WORST]
    photos = [part.photos[i] for i in surest]
    return [
        Mistake(picture_uri(crop), photo.label, float(p), photo.source, photo.path.name)
        for crop, photo, p in zip(evaluation_crops(photos, widening), photos, part.p[surest], strict=True)
    ]


def _plots(evaluation: Evaluation, history: list[dict]) -> dict[str, str]:
    parts = {"validation": evaluation.val, "test": evaluation.test}
    telling = {name: part for name, part in parts.items() if 0 < part.truth.sum() < len(part.truth)}
    drawn = {"loss": plots.loss_curve(history), "score": plots.score_curve(history)}
    if telling:
        drawn |= {"roc": plots.roc(telling), "precision_recall": plots.precision_recall(telling)}
    if "test" in telling:
        drawn |= {
            "reliability": plots.reliability_diagram(evaluation.test),
            "histogram": plots.histogram(evaluation.test),
        }
    return drawn
