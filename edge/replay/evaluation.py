"""How well the device judged clips of which it is known who wore what, and when."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from edge.errors import UserError
from edge.events.moment import Moment

GRACE_SECONDS = 0.5
"""How long after a change an alert may still stand."""

NOT_COMPLIANT = ("without_mask", "incorrect")


@dataclass(frozen=True)
class Segment:
    """A stretch of a clip in which nothing changes."""

    begin: float
    """Seconds."""
    end: float
    people: dict[str, int]
    """How many people are in which state: with_mask, without_mask, incorrect, transition."""

    @property
    def is_bare(self) -> bool:
        """Whether somebody is not compliant."""
        return any(self.people.get(state) for state in NOT_COMPLIANT)

    @property
    def is_fine(self) -> bool:
        """Whether everybody in view is compliant, nobody in between."""
        return not self.is_bare and not self.people.get("transition")


@dataclass(frozen=True)
class Annotation:
    """What is seen in a clip."""

    clip: Path
    segments: tuple[Segment, ...]
    max_people: int


@dataclass(frozen=True)
class Stretch:
    """A stretch with somebody not compliant, and what the device made of it."""

    begin: float
    end: float
    delay: float | None
    """Seconds from its beginning to the alert; None if none came."""


@dataclass(frozen=True)
class Evaluation:
    """What the device made of a clip."""

    clip: Path
    stretches: tuple[Stretch, ...]
    false_alerts: tuple[float, ...]
    """When an alert stood although everybody had been compliant for GRACE_SECONDS; the beginning of each, seconds."""
    right_share: float
    """Share of the time outside changes in which the LED told the truth, 0 to 1."""
    tracks: int
    max_people: int


class Record:
    """A publisher that keeps what the LED did."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.led: list[bool] = []
        self._tracks: set[int] = set()

    @property
    def tracks(self) -> int:
        """Different people followed."""
        return len(self._tracks)

    def publish(self, moment: Moment) -> None:
        """Note the moment."""
        self.seconds.append(moment.frame.seconds)
        self.led.append(moment.alarm.led)
        self._tracks.update(track.number for track in moment.tracks)


def read_annotations(folder: Path) -> list[Annotation]:
    """The annotated clips of a folder: `NAME.json` beside each video.

    Raises:
        UserError: There are none, or one cannot be read.
    """
    paths = sorted(folder.glob("*.json")) if folder.is_dir() else []
    if not paths:
        raise UserError(f"{folder} holds no annotated clips: put NAME.json with its segments beside each video.")
    return [_read_annotation(path) for path in paths]


def evaluate(annotation: Annotation, record: Record) -> Evaluation:
    """Compare what the LED did with what was so."""
    return Evaluation(
        clip=annotation.clip,
        stretches=tuple(_stretches(annotation.segments, record)),
        false_alerts=tuple(_false_alerts(annotation.segments, record)),
        right_share=_right_share(annotation.segments, record),
        tracks=record.tracks,
        max_people=annotation.max_people,
    )


def _read_annotation(path: Path) -> Annotation:
    try:
        content = json.loads(path.read_text())
        segments = tuple(Segment(part["from_s"], part["to_s"], part["people"]) for part in content["segments"])
        return Annotation(path.with_name(content["file"]), segments, content["max_people"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path} does not describe a clip ({error!r}): see the README for its form.") from error


def _stretches(segments: Sequence[Segment], record: Record) -> Iterator[Stretch]:
    for begin, end in _joined(segment for segment in segments if segment.is_bare):
        lit = (at for at, led in zip(record.seconds, record.led, strict=True) if led and begin <= at < end)
        first = next(lit, None)
        yield Stretch(begin, end, None if first is None else first - begin)


def _false_alerts(segments: Sequence[Segment], record: Record) -> Iterator[float]:
    for begin, end in _joined(segment for segment in segments if segment.is_fine):
        standing = False
        for at, led in zip(record.seconds, record.led, strict=True):
            if begin + GRACE_SECONDS < at < end:
                if led and not standing:
                    yield at
                standing = led


def _right_share(segments: Sequence[Segment], record: Record) -> float:
    judged = [
        led == segment.is_bare
        for segment in segments
        for at, led in zip(record.seconds, record.led, strict=True)
        if segment.begin <= at < segment.end and (segment.is_bare or segment.is_fine)
    ]
    return sum(judged) / len(judged) if judged else 1.0


def _joined(segments: Iterator[Segment]) -> Iterator[tuple[float, float]]:
    """Begin and end of each run of segments that follow one another without a gap."""
    run: list[float] = []
    for segment in segments:
        if run and segment.begin <= run[1]:
            run[1] = segment.end
            continue
        if run:
            yield run[0], run[1]
        run = [segment.begin, segment.end]
    if run:
        yield run[0], run[1]
