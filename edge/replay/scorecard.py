"""`maskwatch evaluate`: how well the device judges annotated clips."""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from edge.camera.recording import open_recording
from edge.errors import UserError
from edge.replay.annotation import Annotation, read_annotations, unannotated_clips
from edge.replay.evaluation import LOOKED_AT, BareStretch, Evaluation, Shown, evaluate
from edge.replay.extras import require
from edge.replay.pace import at_rate
from edge.replay.record import Record
from edge.replay.replay import watch_recording
from edge.runtime.pipeline import Models, load_models
from edge.settings.schema import Settings

if TYPE_CHECKING:
    from rich.table import Table

FORMAT = 1
"""Of the JSON; a key that is there keeps its name, its unit and its meaning."""

COLUMNS = (
    "\nnot\ncompliant",
    "\nalerted\nafter",
    "\nfalse\nalerts",
    "\nalert\nright",
    "\nverdicts\nright",
    "tracks\n+muted\n/people",
)
"""Headings between the clip's name and whether it passed, in three lines."""


def print_scorecard(
    folder: Path, settings: Settings, *, rate: float, only_report: Sequence[str] = (), as_json: bool = False
) -> int:
    """Run the loop on each annotated clip of a folder and print a table.

    Args:
        folder: Videos, NAME.json with the segments beside each.
        settings: The device's settings.
        rate: Frames a second to process.
        only_report: Names of clips that are in the table, but need not pass.
        as_json: Whether to print a JSON object instead.

    Returns:
        The exit status: 0 if every clip passed that had to, 1 if not.

    Raises:
        UserError: No annotated clips, one that cannot be read, or a name that none of them has.
    """
    if not as_json:
        require("rich")
    annotations = read_annotations(folder)
    for name in set(only_report) - {annotation.clip.stem for annotation in annotations}:
        raise UserError(
            f'There is no clip "{name}" in {folder}', "give --only-report the name of one, without its ending"
        )
    scored = _evaluate_all(annotations, settings, rate)
    _print(scored, rate, only_report, as_json=as_json)
    if names := unannotated_clips(folder, annotations):
        sys.stderr.write(f"Not judged, as no NAME.json describes them: {', '.join(names)}.\n")
    return 0 if all(score.passed for score in _held_to(scored, only_report)) else 1


def _print(scored: Sequence[Evaluation], rate: float, only_report: Sequence[str], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(_as_json(scored, rate, only_report))
        return
    from rich.console import Console

    console = Console(highlight=False)
    console.print(_table(scored, rate, only_report))
    for line in [*_remarks(scored), *_summary(scored, only_report)]:
        console.print(line, markup=False)


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
        shown = Shown(recording.seconds, recording.gaps, recording.damage)
    return evaluate(annotation, record, shown)


def _held_to(scored: Sequence[Evaluation], only_report: Sequence[str]) -> list[Evaluation]:
    """The clips that have to pass."""
    return [score for score in scored if score.clip.stem not in only_report]


def _as_json(scored: Sequence[Evaluation], rate: float, only_report: Sequence[str]) -> str:
    demanded = _held_to(scored, only_report)
    clips = [_clip_as_json(score, must_pass=score in demanded) for score in scored]
    switches = sum(score.switches or 0 for score in scored)
    passed = sum(score.passed for score in demanded)
    content = {
        "format": FORMAT,
        "frames_per_second": rate,
        "clips": clips,
        "must_pass": len(demanded),
        "passed": passed,
        "identity_switches": switches,
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _clip_as_json(score: Evaluation, *, must_pass: bool) -> dict[str, object]:
    stretches = [
        {"from_s": s.begin, "to_s": s.end, "alerted_after_s": s.delay, "must_alert": s.demanded}
        for s in score.stretches
    ]
    right_after = [{"seconds": seconds, "right": right, "of": of} for seconds, (right, of) in score.right_after.items()]
    return {
        "clip": score.clip.name,
        "passed": score.passed,
        "must_pass": must_pass,
        "not_compliant": stretches,
        "false_alerts_s": score.false_alerts,
        "alert_right": score.alert_right,
        "verdicts_right": score.verdicts_right,
        "right_after": right_after,
        "tracks": score.tracks,
        "muted": score.muted,
        "max_people": score.max_people,
        "identity_switches": score.switches,
        "uncovered": [{"from_s": begin, "to_s": end} for begin, end in score.uncovered],
        "damage": score.damage,
    }


def _remarks(scored: Sequence[Evaluation]) -> Iterator[str]:
    """What was wrong with the clips themselves."""
    for score in scored:
        if score.damage:
            yield score.damage
        for begin, end in score.uncovered:
            yield f"{score.clip.name} shows nothing from {begin:.1f} to {end:.1f} s, which are annotated: not passed."


def _table(scored: Sequence[Evaluation], rate: float, only_report: Sequence[str]) -> "Table":
    """As narrow as a terminal of 80 characters."""
    from rich import box
    from rich.table import Table

    title = f"{rate:g} frames a second; times in seconds"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=0, show_edge=False)
    table.add_column("clip", no_wrap=True)
    for heading in COLUMNS:
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("\n\npassed", justify="right")
    for score in scored:
        table.add_row(*_row(score), _verdict(score, only_report))
    return table


def _row(score: Evaluation) -> tuple[str, ...]:
    muted = f"+{score.muted}" if score.muted else ""
    return (
        score.clip.stem,
        "\n".join(f"{stretch.begin:.1f}-{stretch.end:.1f}" for stretch in score.stretches),
        "\n".join(_alerted(stretch) for stretch in score.stretches),
        "\n".join(f"{at:.1f}" for at in score.false_alerts),
        f"{100 * score.alert_right:.0f} %",
        f"{100 * score.verdicts_right:.0f} %",
        f"{score.tracks}{muted}/{score.max_people}",
    )


def _alerted(stretch: BareStretch) -> str:
    after = "never" if stretch.delay is None else f"{stretch.delay:.1f}"
    return f"[bold red]{after}[/]" if stretch.demanded and not stretch.in_time else after


def _verdict(score: Evaluation, only_report: Sequence[str]) -> str:
    if score.clip.stem in only_report:
        return "[dim]-[/]"
    return "[green]yes[/]" if score.passed else "[bold red]no[/]"


def _summary(scored: Sequence[Evaluation], only_report: Sequence[str]) -> list[str]:
    """Of the clips that have to pass."""
    held_to = _held_to(scored, only_report)
    demanded = [stretch for score in held_to for stretch in score.stretches if stretch.demanded]
    in_time = sum(stretch.in_time for stretch in demanded)
    false = sum(len(score.false_alerts) for score in held_to)
    switches = [score.switches for score in scored if score.switches is not None]
    failed = [score.clip.stem for score in held_to if not score.passed]
    known = [f"Identity switches: {sum(switches)} in {len(switches)} clips that say who is where."] if switches else []
    return [
        f"Stretches of a second or more alerted within a second: {in_time} of {len(demanded)}; false alerts: {false}.",
        f"Alert right so long into a stretch: {', '.join(_right(held_to, seconds) for seconds in LOOKED_AT)}.",
        *known,
        f"Passed: {len(held_to) - len(failed)} of {len(held_to)} clips"
        + (f"; not passed: {', '.join(failed)}." if failed else "."),
    ]


def _right(held_to: Sequence[Evaluation], seconds: float) -> str:
    right, of_all = (sum(score.right_after[seconds][part] for score in held_to) for part in (0, 1))
    return f"{seconds:g} s {right} of {of_all}"
