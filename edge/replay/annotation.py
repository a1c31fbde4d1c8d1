"""Annotated clips: who wore what, and when."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edge.errors import UserError

PRECISION_SECONDS = 0.3
"""How well the times are known: a person noted them by eye."""

NOT_COMPLIANT = ("without_mask", "incorrect")

VIDEOS = (".avi", ".m4v", ".mkv", ".mov", ".mp4", ".webm")
"""Endings, in lower case, of clips that are missed where nothing describes them."""

STATES = ("with_mask", *NOT_COMPLIANT, "transition")
"""What people may be annotated as."""


@dataclass(frozen=True)
class Segment:
    """A stretch of a clip in which nothing changes."""

    begin: float
    """Seconds."""
    end: float
    people: dict[str, int]
    """How many people are in which state: with_mask, without_mask, incorrect, transition."""

    @property
    def bare(self) -> int:
        """How many people are not compliant."""
        return sum(self.people.get(state, 0) for state in NOT_COMPLIANT)

    @property
    def masked(self) -> int:
        """How many are."""
        return self.people.get("with_mask", 0)

    @property
    def in_transition(self) -> bool:
        """Whether someone is in transition and nobody is certainly bare: alerts are then not judged."""
        return not self.bare and self.people.get("transition", 0) > 0

    @property
    def alert_due(self) -> bool:
        """Whether an alert should stand."""
        return self.bare > 0


@dataclass(frozen=True)
class Sighting:
    """Where a person's face is at a time."""

    seconds: float
    person: str
    """Any name that is used for nobody else in the clip."""
    x: float
    """Of the middle of the face, as a share of the picture's width."""
    y: float
    """As a share of its height."""


@dataclass(frozen=True)
class Annotation:
    """What is seen in a clip."""

    clip: Path
    segments: tuple[Segment, ...]
    """In the order of time; none overlaps the next."""
    max_people: int
    sightings: tuple[Sighting, ...] = ()
    """Who is where, for some times; empty where it was not noted."""

    def runs(self, *, alert_due: bool) -> list["Run"]:
        """The stretches in which an alert should stand all along, or should not; none is in transition."""
        return [run for run in _runs(self.segments) if run.alert_due == alert_due]


@dataclass(frozen=True)
class Run:
    """Segments that follow one another and ask for the same."""

    begin: float
    """Seconds."""
    end: float
    alert_due: bool
    occupied: bool
    """Whether there is a person in view at some time."""
    settled: float
    """From when on the people asked for this as far as is known: the end of the last stretch that asked otherwise."""


def read_annotations(folder: Path) -> list[Annotation]:
    """The annotated clips of a folder: `NAME.json` beside each video.

    Raises:
        UserError: There are none, or one cannot be read.
    """
    paths = [path for path in _visible(folder) if path.suffix.lower() == ".json"]
    if not paths:
        raise UserError(f"{folder} holds no annotated clips", "put NAME.json with its segments beside each video")
    return [_read_annotation(path) for path in paths]


def unannotated_clips(folder: Path, annotations: Sequence[Annotation]) -> list[str]:
    """Names of the videos in a folder that no annotation describes."""
    described = {annotation.clip.name for annotation in annotations}
    return [path.name for path in _visible(folder) if path.suffix.lower() in VIDEOS and path.name not in described]


def _visible(folder: Path) -> list[Path]:
    """The files of a folder but for those whose names begin with a dot, such as a Mac's companion files."""
    return sorted(path for path in folder.iterdir() if not path.name.startswith(".")) if folder.is_dir() else []


def _read_annotation(path: Path) -> Annotation:
    try:
        content = json.loads(path.read_bytes())
        segments = tuple(_segment(part) for part in content["segments"])
        sightings = tuple(_sighting(part) for part in content.get("sightings", []))
        annotation = Annotation(path.with_name(content["file"]), segments, int(content["max_people"]), sightings)
        _check_times(segments)
    except KeyError as error:
        raise UserError(f"{path} does not describe a clip (it lacks {error})", "see the README for its form") from error
    except (OSError, ValueError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise UserError(f"{path} does not describe a clip ({error})", "see the README for its form") from error
    if not annotation.clip.is_file():
        raise UserError(f"{path} describes {annotation.clip.name}, which is not beside it", "put the clip there")
    return annotation


def _segment(part: dict) -> Segment:
    people = {str(state): int(number) for state, number in part["people"].items()}
    if unknown := set(people) - set(STATES):
        raise ValueError(f'"{min(unknown)}" is none of {", ".join(STATES)}')
    if any(number < 0 for number in people.values()):
        raise ValueError("a number of people is below 0")
    return Segment(float(part["from_s"]), float(part["to_s"]), people)


def _sighting(part: dict) -> Sighting:
    at, x, y = (float(part[name]) for name in ("at_s", "x", "y"))
    if not all(map(math.isfinite, (at, x, y))):
        raise ValueError("a sighting is nowhere")
    return Sighting(at, str(part["person"]), x, y)


def _check_times(segments: Sequence[Segment]) -> None:
    """Refuse segments of which every clip would pass."""
    if not segments:
        raise ValueError("it has no segments")
    last = 0.0
    for segment in segments:
        if not last <= segment.begin < segment.end < math.inf:
            raise ValueError(f"a segment from {segment.begin} to {segment.end} s after one that ends at {last} s")
        last = segment.end


def _runs(segments: Sequence[Segment]) -> list[Run]:
    runs: list[Run] = []
    settled = {True: 0.0, False: 0.0}
    for segment in segments:
        if segment.in_transition:
            continue
        due, occupied = segment.alert_due, bool(segment.bare or segment.masked)
        last = runs[-1] if runs else None
        if last and last.alert_due == due and last.occupied == occupied and segment.begin <= last.end:
            runs[-1] = Run(last.begin, segment.end, due, occupied, last.settled)
        else:
            runs.append(Run(segment.begin, segment.end, due, occupied, settled[due]))
        settled[not due] = segment.end
    return runs
