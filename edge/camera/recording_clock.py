"""The times of a recording's frames: the container's own, made to rise where they do not."""

import math

SHORTEST_SECONDS = 0.001
"""Least time from one frame to the next."""

RESTART_SECONDS = 1.0
"""A container's time that falls back by more has begun again, as in joined recordings; a smaller fall is disorder."""

LONGEST_PAUSE_SECONDS = 600.0
"""A longer step forward is a broken time stamp, not a pause."""


class RecordingClock:
    """Turns a container's time stamps into seconds that rise from frame to frame."""

    def __init__(self, frame_seconds: float) -> None:
        """A frame that has no time of its own comes `frame_seconds` after the one before it."""
        self._step = frame_seconds
        self._offset = 0.0
        self._stamp = -math.inf
        self._seconds = -math.inf

    def read(self, stamp: float) -> float:
        """The time of the next frame.

        Args:
            stamp: What the container says, in seconds; anything at all if it says nothing.

        Returns:
            Seconds, 0 or more, and greater than those of the frame before.
        """
        before, self._stamp = self._stamp, stamp
        if math.isinf(self._seconds):
            first = 0.0 <= stamp <= LONGEST_PAUSE_SECONDS
            self._offset = 0.0 if first else (-stamp if math.isfinite(stamp) else 0.0)
            self._seconds = stamp if first else 0.0
            return self._seconds
        expected = self._seconds + self._step
        if not math.isfinite(stamp) or stamp == before:
            self._seconds = expected
            return expected
        if not -RESTART_SECONDS <= stamp + self._offset - self._seconds <= LONGEST_PAUSE_SECONDS:
            self._offset = expected - stamp
        self._seconds = max(stamp + self._offset, self._seconds + SHORTEST_SECONDS)
        return self._seconds
