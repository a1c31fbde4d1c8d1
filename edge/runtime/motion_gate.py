"""Looks less closely while the door is empty and still, and loses nobody by it."""

import math
from collections.abc import Iterable, Iterator

import numpy as np

from edge.camera.frame import Frame
from edge.camera.frame_rate import FrameRate
from edge.runtime.frame_result import FrameResult
from edge.vision.glance import changed, glance, moves

ALERT_SECONDS = 3.0
"""How long every frame is looked at after somebody was in view or something moved."""

LOOK_SECONDS = 0.5
"""How often faces are looked for where nothing moves; often enough to see who stands still twice in a row."""


class MotionGate:
    """Passes on the frames that are worth looking at. A publisher, told who is in view.

    While somebody is in view or something moves, and a little longer, all of them; else a few a second, and of these
    the network sees only what has moved, or one frame every half second.
    """

    def __init__(self, idle_frames_per_second: float) -> None:
        """Begin awake; while idle, so many frames a second are compared."""
        self._idle_frames_per_second = idle_frames_per_second
        self.rate: FrameRate | None = None
        """A live camera's, lowered while idle so that the other frames are not even decoded."""
        self._seconds = 0.0
        self._awake_until = ALERT_SECONDS
        self._due = self._looked = -math.inf
        self._small: np.ndarray | None = None

    @property
    def idle(self) -> bool:
        """Whether nobody is there and nothing has moved for a while."""
        return self._seconds > self._awake_until

    def select(self, frames: Iterable[Frame]) -> Iterator[Frame]:
        """The frames to look at."""
        for frame in frames:
            self._seconds = frame.seconds
            if self._is_worth_a_look(frame):
                self._looked = frame.seconds
                yield frame

    def publish(self, result: FrameResult) -> None:
        """Stay awake while anybody is there; a muted portrait, too, or it would come back as new."""
        if result.tracks:
            self._wake()

    def _is_worth_a_look(self, frame: Frame) -> bool:
        if not self.idle:
            self._small = None
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
        return frame.seconds - self._looked >= LOOK_SECONDS

    def _wake(self) -> None:
        self._awake_until = self._seconds + ALERT_SECONDS
        if self.rate:
            self.rate.lift("idle")

    def _moves(self, frame: Frame) -> bool:
        before, self._small = self._small, glance(frame.image)
        return before is not None and moves(changed(before, self._small))
