"""The report of a locator's run: one HTML page that carries its own pictures."""

import json

from training.common.left_out import summary
from training.common.runs import RunFiles
from training.locator import plots
from training.locator.evaluate import LocatorEvaluation
from training.locator.scores import MAX_FALSE_FACES, SELECTION_RATES, Detections, LocatorScores
from training.locator.sheet import surest_false_faces, worst_misses
from training.report.rendering import render


def write_report(evaluation: LocatorEvaluation, files: RunFiles) -> None:
    """Write the run's `report.html`.

    Args:
        evaluation: The figures and findings of the validation split.
        files: The run, whose settings and history are shown too.
    """
    metrics, full_size = evaluation.metrics, evaluation.findings.full_size
    page = render(
        "locator.html",
        metrics=metrics,
        left_out=list(summary(metrics.skipped)),
        settings=json.loads(files.settings.read_text()),
        kinds=("scenes", "faces"),
        plots=_plots(evaluation, files.read_history()),
        max_false_faces=MAX_FALSE_FACES,
        at_rates=_at_rates(evaluation.detections),
        misses=worst_misses(full_size, metrics.threshold),
        false_faces=surest_false_faces(full_size, metrics.threshold),
    )
    files.report.write_text(page, encoding="utf-8")


def _at_rates(detections: Detections) -> dict[float, LocatorScores]:
    """The scores at the best threshold for each rate of false faces."""
    return {rate: detections.at(detections.best_threshold(rate)) for rate in SELECTION_RATES}


def _plots(evaluation: LocatorEvaluation, history: list[dict]) -> dict[str, str]:
    findings, threshold = evaluation.findings, evaluation.metrics.threshold
    return {
        "loss": plots.loss_curve(history),
        "score": plots.score_curve(history),
        "false_faces": plots.recall_by_false_faces(findings, threshold),
        "precision_recall": plots.precision_recall(findings, threshold),
    }
