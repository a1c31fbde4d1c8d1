"""Whether frames still come: a loop that is stuck in its camera cannot say so itself."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Self

from edge.alarm.alarm import Alarm
from edge.alarm.pattern import BLIND
from edge.events.journal import Journal
from edge.events.types import Blind, Sighted
from edge.runtime.frame_result import FrameResult

CHECKS = 10
"""Checks within the time that may pass without a frame: blindness shows a tenth of it late at most."""


CLOSING_SECONDS = 1.0
"""How long to wait for its thread at the end: it may be writing to the log or setting the pins."""


class CameraWatchdog:
    """Shows BLIND when no frame has passed through the loop for a while; the next frame ends it.

    A publisher, told of every frame, and a context manager, within which a thread checks the time. The frame's own
    pattern replaces BLIND by itself; the watchdog only says so.
    """

    def __init__(
        self,
        alarm: Alarm,
        journal: Journal,
        *,
        after_seconds: float,
        why: Callable[[], str] = str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin to wait for the first frame.

        Args:
            alarm: Plays BLIND.
            journal: Gets `blind` and `sighted`.
            after_seconds: How long no frame may come.
            why: Says what is wrong with the camera; "" if that is not known.
            clock: Tells the time on a clock that never runs back, in seconds.
        """
        self.after_seconds = after_seconds
        self._alarm, self._journal, self._why, self._clock = alarm, journal, why, clock
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="camera watchdog", daemon=True)
        self._heard, self._frame_seconds = clock(), 0.0
        self.blind = False
        """Whether no frame has come for too long."""

    def publish(self, result: FrameResult) -> None:
        """A frame has come through."""
        with self._lock:
            now = self._clock()
            if self.blind:
                blind_seconds = round(now - self._heard, 1)
                self._journal.write(Sighted(at=result.frame.seconds, unseen_seconds=blind_seconds))
            self._heard, self._frame_seconds, self.blind = now, result.frame.seconds, False

    def check(self) -> None:
        """Show BLIND if the time is up, and log it once."""
        with self._lock:
            passed = self._clock() - self._heard
            if self.blind or passed < self.after_seconds:
                return
            self.blind = True
            self._alarm.play(BLIND)
            self._journal.write(Blind(at=self._frame_seconds + passed, reason=self._why()))

    def __enter__(self) -> Self:
        """Start the thread."""
        self._heard = self._clock()
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        """Stop the thread."""
        self._stop.set()
        self._thread.join(CLOSING_SECONDS)

    def _watch(self) -> None:
        while not self._stop.wait(self.after_seconds / CHECKS):
            with suppress(OSError):  # the log takes nothing: its reader has gone, or the disk is full
                self.check()
