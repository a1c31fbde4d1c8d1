"""Processes fewer frames while the door is empty and still, and misses nobody."""

import math
from collections.abc import Callable, Iterable, Iterator

import numpy as np

from edge.camera.frame import Frame
from edge.camera.frame_rate import FrameRate
from edge.runtime.frame_result import FrameResult
from edge.vision.thumbnail import changed, moves, thumbnail

ALERT_SECONDS = 3.0
"""How long every frame is processed after someone was in view or something moved."""

LOCATE_SECONDS = 0.5
"""How often the locator runs where nothing moves; often enough to see a person who stands still twice in a row."""


class MotionGate:
    """Passes on the frames that are worth processing. A publisher, told who is in view.

    While someone is in view or something moves, and a little longer, it passes all frames. Otherwise it compares a few
    frames a second and passes only those in which something moved, or one every half second.
    """

    def __init__(self, idle_frames_per_second: float) -> None:
        """Begin awake; `frames_per_second` are compared while idle."""
        self._idle_frames_per_second = idle_frames_per_second
        self.rate: FrameRate | None = None
        """A live camera's rate, lowered while idle so that the other frames are not even decoded."""
        self.on_left_out: Callable[[], None] = lambda: None
        """Called for each frame that is not worth processing."""
        self._seconds = 0.0
        self._awake_until = ALERT_SECONDS
        self._due = self._passed = -math.inf
        self._thumbnail: np.ndarray | None = None

    @property
    def idle(self) -> bool:
        """Whether nobody is there and nothing has moved for a while."""
        return self._seconds > self._awake_until

    def select(self, frames: Iterable[Frame]) -> Iterator[Frame]:
        """The frames to process."""
        for frame in frames:
            self._seconds = frame.seconds
            if self._is_worth_processing(frame):
                self._passed = frame.seconds
                yield frame
            else:
                self.on_left_out()

    def publish(self, result: FrameResult) -> None:
        """Stay awake while anyone is in view, a muted portrait included, or it would come back as new."""
        if result.tracks:
            self._wake()

    def _is_worth_processing(self, frame: Frame) -> bool:
        if not self.idle:
            self._thumbnail = None
            return True
        if self.rate:
            self.rate.limit("idle", self._idle_frames_per_second)
        # Half a millisecond of tolerance: a recording's times are rounded.
        if frame.seconds < self._due - 0.0005:
            return False
        self._due = frame.seconds + 1 / self._idle_frames_per_second
        if self._moves(frame):
            self._wake()
            return True
        return frame.seconds - self._passed >= LOCATE_SECONDS

    def _wake(self) -> None:
        self._awake_until = self._seconds + ALERT_SECONDS
        if self.rate:
            self.rate.lift("idle")

    def _moves(self, frame: Frame) -> bool:
        before, self._thumbnail = self._thumbnail, thumbnail(frame.image)
        return before is not None and moves(changed(before, self._thumbnail))
