"""How well the device judged clips whose annotation says who wore a mask, and when.

It measures the alerts of the event log, which begin and end with the verdicts on the people in view. The LED shows
them, and stays lit for at least `alarm.hold_seconds`. The settings ask for that, so the time for which the LED outlasts
an alert is not a mistake.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from edge.replay.annotation import PRECISION_SECONDS, Annotation, Run, Segment
from edge.replay.identity import count_switches
from edge.replay.record import FrameVerdicts, Record

DEMANDED_SECONDS = 1.0
"""A stretch with a person not compliant must raise the alert if it lasts as long as this, and within this time."""

GRACE_SECONDS = 0.5
"""How long after a change an alert may still stand."""

LOOKED_AT = (0.5, 1.0, 2.0)
"""Seconds after the begin of every stretch at which the alert is checked."""

Gap = tuple[float, float]
"""From when to when, in seconds."""


@dataclass(frozen=True)
class Shown:
    """What a recording turned out to hold."""

    seconds: float
    """How long it is."""
    gaps: Sequence[Gap] = ()
    """Where it shows nothing, for it is damaged."""
    damage: str = ""
    """One sentence on it; empty if it is whole."""


@dataclass(frozen=True)
class BareStretch:
    """A stretch with a person not compliant, and what the device made of it."""

    begin: float
    end: float
    delay: float | None
    """Seconds from its beginning to the alert, 0 if that came while people changed; None if none came."""

    @property
    def demanded(self) -> bool:
        """Whether it is long enough that it must raise the alert."""
        return self.end - self.begin >= DEMANDED_SECONDS

    @property
    def in_time(self) -> bool:
        """Whether the alert came soon enough."""
        return self.delay is not None and self.delay <= DEMANDED_SECONDS


@dataclass(frozen=True)
class Evaluation:
    """What the device made of a clip."""

    clip: Path
    stretches: tuple[BareStretch, ...]
    false_alerts: tuple[float, ...]
    """Alerts that stood although everyone had been compliant for GRACE_SECONDS: from when, seconds."""
    alert_right: float
    """Share of the time outside changes in which an alert stood rightly or was rightly absent, 0 to 1."""
    verdicts_right: float
    """Share of the people's time outside changes in which their verdict was right, 0 to 1.

    Counted by the number of people with each verdict, because the annotation does not say who is who. An undecided
    person is not right, nor is one too many.
    """
    right_after: dict[float, tuple[int, int]]
    """By seconds since the beginning of a stretch, in how many of how many the alert was right."""
    tracks: int
    """People followed; without static faces."""
    muted: int
    """Faces that turned out to be static."""
    max_people: int
    switches: int | None
    """How often a track went on with another person; None where the annotation does not say who is where."""
    uncovered: tuple[Gap, ...] = ()
    """Annotated times of which the clip shows nothing: from when to when, seconds."""
    damage: str = ""
    """One sentence on what of the clip was lost; empty if nothing was."""

    @property
    def passed(self) -> bool:
        """Whether the clip shows all that is annotated, and every alert that had to come came in time, and no other."""
        alerted = all(stretch.in_time for stretch in self.stretches if stretch.demanded)
        return alerted and not self.false_alerts and not self.uncovered


def evaluate(annotation: Annotation, record: Record, shown: Shown) -> Evaluation:
    """Compare what was found with what was so; `shown` says what the clip holds."""
    return Evaluation(
        clip=annotation.clip,
        stretches=tuple(_stretch(run, record) for run in annotation.runs(alert_due=True)),
        false_alerts=tuple(_false_alerts(annotation, record)),
        alert_right=_alert_right(annotation, record),
        verdicts_right=_verdicts_right(annotation, record),
        right_after={seconds: _right_after(seconds, annotation, record) for seconds in LOOKED_AT},
        tracks=len(record.tracks - record.muted),
        muted=len(record.muted),
        max_people=annotation.max_people,
        switches=count_switches(annotation.sightings, record) if annotation.sightings else None,
        uncovered=tuple(_uncovered(annotation, shown)),
        damage=shown.damage,
    )


def _uncovered(annotation: Annotation, shown: Shown) -> Iterator[Gap]:
    """By more than the precision of the times."""
    for begin, end in (*shown.gaps, (shown.seconds, math.inf)):
        for segment in annotation.segments:
            since, until = max(begin, segment.begin), min(end, segment.end)
            if until - since > PRECISION_SECONDS:
                yield since, until


def _stretch(run: Run, record: Record) -> BareStretch:
    """An alert that stood while everyone was compliant was for another person, or a mistake, and does not count."""
    earliest = run.settled - PRECISION_SECONDS
    raised = (alert for alert in record.alerts if earliest <= alert.begin < run.end and alert.last >= run.begin)
    first = next(raised, None)
    return BareStretch(run.begin, run.end, None if first is None else max(0.0, first.begin - run.begin))


def _false_alerts(annotation: Annotation, record: Record) -> Iterator[float]:
    """Where nobody is left to be judged, an alert that stood before may fade, but none may begin."""
    for run in annotation.runs(alert_due=False):
        changes = run.end < annotation.segments[-1].end
        since, until = run.begin + GRACE_SECONDS, run.end - (PRECISION_SECONDS if changes else 0.0)
        for alert in record.alerts:
            if alert.last > since and alert.begin < until and (run.occupied or alert.begin > since):
                yield max(alert.begin, since)


def _alert_right(annotation: Annotation, record: Record) -> float:
    right = [frame.alert == segment.alert_due for segment, frame in _judged(annotation, record)]
    return sum(right) / len(right) if right else 1.0


def _verdicts_right(annotation: Annotation, record: Record) -> float:
    right, all_of_them = 0, 0
    for segment, frame in _judged(annotation, record):
        right += min(frame.bare, segment.bare) + min(frame.masked, segment.masked)
        all_of_them += max(frame.people, segment.bare + segment.masked)
    return right / all_of_them if all_of_them else 1.0


def _right_after(seconds: float, annotation: Annotation, record: Record) -> tuple[int, int]:
    runs = [run for due in (True, False) for run in annotation.runs(alert_due=due) if run.begin + seconds < run.end]
    right = [_alert_at(run.begin + seconds, record) == run.alert_due for run in runs]
    return sum(right), len(right)


def _alert_at(seconds: float, record: Record) -> bool:
    """As of the last frame that was taken by then."""
    taken = [frame.alert for frame in record.frames if frame.seconds <= seconds + 1e-6]
    return bool(taken) and taken[-1]


def _judged(annotation: Annotation, record: Record) -> Iterator[tuple[Segment, FrameVerdicts]]:
    """Every frame outside changes, with the segment it is of."""
    for segment in annotation.segments:
        if not segment.people.get("transition"):
            yield from ((segment, frame) for frame in record.frames if segment.begin <= frame.seconds < segment.end)
