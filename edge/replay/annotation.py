"""Annotated clips: who wore what, and when."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge.errors import UserError

PRECISION_SECONDS = 0.3
"""How well the times are known: a person noted them by eye."""

NOT_COMPLIANT = ("without_mask", "incorrect")

VIDEOS = (".avi", ".m4v", ".mkv", ".mov", ".mp4", ".webm")
"""Endings, in lower case, of clips that are missed where nothing describes them."""

STATES = ("with_mask", *NOT_COMPLIANT, "transition")
"""What people may be annotated as."""

FORM = (
    '{"file": "NAME.mp4", "max_people": 1, "segments": [{"from_s": 0, "to_s": 2.5, "people": {"with_mask": 1}}]}'
    f", in which the people are {', '.join(STATES[:-1])} or {STATES[-1]}"
)
"""What NAME.json holds, for a person without the manual."""


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
        UserError: There is no such folder, nothing is annotated in it, or an annotation cannot be used.
    """
    if not folder.is_dir():
        problem = f"{folder} is no folder" if folder.exists() else f"There is no folder {folder}"
        raise UserError(problem, "name the folder that holds the clips and a NAME.json beside each")
    paths = [path for path in _visible(folder) if path.suffix.lower() == ".json"]
    if not paths:
        raise UserError(f"{folder} holds no annotated clips", f"put NAME.json beside each video, such as {FORM}")
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
        annotation = _annotation(path, json.loads(path.read_bytes()))
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror})", "check what it is, and its permissions") from error
    except _FaultyError as error:
        raise UserError(f"{path} does not describe a clip ({error})", f"write it like {FORM}") from error
    except (ValueError, RecursionError) as error:
        where = f"line {error.lineno}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else "it"
        raise UserError(f"{path} does not describe a clip ({where} is not JSON)", f"write it like {FORM}") from error
    if not annotation.clip.is_file():
        raise UserError(f"{path} describes {annotation.clip.name}, which is not beside it", "put the clip there")
    return annotation


class _FaultyError(Exception):
    """What is wrong with an annotation, in words that name the entry."""


def _annotation(path: Path, content: Any) -> Annotation:
    needed = "the name of the video beside it, without a folder,"
    file = _entry(content, "file", "it", needed, str)
    if not file or Path(file).name != file:
        raise _FaultyError(f'it needs {needed} as "file"')
    segments = _entry(content, "segments", "it", "a list", list)
    max_people = _count(content, "max_people", "it")
    sightings = _entry(content, "sightings", "it", "a list", list) if "sightings" in content else []
    annotation = Annotation(
        path.with_name(file),
        tuple(_segment(part, f"segment {number}") for number, part in enumerate(segments, 1)),
        max_people,
        tuple(_sighting(part, f"sighting {number}") for number, part in enumerate(sightings, 1)),
    )
    _check_times(annotation.segments)
    return annotation


def _segment(part: object, whose: str) -> Segment:
    people = _entry(part, "people", whose, "an object", dict)
    if unknown := set(people) - set(STATES):
        raise _FaultyError(f'"{min(unknown)}" in {whose} is none of the states')
    counts = {state: _count(people, state, whose) for state in people}
    return Segment(_number(part, "from_s", whose), _number(part, "to_s", whose), counts)


def _sighting(part: object, whose: str) -> Sighting:
    at, x, y = (_number(part, name, whose) for name in ("at_s", "x", "y"))
    person = _entry(part, "person", whose, "a name", (str, int))
    return Sighting(at, str(person), x, y)


def _entry(part: object, name: str, whose: str, needed: str, kinds: type | tuple[type, ...]) -> Any:
    """The entry of that name, of one of these kinds; `whose` and `needed` are for people."""
    if not isinstance(part, dict):
        raise _FaultyError(f"{whose} is not an object in braces")
    entry = part.get(name)
    if not isinstance(entry, kinds) or isinstance(entry, bool):
        raise _FaultyError(f'{whose} needs {needed} as "{name}"')
    return entry


def _number(part: object, name: str, whose: str) -> float:
    number = _entry(part, name, whose, "a number", (int, float))
    if not abs(number) <= sys.float_info.max:  # NaN, Infinity, or more digits than a float holds
        raise _FaultyError(f'{whose} needs a finite number as "{name}"')
    return float(number)


def _count(part: object, name: str, whose: str) -> int:
    needed = "a whole number, 0 or more,"
    number = _entry(part, name, whose, needed, (int, float))
    if number < 0 or number != number // 1:
        raise _FaultyError(f'{whose} needs {needed} as "{name}"')
    return int(number)


def _check_times(segments: Sequence[Segment]) -> None:
    """Refuse segments of which every clip would pass."""
    if not segments:
        raise _FaultyError("it has no segments")
    last = 0.0
    for number, segment in enumerate(segments, 1):
        before = f"segment {number - 1} ends" if number > 1 else "the clip begins"
        if segment.begin < last:
            raise _FaultyError(f"segment {number} begins at {segment.begin} s, and {before} only at {last} s")
        if segment.end <= segment.begin:
            raise _FaultyError(f"segment {number} goes from {segment.begin} to {segment.end} s")
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
