"""Reading a run's folder, whichever kind of network was fitted there."""

import json
from collections.abc import Callable
from pathlib import Path

from edge.errors import UserError
from export.quantize.classifier_run import read_classifier_run
from export.quantize.locator_run import read_locator_run
from export.quantize.trained_run import TrainedRun
from training.runs import RunFiles

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
    try:
        metrics = json.loads(files.metrics.read_text())
        return READERS[metrics.get("kind", "classifier")](files, metrics)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UserError(
            f"The run in {folder} is damaged ({' '.join(str(error).split())[:200] or type(error).__name__})",
            "train it again, or copy its folder again",
        ) from error
