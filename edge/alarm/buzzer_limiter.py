"""When the buzzer may begin to sound."""

import math
from collections import deque
from collections.abc import Set

WINDOW_SECONDS = 60.0
"""The duty limit is a share of this."""


class BuzzerLimiter:
    """One buzz for each person, not too often, and not too much of it.

    A buzz that may not sound is never made up for: the LED has said it, and a late buzz would be for nobody.
    """

    def __init__(self, *, seconds: float, refractory_seconds: float, duty_limit: float) -> None:
        """Set the rules.

        Args:
            seconds: How long one buzz lasts.
            refractory_seconds: How long after a buzz the same person gives no other.
            duty_limit: The share of any minute during which it may sound, 0 to 1.
        """
        self.adopt(seconds=seconds, refractory_seconds=refractory_seconds, duty_limit=duty_limit)
        self._begun: deque[float] = deque()
        self._greeted: dict[int, float] = {}
        self._ends = -math.inf

    def adopt(self, *, seconds: float, refractory_seconds: float, duty_limit: float) -> None:
        """Go by these rules from now on; the buzzes that have been count on."""
        self.seconds, self.refractory_seconds, self.duty_limit = seconds, refractory_seconds, duty_limit

    def begin(self, now: float, arrived: Set[int]) -> bool:
        """Whether a buzz begins now.

        Args:
            now: On the frames' clock, in seconds; never runs back.
            arrived: The numbers of those who have just been found not compliant.
        """
        self._forget(now)
        due = arrived - self._greeted.keys()
        sounding = now < self._ends
        if not due or not (sounding or self._affordable(now)):
            return False
        self._greeted.update(dict.fromkeys(due, now))  # also who arrives while it sounds: several share one buzz
        if not sounding:
            self._begun.append(now)
            self._ends = now + self.seconds
        return not sounding

    def cut(self) -> None:
        """The buzzer has been silenced: whoever arrives next has a buzz of their own."""
        self._ends = -math.inf

    def _affordable(self, now: float) -> bool:
        """Whether the minute that ends with a buzz begun now keeps the limit; every other minute then does too."""
        past = sum(min(self.seconds, WINDOW_SECONDS - (now - begun)) for begun in self._begun)
        return past + self.seconds <= self.duty_limit * WINDOW_SECONDS + 1e-9

    def _forget(self, now: float) -> None:
        while self._begun and now - self._begun[0] >= WINDOW_SECONDS:
            self._begun.popleft()
        self._greeted = {number: at for number, at in self._greeted.items() if now - at < self.refractory_seconds}
