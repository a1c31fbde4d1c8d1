"""`maskwatch stats`: the counts as a table, CSV, JSON or a picture."""

import csv
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import TextIO

from edge.stats.database import Counts

HEADINGS = ("", "people", "compliant", "not compliant", "undecided", "s to verdict", "min blind")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An hour or a day, as the report shows it."""

    begins: str
    """Local time, ISO 8601: 2026-11-28 for a day, 2026-11-28T14:00 for an hour."""
    people: int
    compliant: int
    not_compliant: int
    undecided: int
    """People who left without a verdict."""
    seconds_to_verdict: float | None
    """Mean time to the first verdict; None if there was no verdict."""
    minutes_blind: float


def rows(hours: Iterable[Counts], *, hourly: bool) -> list[Row]:
    """The counts by local day or hour, oldest first."""
    name: Callable[[Counts], str] = _hour if hourly else _day
    return [_row(begins, list(group)) for begins, group in groupby(hours, key=name)]


def write_table(shown: Sequence[Row], out: TextIO) -> None:
    """A line for each row, and their total."""
    lines = [_cells(row) for row in shown]
    widths = [max(len(line[column]) for line in [HEADINGS, *lines]) for column in range(len(HEADINGS))]
    for line in [HEADINGS, *lines]:
        first, *rest = (cell.rjust(width) for cell, width in zip(line, widths, strict=True))
        out.write("  ".join([line[0].ljust(len(first)), *rest]).rstrip() + "\n")


def write_csv(shown: Sequence[Row], out: TextIO) -> None:
    """A line for each row below the names of the fields of `Row`."""
    writer = csv.DictWriter(out, list(Row.__slots__), lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(row) for row in shown)


def write_json(shown: Sequence[Row], out: TextIO) -> None:
    """A list of objects with the fields of `Row`."""
    out.write(json.dumps([asdict(row) for row in shown], indent=2) + "\n")


def write_png(shown: Sequence[Row], path: Path) -> None:
    """A picture: people by hour or day, stacked by verdict.

    Raises:
        OSError: The picture cannot be written.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(8, 3.6), layout="constrained")
    FigureCanvasAgg(figure)
    axes, places = figure.subplots(), range(len(shown))
    below = [0] * len(shown)
    for field, label, color in (
        ("compliant", "compliant", "#2e7d32"),
        ("not_compliant", "not compliant", "#c62828"),
        ("undecided", "undecided", "#9e9e9e"),
    ):
        heights = [getattr(row, field) for row in shown]
        axes.bar(places, heights, bottom=below, label=label, color=color)
        below = [low + height for low, height in zip(below, heights, strict=True)]
    step = max(1, len(shown) // 12)
    axes.set_xticks(places[::step], [row.begins.replace("T", "\n") for row in shown][::step], rotation=0, fontsize=8)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_ylabel("people")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, ncols=3, loc="lower left", bbox_to_anchor=(0, 1))
    figure.savefig(path, dpi=110, format="png")


def _day(counts: Counts) -> str:
    return datetime.fromtimestamp(counts.hour).date().isoformat()


def _hour(counts: Counts) -> str:
    return datetime.fromtimestamp(counts.hour).isoformat(timespec="minutes")


def _row(begins: str, hours: Sequence[Counts]) -> Row:
    people, compliant, not_compliant, verdicts = (
        sum(getattr(counts, name) for counts in hours) for name in ("people", "compliant", "not_compliant", "verdicts")
    )
    seconds = sum(counts.verdict_seconds for counts in hours)
    return Row(
        begins=begins,
        people=people,
        compliant=compliant,
        not_compliant=not_compliant,
        undecided=people - compliant - not_compliant,
        seconds_to_verdict=round(seconds / verdicts, 2) if verdicts else None,
        minutes_blind=round(sum(counts.blind_seconds for counts in hours) / 60, 1),
    )


def _cells(row: Row) -> tuple[str, ...]:
    seconds = "-" if row.seconds_to_verdict is None else f"{row.seconds_to_verdict:.1f}"
    counts = (row.people, row.compliant, row.not_compliant, row.undecided)
    return row.begins.replace("T", " "), *map(str, counts), seconds, f"{row.minutes_blind:.1f}"
