"""How many frames a second are looked at."""


class FrameRate:
    """The camera's full rate, and whoever asks for less for now."""

    def __init__(self, frames_per_second: float) -> None:
        self.full = frames_per_second
        self._limits: dict[str, float] = {}

    @property
    def frames_per_second(self) -> float:
        """The lowest that anybody asks for."""
        return min([self.full, *self._limits.values()])

    def limit(self, reason: str, frames_per_second: float) -> None:
        """Ask for at most so many, for a reason such as "heat"."""
        self._limits[reason] = frames_per_second

    def lift(self, reason: str) -> None:
        """Ask for it no longer."""
        self._limits.pop(reason, None)
