"""Reading a run's folder, for each kind of network."""

from collections.abc import Callable
from pathlib import Path

from edge.errors import UserError
from export.quantize.classifier_run import read_classifier_run
from export.quantize.locator_run import read_locator_run
from export.quantize.trained_run import TrainedRun
from training.common.runs import RunFiles

READERS: dict[str, Callable[[RunFiles, dict], TrainedRun]] = {
    "classifier": read_classifier_run,
    "locator": read_locator_run,
}
"""By the kind in `metrics.json`; a classifier's has none."""


def read_run(folder: Path) -> TrainedRun:
    """Read a run's folder.

    Raises:
        UserError: It holds no finished run, or the pictures are no longer where they were.
    """
    files = RunFiles(folder)
    if not files.network.is_file() or not files.metrics.is_file():
        raise UserError(
            f"{folder} holds no finished run",
            f"make one with `maskwatch-train classifier DATA --out {folder}` "
            f"or `maskwatch-train locator SCENES --out {folder}`",
        )
    metrics = files.read_metrics()
    reader = READERS.get(str(metrics.get("kind", "classifier")))
    try:
        if reader:
            return reader(files, metrics)
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(f"{files.metrics} is damaged", SCORE_AGAIN) from error
    raise UserError(f"{files.metrics} is damaged", SCORE_AGAIN)


SCORE_AGAIN = "write it again with `maskwatch-train ... --resume --score-only`"
