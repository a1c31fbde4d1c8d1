"""Everything that came of one frame, for the parts that show or record it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from edge.alarm.pattern import AlarmState
from edge.camera.frame import Frame
from edge.events.types import Event
from edge.tracking.track import Track


@dataclass(frozen=True, slots=True)
class FrameResult:
    """One frame after the whole loop."""

    frame: Frame
    tracks: Sequence[Track]
    alarm: AlarmState
    events: Sequence[Event]
    milliseconds: dict[str, float]
    """What each stage took, in the order of the loop."""


class Publisher(Protocol):
    """Receives every result."""

    def publish(self, result: FrameResult) -> None:
        """Take note of it."""
        ...


class PublisherGroup:
    """Several publishers as one."""

    def __init__(self, *publishers: Publisher) -> None:
        self.publishers = publishers

    def publish(self, result: FrameResult) -> None:
        """Pass it to each in turn."""
        for publisher in self.publishers:
            publisher.publish(result)
