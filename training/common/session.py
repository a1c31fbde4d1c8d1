"""One call of `maskwatch-train`: fit what is left to fit, then score the best epoch, or say how to go on."""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from rich.console import Console

from edge.errors import UserError
from training.common.distribution import distribute
from training.common.interruption import Interruption, InterruptionError
from training.common.left_out import summary
from training.common.progress import EpochProgress
from training.common.runs import RunFiles, RunState
from training.common.settings import FitSettings
from training.common.taught import refuse_other_answers

Fit = Callable[[EpochProgress, Interruption], None]
"""Fits all epochs that are left; raises InterruptionError after Ctrl-C."""


def fit_and_score(
    settings: FitSettings,
    files: RunFiles,
    console: Console,
    *,
    save_split: Callable[[Path], None],
    fit: Fit,
    score: Callable[[], None],
    fit_on: bool,
    on_all_devices: bool,
) -> bool:
    """Fit a run unless it is finished, then score it.

    The first Ctrl-C ends the fit after the current batch and keeps the best epoch so far; the second raises
    KeyboardInterrupt at once. After Ctrl-C nothing is scored: that takes minutes, and the person at the keyboard is
    waiting.

    Args:
        settings: Of the fit; written to the run's folder when it begins.
        files: Of the run.
        console: For what is said.
        save_split: Writes which picture is in which split to a file.
        fit: Fits on.
        score: Scores the best epoch and writes metrics and report.
        fit_on: Whether to fit at all, or only to score.
        on_all_devices: Whether to split the batches over them.

    Returns:
        Whether nothing is left to do; False after Ctrl-C.

    Raises:
        UserError: The batches cannot be split, the run was begun with other labels or boxes of the training pictures,
            or `fit` refuses something.
    """
    if on_all_devices:
        distribute(settings, console)
    with _begun(settings, files):
        # Every time: the training pictures are those of before, but the others are scored as they are now.
        _save_split(save_split, files)
        complete = not fit_on or files.state is RunState.FITTED or _fit(settings, console, fit)
    if complete:
        score()
        console.print(f"The best network is {files.network}; the report is {files.report}.")
    else:
        console.print(_how_to_go_on(files))
    return complete


def print_left_out(console: Console, notes: Iterable[str], skipped: Mapping[str, str]) -> None:
    """Print what was decided about the data, and what of it is not used."""
    for line in (*notes, *summary(skipped)):
        console.print(line)


def _save_split(save_split: Callable[[Path], None], files: RunFiles) -> None:
    """Replace the split of a run, unless it says something else of a training picture."""
    partial = files.split.with_name(f"{files.split.name}.partial")
    try:
        save_split(partial)
        if files.split.is_file():
            refuse_other_answers(files.split, partial, files.folder)
        partial.replace(files.split)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def _begun(settings: FitSettings, files: RunFiles) -> Iterator[None]:
    """Save the settings of a new run; without them again if it is refused before its first batch."""
    new = files.state is RunState.NONE
    if new:
        _save_settings(settings, files)
    try:
        yield
    except UserError:
        if new and not files.checkpoint.exists():
            for path in (files.split, files.settings):
                path.unlink(missing_ok=True)
        raise


def _fit(settings: FitSettings, console: Console, fit: Fit) -> bool:
    progress = EpochProgress(console, batch_size=settings.batch_size)
    with Interruption() as interruption:
        try:
            fit(progress, interruption)
        except InterruptionError:
            return False
        finally:
            progress.stop()
    return True


def _save_settings(settings: FitSettings, files: RunFiles) -> None:
    """Save the settings, with the versions that they are used with."""
    versions = {"tensorflow": tf.__version__, "keras": keras.__version__, "numpy": np.__version__}
    record = {**asdict(settings), "threads_used": settings.threads or _cores(), **versions}
    files.settings.write_text(json.dumps(record, indent=2) + "\n")


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _how_to_go_on(files: RunFiles) -> str:
    if not files.read_history():
        return (
            "Stopped before the first epoch was finished: nothing is kept. The same command with --resume begins again."
        )
    return (
        "Stopped; the best epoch so far is kept. The same command with --resume goes on after the last finished epoch, "
        "and with --resume --score-only it scores the best epoch and writes the report."
    )
