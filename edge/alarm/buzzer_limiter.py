"""When the buzzer may begin to sound."""

import math
from collections import deque
from collections.abc import Set
from dataclasses import dataclass

WINDOW_SECONDS = 60.0
"""The duty limit is a share of this."""


@dataclass(frozen=True, kw_only=True)
class BuzzerRules:
    """How much the buzzer may sound."""

    seconds: float
    """How long one buzz lasts."""
    refractory_seconds: float
    """How long after a buzz the same person gives no other."""
    duty_limit: float
    """The share of any minute during which it may sound, 0 to 1."""


class BuzzerLimiter:
    """One buzz for each person, not too often and not too long in all.

    A buzz that may not sound is dropped: the LED has shown the alert, and a late buzz would reach the wrong person.
    """

    def __init__(self, rules: BuzzerRules) -> None:
        self.rules = rules
        """They may be replaced at any time; earlier buzzes still count."""
        self._begun: deque[float] = deque()
        self._greeted: dict[int, float] = {}
        self._ends = -math.inf

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
        self._greeted.update(dict.fromkeys(due, now))  # people who arrive while it sounds share that buzz
        if not sounding:
            self._begun.append(now)
            self._ends = now + self.rules.seconds
        return not sounding

    def cut(self) -> None:
        """The buzzer has been silenced: the next person who arrives gets a new buzz."""
        self._ends = -math.inf

    def _affordable(self, now: float) -> bool:
        """Whether the minute that ends with a buzz begun now keeps the limit; every other minute then does too."""
        past = sum(min(self.rules.seconds, WINDOW_SECONDS - (now - begun)) for begun in self._begun)
        return past + self.rules.seconds <= self.rules.duty_limit * WINDOW_SECONDS + 1e-9

    def _forget(self, now: float) -> None:
        while self._begun and now - self._begun[0] >= WINDOW_SECONDS:
            self._begun.popleft()
        self._greeted = {number: at for number, at in self._greeted.items() if now - at < self.rules.refractory_seconds}
