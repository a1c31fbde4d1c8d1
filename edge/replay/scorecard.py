"""`maskwatch evaluate`: how well the device judges clips of which it is known what is seen."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from edge.camera.recording import open_recording
from edge.errors import UserError
from edge.replay.annotation import Annotation, read_annotations
from edge.replay.evaluation import LOOKED_AT, Evaluation, Stretch, evaluate
from edge.replay.extras import require
from edge.replay.pace import at_rate
from edge.replay.record import Record
from edge.replay.replay import watch_recording
from edge.runtime.pipeline import Models, load_models
from edge.settings.schema import Settings

if TYPE_CHECKING:
    from rich.table import Table


COLUMNS = (
    "\nnot\ncompliant",
    "\nalerted\nafter",
    "\nfalse\nalerts",
    "\nalert\nright",
    "\nverdicts\nright",
    "tracks\n+muted\n/people",
)
"""Headings between the clip's name and whether it passed, in three lines."""


def print_scorecard(folder: Path, settings: Settings, *, rate: float, only_report: Sequence[str] = ()) -> int:
    """Run the loop on each annotated clip of a folder and print a table.

    Args:
        folder: Videos, NAME.json with the segments beside each.
        settings: The device's settings.
        rate: Frames a second to look at.
        only_report: Names of clips that are in the table, but need not pass.

    Returns:
        The exit status: 0 if every clip passed that had to, 1 if not.

    Raises:
        UserError: No annotated clips, one that cannot be read, or a name that is none of theirs.
    """
    require("rich")
    from rich.console import Console

    annotations = read_annotations(folder)
    for name in set(only_report) - {annotation.clip.stem for annotation in annotations}:
        raise UserError(
            f'There is no clip "{name}" in {folder}: give --only-report the name of one, without its ending.'
        )
    evaluations = _evaluate_all(annotations, settings, rate)
    console = Console(highlight=False)
    console.print(_table(evaluations, rate, only_report))
    held_to = [evaluation for evaluation in evaluations if evaluation.clip.stem not in only_report]
    for line in _summary(held_to):
        console.print(line)
    return 0 if all(evaluation.passed for evaluation in held_to) else 1


def evaluate_clips(folder: Path, settings: Settings, *, rate: float) -> list[Evaluation]:
    """What the loop makes of each annotated clip of a folder; arguments and errors as of `print_scorecard`."""
    return _evaluate_all(read_annotations(folder), settings, rate)


def _evaluate_all(annotations: Sequence[Annotation], settings: Settings, rate: float) -> list[Evaluation]:
    models = load_models(settings)
    return [_evaluate(annotation, settings, models, rate) for annotation in annotations]


def _evaluate(annotation: Annotation, settings: Settings, models: Models, rate: float) -> Evaluation:
    record = Record()
    with open_recording(annotation.clip) as recording:
        watch_recording(at_rate(recording, rate), settings, models, record)
    return evaluate(annotation, record)


def _table(evaluations: Sequence[Evaluation], rate: float, only_report: Sequence[str]) -> "Table":
    """As narrow as a terminal of 80 characters."""
    from rich import box
    from rich.table import Table

    title = f"{rate:g} frames a second; times in seconds"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=0, show_edge=False)
    table.add_column("clip", no_wrap=True)
    for heading in COLUMNS:
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("\n\npassed", justify="right")
    for evaluation in evaluations:
        table.add_row(*_row(evaluation), _verdict(evaluation, only_report))
    return table


def _row(evaluation: Evaluation) -> tuple[str, ...]:
    muted = f"+{evaluation.muted}" if evaluation.muted else ""
    return (
        evaluation.clip.stem,
        "\n".join(f"{stretch.begin:.1f}-{stretch.end:.1f}" for stretch in evaluation.stretches),
        "\n".join(_alerted(stretch) for stretch in evaluation.stretches),
        "\n".join(f"{at:.1f}" for at in evaluation.false_alerts),
        f"{100 * evaluation.alert_right:.0f} %",
        f"{100 * evaluation.verdicts_right:.0f} %",
        f"{evaluation.tracks}{muted}/{evaluation.max_people}",
    )


def _alerted(stretch: Stretch) -> str:
    after = "never" if stretch.delay is None else f"{stretch.delay:.1f}"
    return f"[bold red]{after}[/]" if stretch.demanded and not stretch.in_time else after


def _verdict(evaluation: Evaluation, only_report: Sequence[str]) -> str:
    if evaluation.clip.stem in only_report:
        return "[dim]-[/]"
    return "[green]yes[/]" if evaluation.passed else "[bold red]no[/]"


def _summary(held_to: Sequence[Evaluation]) -> list[str]:
    demanded = [stretch for evaluation in held_to for stretch in evaluation.stretches if stretch.demanded]
    in_time = sum(stretch.in_time for stretch in demanded)
    false = sum(len(evaluation.false_alerts) for evaluation in held_to)
    passed = sum(evaluation.passed for evaluation in held_to)
    return [
        f"Stretches of a second or more alerted within a second: {in_time} of {len(demanded)}; false alerts: {false}.",
        f"Alert right so long into a stretch: {', '.join(_right(held_to, seconds) for seconds in LOOKED_AT)}.",
        f"{'Passed' if passed == len(held_to) else 'Not passed'}: {passed} of {len(held_to)} clips.",
    ]


def _right(held_to: Sequence[Evaluation], seconds: float) -> str:
    right, of_all = (sum(evaluation.right_after[seconds][part] for evaluation in held_to) for part in (0, 1))
    return f"{seconds:g} s {right} of {of_all}"
