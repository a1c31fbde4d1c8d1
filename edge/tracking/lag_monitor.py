"""Whether the device keeps up with the people before it."""

import math

from edge.events.types import CaughtUp, Event, FellBehind

STALL_SECONDS = 2.0
"""A longer pause between two frames is the camera's: there was nothing to keep up with."""

SMOOTHING_SECONDS = 2.0
"""Over how long the frame rate is averaged."""

HOLD_SECONDS = 2.0
"""How long the loop must be too slow, or fast enough again, before that is reported."""


class LagMonitor:
    """Reports when the loop falls behind: frames come too rarely, or people wait too long to be classified.

    A live camera hands out the newest frame only, so a loop that is too slow shows in the times of the frames.
    """

    def __init__(self) -> None:
        self.behind = False
        self._interval = self._slowest = 0.0
        self._last: float | None = None
        self._differs_since: float | None = None

    def keep(self, seconds: float, waiting: int, *, slowest: float, occupied: bool) -> list[Event]:
        """Take note of a frame.

        Args:
            seconds: When it was taken.
            waiting: How many undecided people have not been classified for too long.
            slowest: Below this rate, in frames a second, the loop has fallen behind.
            occupied: Whether someone is in view; at an empty door fewer frames are processed on purpose.
        """
        if slowest != self._slowest:  # the frames so far were asked for at another rate
            self._slowest, self._interval = slowest, 0.0
        self._measure(seconds, occupied)
        badly = occupied and (waiting > 0 or self._interval * slowest > 1)
        if badly == self.behind:
            self._differs_since = None
            return []
        self._differs_since = seconds if self._differs_since is None else self._differs_since
        return self._turn(seconds, waiting) if seconds - self._differs_since >= HOLD_SECONDS else []

    def _turn(self, seconds: float, waiting: int) -> list[Event]:
        self.behind, self._differs_since = not self.behind, None
        rate = round(1 / max(self._interval, 1e-3), 1)
        if self.behind:
            return [FellBehind(at=seconds, frames_per_second=rate, waiting=waiting)]
        return [CaughtUp(at=seconds, frames_per_second=rate)]

    def _measure(self, seconds: float, occupied: bool) -> None:
        passed = seconds - (seconds if self._last is None else self._last)
        self._last = seconds if occupied else None
        if passed <= STALL_SECONDS:
            self._interval += (passed - self._interval) * (1 - math.exp(-passed / SMOOTHING_SECONDS))
