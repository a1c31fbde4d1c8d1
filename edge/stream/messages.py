"""The messages of the stream: one JSON object a line, in UTF-8, in both directions.

**The door says**, each with its `type`:

* `hello`, once: the protocol's number, the program's version, the `run`, an identifier that each start of the door
  makes for itself, and the number of the `newest` event.
* `event`: a line of the log as it is, with its `number` in this run, from 1 (`started`, unless a fault came before it)
  to the last (`stopped`) without a gap.
* `lost`: how many events the reader asked for that the door no longer keeps; the next one comes after the gap.
* `state`: what the newest frame led to, where the reader asked for states; with the frame as a JPEG in Base64 where it
  asked for pictures. A slow reader misses states and pictures, and never an event.
* `answer`: whether a command was carried out, and if not, why.

**A reader says**, each with what to `do`:

* `subscribe`, with `states` and `pictures` (true or false), and `after`: the `run` and `number` of the last event that
  it has dealt with. It gets what came after it; of another run than the door's, everything since the door's start; and
  with null only what is to come. It may subscribe again, without `after`, to change what it wants.
* `test` with an `output` ("led", "buzzer", "clear_led"), `mute` with `minutes`, `unmute`: each has an `answer`.

**To count each event once**, keep the run and the number of the last event in the same transaction as the counts, and
subscribe `after` them. The door keeps the events of its current run only (the newest 2000): what a reader that was away
missed of an earlier run is in the log alone.

Nothing here imports more than the standard library, so that a reader stays small.
"""

import json
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

PROTOCOL = 1
"""Grows when a reader of today would misunderstand the door."""


@dataclass(frozen=True, slots=True)
class Position:
    """The last event that a reader has dealt with."""

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
    """As in the log: at, event, and what else it has."""


@dataclass(frozen=True, slots=True)
class LostEvents:
    """The door no longer keeps some of the events that were asked for."""

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
    """What the newest frame led to."""

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
    """Why no frame comes; "" if nobody knows, None while frames come."""
    milliseconds: Mapping[str, float]
    """What each stage took, in the order of the loop."""
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
    """The frame, where pictures were asked for."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a command."""

    ok: bool
    reason: str = ""
    """Why it was refused, in a sentence."""


Message = Hello | NumberedEvent | LostEvents | State | Answer


def encode(message: Mapping[str, Any]) -> bytes:
    """A message as a line."""
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"


def subscription(*, states: bool, pictures: bool, after: Position | None) -> bytes:
    """The request for events from a position on, and for what else is wanted."""
    position = {"run": after.run, "number": after.number} if after else None
    return encode({"do": "subscribe", "states": states, "pictures": pictures, "after": position})


def decode(line: bytes, run: str = "") -> Message | None:
    """What the door says in a line; None for a type that this reader does not know.

    Args:
        line: One line of the stream.
        run: The door's run, from its hello.

    Raises:
        ValueError: It is no message.
    """
    try:
        message = json.loads(line)
        read = READERS.get(message["type"])
        return read(message, run) if read else None
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"This is no message of the stream: {line[:80]!r}") from error


def _hello(message: dict[str, Any], _: str) -> Hello:
    if message["protocol"] != PROTOCOL:
        raise ValueError(f"the door speaks protocol {message['protocol']}, and this program {PROTOCOL}")
    return Hello(*(message[field.name] for field in fields(Hello)))


def _state(message: dict[str, Any], _: str) -> State:
    # What a newer door says besides is left out.
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
