"""Turns the door's events into the things to count: visits, and times when the camera was blind.

A track becomes a visit when it ends, because its result is only known then. So no count is ever corrected later.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

COMPLIANT, NOT_COMPLIANT, UNDECIDED = "compliant", "not compliant", "undecided"

LONGEST_VERDICT_SECONDS = 3600.0
"""If a first verdict seems to have taken longer, the clock was set in the meantime: how long it took is not known."""

LONGEST_BLIND_SECONDS = 86_400.0
"""As much is counted of a blind time whose exact length the door has not told."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A person who was in view. It holds nothing that identifies the person."""

    began: float
    """Unix time, in seconds."""
    outcome: str
    """"not compliant" if the person ever was, else "compliant" if ever, else "undecided"."""
    verdict_seconds: float | None
    """From coming into view to the first verdict; None without one."""


@dataclass(frozen=True, slots=True)
class BlindTime:
    """A time when the camera was blind."""

    began: float
    """Unix time, in seconds."""
    seconds: float


@dataclass
class Visits:
    """Follows the events of one door. Its fields are everything that has to be stored to continue later."""

    open: dict[int, Visit] = field(default_factory=dict)
    """The people in view, by the number of their track."""
    blind_since: float | None = None
    """Unix time; None while the door sees."""
    at: float = 0.0
    """Unix time of the newest event."""

    def take(self, event: Mapping[str, Any]) -> Iterator[Visit | BlindTime]:
        """The visits and blind times that an event completes."""
        kind, track = event.get("event"), event.get("track", 0)
        if kind in ("started", "stopped"):
            # A start says nothing about when the run before it ended.
            self.at = event["at"] if kind == "stopped" else self.at
            yield from self.close()
        self.at = event["at"]
        if kind == "track_began":
            self.open[track] = Visit(self.at, UNDECIDED, None)
        elif kind == "verdict_turned" and track in self.open:
            self.open[track] = _turned(self.open[track], event["verdict"], self.at)
        elif kind == "muted":
            self.open.pop(track, None)  # a picture on the wall is not a visitor
        elif kind == "track_ended" and track in self.open:
            yield self.open.pop(track)
        elif kind == "blind":
            self.blind_since = self.at
        elif kind == "sighted":
            self.blind_since = None
            seconds = event["unseen_seconds"]  # the clock may have been set in the meantime
            yield BlindTime(self.at - seconds, seconds)

    def close(self) -> Iterator[Visit | BlindTime]:
        """End all open visits and blind times at the newest event, because the door has stopped or started again."""
        people = list(self.open.values())
        self.open.clear()
        yield from people
        if self.blind_since is not None:
            seconds = min(max(0.0, self.at - self.blind_since), LONGEST_BLIND_SECONDS)
            yield BlindTime(self.at - seconds, seconds)
            self.blind_since = None


def _turned(visit: Visit, verdict: str, at: float) -> Visit:
    if verdict == UNDECIDED:
        return visit
    outcome = NOT_COMPLIANT if NOT_COMPLIANT in (verdict, visit.outcome) else COMPLIANT
    seconds = visit.verdict_seconds
    if seconds is None and 0.0 <= at - visit.began <= LONGEST_VERDICT_SECONDS:
        seconds = at - visit.began
    return Visit(visit.began, outcome, seconds)
