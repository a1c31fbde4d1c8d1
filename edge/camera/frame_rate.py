"""How many frames a second are processed."""


class FrameRate:
    """The camera's full rate, and the lower limits that are in force."""

    def __init__(self, frames_per_second: float) -> None:
        self.full = frames_per_second
        self._limits: dict[str, float] = {}

    @property
    def frames_per_second(self) -> float:
        """The lowest of all limits."""
        return min([self.full, *self._limits.values()])

    def at_least_two_frames(self, seconds: float) -> float:
        """A time limit for the next frame: `seconds`, or the time of two frames at this rate if that is longer.

        No frame for a shorter time says nothing about the camera: none may have been due.
        """
        return max(seconds, 2 / self.frames_per_second)

    def limit(self, reason: str, frames_per_second: float) -> None:
        """Set a limit for a reason such as "heat"."""
        self._limits[reason] = frames_per_second

    def lift(self, reason: str) -> None:
        """Remove the limit."""
        self._limits.pop(reason, None)
