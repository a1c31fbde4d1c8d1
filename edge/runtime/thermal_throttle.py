"""Lowers the frame rate of a hot board, and reports a supply that is too weak."""

import math
from collections.abc import Iterator

from edge.board import Board
from edge.camera.frame_rate import FrameRate
from edge.events.journal import Journal
from edge.events.types import Event, Throttled, UnderVoltage
from edge.runtime.frame_result import FrameResult

CHECK_SECONDS = 5.0
"""How often the sensors are read."""

STEPS = ((75.0, 0.5), (80.0, 0.25))
"""Temperatures in degrees Celsius, and the share of the frames processed above. At 85 the firmware throttles."""

SLOWEST = 1.0
"""Frames per second to which heat lowers the rate at most: they hardly warm the board, and fewer would miss people."""

COOLER_BY = 5.0
"""How far, in degrees Celsius, the temperature must fall below a step to leave it."""


class ThermalThrottle:
    """A publisher that reads the board's sensors every few seconds."""

    def __init__(self, board: Board, journal: Journal, rate: FrameRate) -> None:
        """Begin at the full rate.

        Args:
            board: Tells the temperature and the supply.
            journal: Gets `throttled` and `under_voltage`.
            rate: The camera's; lowered while the board is hot.
        """
        self._board, self._journal, self._rate = board, journal, rate
        self._asked = -math.inf
        self._step = 0
        self._under_voltage = False

    def publish(self, result: FrameResult) -> None:
        """Read them if it is time."""
        if result.frame.seconds - self._asked >= CHECK_SECONDS:
            self._asked = result.frame.seconds
            for event in self._ask():
                self._journal.write(event)

    def _ask(self) -> Iterator[Event]:
        celsius = self._board.celsius()
        if celsius is not None and self._turn(celsius):
            rate = self._rate.frames_per_second
            yield Throttled(at=self._asked, celsius=round(celsius, 1), frames_per_second=round(rate, 2))
        weak = bool(self._board.under_voltage())
        if weak != self._under_voltage:
            self._under_voltage = weak
            yield UnderVoltage(at=self._asked, now=weak)

    def _turn(self, celsius: float) -> bool:
        """Take the step for a temperature; whether it is another."""
        before = self._step
        reached = sum(celsius >= step for step, _ in STEPS)
        kept = sum(celsius >= step - COOLER_BY for step, _ in STEPS)
        self._step = max(reached, min(before, kept))
        if self._step:
            self._rate.limit("heat", max(SLOWEST, self._rate.full * STEPS[self._step - 1][1]))
        else:
            self._rate.lift("heat")
        return self._step != before
