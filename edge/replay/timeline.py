"""A picture of a whole recording: what was thought of each person and when, and what the outputs did."""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from edge.alarm.pattern import AlarmState
from edge.events.types import AlertBegan, AlertEnded, Event
from edge.output_file import cannot_write, part_of
from edge.replay.extras import require
from edge.replay.palette import LOOKS, MUTED, Look, look_of
from edge.runtime.frame_result import FrameResult
from edge.tracking.evidence import SequentialTest
from edge.tracking.track import Verdict

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PICTURES = (".png", ".svg", ".pdf")
"""Endings of the names that a timeline can have."""

MOST_TRACKS = 12
"""The longest are drawn; a picture of more could not be read."""

INK, QUIET, GROUND, GROOVE = "#22262e", "#7b8494", "#ffffff", "#eceff3"


@dataclass(frozen=True, slots=True)
class Lane:
    """How an output is drawn."""

    output: str
    """Its name in `AlarmState`."""
    label: str
    color: str


LANES = (
    Lane("relay", "relay", "#6b5bd2"),
    Lane("clear_led", "clear", "#00946c"),
    Lane("buzzer", "buzzer", "#e2a100"),
    Lane("led", "LED", "#d0342c"),
)
"""From below; those that are not fitted are left out."""

LANE_HEIGHT = 0.375


@dataclass
class TrackLine:
    """One person's course."""

    results: list[int] = field(default_factory=list)
    """Numbers of the results in which they were in view."""
    evidence: list[float] = field(default_factory=list)
    """From 0, surely compliant, to 1, surely not; NaN while muted, as `p_not_compliant`."""
    p_not_compliant: list[float] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    """How their verdicts look."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time during which something stayed the same, in seconds."""

    begin: float
    end: float
    value: Hashable


class Timeline:
    """A publisher that remembers the course of things, and draws it. It keeps no pictures."""

    def __init__(self, test: SequentialTest) -> None:
        """Remember; the evidence is drawn between the bounds of the tracker's `test`."""
        self.lower, self.span = test.lower, test.upper - test.lower
        self.even = -test.lower / self.span
        """Where between the bounds the evidence speaks for neither."""
        self.seconds: list[float] = []
        self.alarms: list[AlarmState] = []
        self.events: list[Event] = []
        self.tracks: dict[int, TrackLine] = {}

    def publish(self, result: FrameResult) -> None:
        """Remember the result."""
        for track in result.tracks:
            line = self.tracks.setdefault(track.number, TrackLine())
            line.results.append(len(self.seconds))
            line.evidence.append(math.nan if track.muted else (track.evidence - self.lower) / self.span)
            line.p_not_compliant.append(math.nan if track.muted else track.p_not_compliant)
            line.looks.append(look_of(track))
        self.seconds.append(result.frame.seconds)
        self.alarms.append(result.alarm)
        self.events.extend(result.events)

    def save(self, path: Path) -> None:
        """Draw it as a picture; its kind follows from the name, which ends in one of `PICTURES`.

        Raises:
            UserError: matplotlib is missing, or the file cannot be written.
        """
        require("matplotlib")
        part = part_of(path)
        figure = _draw(self)
        try:
            figure.savefig(part, dpi=140, facecolor=GROUND)
            part.replace(path)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise cannot_write(path, "timeline", error) from error


def stretches(seconds: Sequence[float], values: Sequence[Hashable], step: float) -> list[Stretch]:
    """Neighbors of equal value joined.

    Args:
        seconds: When each value began to hold, rising.
        values: As many.
        step: How long a value holds that none follows, also before a gap, in seconds.
    """
    found: list[Stretch] = []
    for at, value in zip(seconds, values, strict=True):
        last = found[-1] if found else None
        near = last is not None and at - last.end <= 1.5 * step
        if last and near:
            found[-1] = Stretch(last.begin, at + step if last.value == value else at, last.value)
        if not last or not near or last.value != value:
            found.append(Stretch(at, at + step, value))
    return found


def _draw(timeline: Timeline) -> "Figure":
    from matplotlib.figure import Figure

    longest = sorted(timeline.tracks, key=lambda number: -len(timeline.tracks[number].results))
    shown = sorted(longest[:MOST_TRACKS])
    high = 1.9 if len(shown) <= 2 else 1.25
    lanes = _lanes(timeline)
    low = LANE_HEIGHT * len(lanes)
    figure = Figure(figsize=(12, 1.35 + high * max(len(shown), 1) + low), layout="constrained")
    panels = figure.subplots(
        len(shown) + 1, 1, sharex=True, squeeze=False, height_ratios=[high] * len(shown) + [low]
    ).ravel()
    step = _step(timeline.seconds)
    for panel, number in zip(panels, shown, strict=False):
        _draw_track(panel, timeline, number, step)
    _draw_outputs(panels[-1], timeline, lanes, step)
    _mark_alerts(list(panels), timeline, shown)
    left_out = len(timeline.tracks) - len(shown)
    _head(figure, "" if not left_out else f"the {MOST_TRACKS} longest of {len(timeline.tracks)} tracks")
    return figure


def _step(seconds: Sequence[float]) -> float:
    return float(np.median(np.diff(seconds))) if len(seconds) > 1 else 1.0


def _head(figure: "Figure", remark: str) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    figure.text(
        s="What the device saw and did" + (f" ({remark})" if remark else ""),
        x=0.012, y=0.985, ha="left", va="top", fontsize=12.5, fontweight="bold", color=INK,
    )  # fmt: skip
    verdicts = [Patch(color=look.hex, label=look.word.lower()) for look in (*LOOKS.values(), MUTED)]
    evidence = Line2D([], [], color=INK, linewidth=1.5, label="smoothed over frames")
    single = Line2D([], [], color=QUIET, linewidth=0.9, label="P, single frame")
    figure.legend(
        handles=[evidence, single, *verdicts], loc="outside upper right", ncols=6, frameon=False, fontsize=9,
        labelcolor=INK,
    )  # fmt: skip


def _draw_track(panel: "Axes", timeline: Timeline, number: int, step: float) -> None:
    line = timeline.tracks[number]
    seconds = [timeline.seconds[result] for result in line.results]
    x, y = _with_gaps(seconds, line.evidence, step)
    for verdict, there in ((Verdict.NOT_COMPLIANT, y >= timeline.even), (Verdict.COMPLIANT, y < timeline.even)):
        panel.fill_between(x, timeline.even, y, where=there, interpolate=True, alpha=0.16,
                           color=LOOKS[verdict].hex, linewidth=0)  # fmt: skip
    panel.axhline(timeline.even, color=QUIET, linewidth=1, linestyle=(0, (4, 3)))
    panel.plot(*_with_gaps(seconds, line.p_not_compliant, step), color=QUIET, linewidth=0.9)
    panel.plot(x, y, color=INK, linewidth=1.5, solid_joinstyle="round")
    for stretch in stretches(seconds, line.looks, step):
        _draw_verdict(panel, stretch, timeline.seconds[-1] - timeline.seconds[0])
    ticks = {-0.24: "verdict", 0: "compliant", timeline.even: "even", 1: "not compliant"}
    panel.set(ylim=(-0.38, 1.06), yticks=list(ticks), yticklabels=list(ticks.values()))
    panel.set_ylabel(f"person {number}", fontsize=10, color=INK, fontweight="bold")
    _bare(panel)


def _draw_verdict(panel: "Axes", stretch: Stretch, whole: float) -> None:
    """A bar in the verdict's color, with its name on it where that fits."""
    look = cast(Look, stretch.value)
    panel.broken_barh([(stretch.begin, stretch.end - stretch.begin)], (-0.34, 0.2), color=look.hex, linewidth=0)
    if stretch.end - stretch.begin > whole * 0.012 * len(look.word):
        panel.text((stretch.begin + stretch.end) / 2, -0.245, look.word.lower(), ha="center", va="center", fontsize=8,
                   color=look.ink_hex)  # fmt: skip


def _with_gaps(seconds: Sequence[float], values: Sequence[float], step: float) -> tuple[np.ndarray, np.ndarray]:
    """The course with NaN put in where the person was out of view, so that no line spans it."""
    x, y = np.array(seconds, float), np.array(values, float)
    after = np.flatnonzero(np.diff(x) > 1.5 * step) + 1
    return np.insert(x, after, x[after] - step / 2 if len(after) else []), np.insert(y, after, np.nan)


def _lanes(timeline: Timeline) -> list[Lane]:
    newest = timeline.alarms[-1] if timeline.alarms else AlarmState()
    return [lane for lane in LANES if getattr(newest, lane.output) is not None]


def _draw_outputs(panel: "Axes", timeline: Timeline, lanes: Sequence[Lane], step: float) -> None:
    for row, lane in enumerate(lanes):
        states = [getattr(alarm, lane.output) for alarm in timeline.alarms]
        whole = stretches(timeline.seconds, [True] * len(states), step)
        on = [s for s in stretches(timeline.seconds, states, step) if s.value]
        for found, shade in ((whole, GROOVE), (on, lane.color)):
            panel.broken_barh([(s.begin, s.end - s.begin) for s in found], (row + 0.18, 0.64), color=shade, linewidth=0)
    labels = [lane.label for lane in lanes]
    panel.set(ylim=(0, len(lanes)), yticks=[row + 0.5 for row in range(len(lanes))], yticklabels=labels)
    panel.set_xlabel("seconds", fontsize=9, color=INK)
    if timeline.seconds:
        panel.set_xlim(timeline.seconds[0], timeline.seconds[-1] + step)
    _bare(panel)


def _mark_alerts(panels: "list[Axes]", timeline: Timeline, shown: Sequence[int]) -> None:
    """A line down to the outputs where an alert begins or ends, with its time above the person's course."""
    for event in timeline.events:
        if not isinstance(event, AlertBegan | AlertEnded) or event.track not in shown:
            continue
        began = isinstance(event, AlertBegan)
        color = LOOKS[Verdict.NOT_COMPLIANT if began else Verdict.COMPLIANT].hex
        above = panels[shown.index(event.track)]
        for panel in (above, panels[-1]):
            panel.axvline(event.at, color=color, linewidth=1.1, linestyle=":")
        above.annotate(
            f"{'alert' if began else 'ended'} {event.at:.1f} s", (event.at, 1.06), xytext=(0, 2), ha="center",
            va="bottom", textcoords="offset points", fontsize=8, color=color, annotation_clip=False,
        )  # fmt: skip


def _bare(panel: "Axes") -> None:
    """Leave away what is not needed to read the panel."""
    panel.spines[:].set_visible(False)
    panel.tick_params(length=0, labelsize=8.5, labelcolor=QUIET)
    panel.grid(axis="x", color=GROOVE, linewidth=0.8)
    panel.set_axisbelow(True)
