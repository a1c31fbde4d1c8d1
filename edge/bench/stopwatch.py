"""Collects what the loop says of its own times."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from edge.camera.frame import Frame
from edge.runtime.frame_result import FrameResult

CAPTURE = "capture"
"""The stage before the loop's own: waiting for a frame, or decoding it."""


@dataclass
class Stopwatch:
    """A publisher; the first frames, to warm up, do not count."""

    warm_up: int
    captures: bool
    """Whether the frames come from a source whose own time is of interest."""
    clock: Callable[[], float] = time.perf_counter
    stages: dict[str, list[float]] = field(default_factory=dict)
    """By stage, the milliseconds that each frame took there."""
    people: list[int] = field(default_factory=list)
    """How many people were followed in each frame."""
    first_frame_seconds: float = 0.0
    """What the loop took for the very first frame."""
    size: tuple[int, int] = (0, 0)
    """Width and height of the frames, in pixels."""
    _capture_ms: float = 0.0
    _seen: int = 0

    def time_captures(self, frames: Iterable[Frame]) -> Iterator[Frame]:
        """The frames, each timed on its way to the loop."""
        source = iter(frames)
        while True:
            began = self.clock()
            frame = next(source, None)
            if frame is None:
                return
            self._capture_ms = (self.clock() - began) * 1000
            yield frame

    def publish(self, result: FrameResult) -> None:
        """Note a frame's times."""
        self._seen += 1
        if self._seen == 1:
            self.first_frame_seconds = sum(result.milliseconds.values()) / 1000
            height, width = result.frame.image.shape[:2]
            self.size = width, height
        if self._seen <= self.warm_up:
            return
        before = {CAPTURE: self._capture_ms} if self.captures else {}
        for stage, milliseconds in (before | result.milliseconds).items():
            self.stages.setdefault(stage, []).append(milliseconds)
        self.people.append(len(result.tracks))

    @property
    def totals(self) -> list[float]:
        """What each frame took in all, in milliseconds."""
        return [sum(each) for each in zip(*self.stages.values(), strict=True)]
