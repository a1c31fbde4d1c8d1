"""The messages of the stream: one JSON object a line, in UTF-8, in both directions.

**The door says**, each with its `type`:

* `hello`, once: the protocol's number, the program's version, the `run`, an identifier that each start of the door
  makes for itself, and the number of the `newest` event.
* `event`: a line of the log as it is, with its `number` in this run, from 1 (`started`, unless a fault came before it)
  to the last (`stopped`), without gaps.
* `lost`: how many of the requested events the door no longer keeps; the next event comes after the gap.
* `state`: the result of the newest frame, if the reader asked for states; with the frame as a JPEG in Base64, if it
  asked for pictures. A slow reader misses states and pictures, but never an event.
* `answer`: whether a command was carried out, and if not, why.

**A reader says**, each with `do`, the name of the request:

* `subscribe`, with `states` and `pictures` (true or false), and `after`: the `run` and `number` of the last event that
  the reader has processed. It then gets the events after that one, or all events since the door's start if the run is
  another one, or only new events if `after` is null. It may subscribe again, without `after`, to change the other two.
* `test` with an `output` ("led", "buzzer", "clear_led"), `mute` with `minutes`, `unmute`: each gets an `answer`.

**To count each event once**, keep the run and the number of the last event in the same transaction as the counts, and
subscribe `after` them. The door keeps only the events of its current run (the newest 2000): events of an earlier run
that a reader has missed are only in the log.

This module imports only the standard library, so that a reader stays small.
"""

import json
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

PROTOCOL = 1
"""Version of the protocol; it increases when older readers would misunderstand the door."""


@dataclass(frozen=True, slots=True)
class Position:
    """The last event that a reader has processed."""

    run: str = ""
    """"" for none: the reader then gets everything that the door still keeps."""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Hello:
    """The door answers."""

    protocol: int
    version: str
    run: str
    newest: int
    """Number of the run's newest event; 0 before the first."""


@dataclass(frozen=True, slots=True)
class NumberedEvent:
    """An event of the log, and its place in the run."""

    position: Position
    event: Mapping[str, Any]
    """The event's fields as in the log: `at`, `event`, and the others."""


@dataclass(frozen=True, slots=True)
class LostEvents:
    """The door no longer keeps some of the requested events."""

    count: int


@dataclass(frozen=True, slots=True)
class PersonState:
    """A person in view, or a muted picture on the wall."""

    number: int
    box: tuple[float, float, float, float]
    """Left, top, right and bottom of the face, in pixels of the picture."""
    verdict: str
    """"undecided", "compliant" or "not compliant"."""
    evidence: float
    """Log-odds of not being compliant."""
    p_not_compliant: float
    unseen_seconds: float
    muted: bool

    @property
    def face_px(self) -> float:
        """The longer side of the face, in pixels of the picture."""
        left, top, right, bottom = self.box
        return max(right - left, bottom - top)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The result of the newest frame."""

    frame: int
    """Counts the frames since the start, from 1."""
    at: float
    """Unix time of the frame, in seconds."""
    seconds: float
    """The same on the camera's own clock."""
    width: int
    height: int
    """Of the frame, in pixels."""
    people: tuple[PersonState, ...]
    outputs: Mapping[str, bool | None]
    """led, buzzer, clear_led, relay: whether each is on; None if it is not fitted."""
    blind: str | None
    """Why no frame comes; "" if the reason is not known, None while frames come."""
    milliseconds: Mapping[str, float]
    """Time of each stage, in the order of the loop."""
    frames_per_second: float
    celsius: float | None
    """The processor's temperature; None if it is not known."""
    buzzer_muted_seconds: float
    """How much longer the buzzer is muted."""
    min_face_px: float
    """Size of a face, in pixels, from which a person can raise the alert."""
    evidence_bounds: tuple[float, float]
    """The log-odds at which a person counts as compliant, and as not."""
    jpeg: bytes | None = field(default=None, repr=False)
    """The frame as a JPEG, if the reader asked for pictures."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether the door carried out a command."""

    ok: bool
    reason: str = ""
    """Why it was refused, in a sentence."""


Message = Hello | NumberedEvent | LostEvents | State | Answer


def encode(message: Mapping[str, Any]) -> bytes:
    """A message as a line."""
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"


def subscription(*, states: bool, pictures: bool, after: Position | None) -> bytes:
    """The request for the events after a position, and for states and pictures."""
    position = {"run": after.run, "number": after.number} if after else None
    return encode({"do": "subscribe", "states": states, "pictures": pictures, "after": position})


def decode(line: bytes, run: str = "") -> Message | None:
    """The message in a line from the door; None for a type that this reader does not know.

    Args:
        line: One line of the stream.
        run: The door's run, from its hello.

    Raises:
        ValueError: The line is not a message.
    """
    try:
        message = json.loads(line)
        read = READERS.get(message["type"])
        return read(message, run) if read else None
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"This is not a message of the stream: {line[:80]!r}") from error


def _hello(message: dict[str, Any], _: str) -> Hello:
    if message["protocol"] != PROTOCOL:
        raise ValueError(f"the door speaks protocol {message['protocol']}, and this program {PROTOCOL}")
    return Hello(*(message[field.name] for field in fields(Hello)))


def _state(message: dict[str, Any], _: str) -> State:
    # Ignore fields that a newer door adds.
    values = {field.name: message[field.name] for field in fields(State) if field.name != "jpeg"}
    values["people"] = tuple(map(_person, message["people"]))
    values["evidence_bounds"] = tuple(message["evidence_bounds"])
    jpeg = message.get("jpeg")
    return State(jpeg=None if jpeg is None else b64decode(jpeg, validate=True), **values)


def _person(person: dict[str, Any]) -> PersonState:
    left, top, right, bottom = map(float, person["box"])
    values = {field.name: person[field.name] for field in fields(PersonState)}
    return PersonState(**{**values, "box": (left, top, right, bottom)})


READERS: dict[str, Callable[[dict[str, Any], str], Message]] = {
    "hello": _hello,
    "event": lambda message, run: NumberedEvent(Position(run, message["number"]), message["event"]),
    "lost": lambda message, _: LostEvents(message["count"]),
    "state": _state,
    "answer": lambda message, _: Answer(message["ok"], message["reason"]),
}
