"""Whether frames still come: a loop that is stuck in its camera cannot say so itself."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Self

from edge.alarm.alarm import Alarm
from edge.alarm.pattern import BLIND
from edge.camera.frame_rate import FrameRate
from edge.events.journal import Journal
from edge.events.types import Blind, Fault, Sighted
from edge.runtime.frame_result import FrameResult

CHECKS = 10
"""Checks within the time that may pass without a frame: blindness shows a tenth of it late at most."""

CLOSING_SECONDS = 1.0
"""How long to wait for its thread at the end: it may be writing to the log or setting the pins."""


class CameraWatchdog:
    """Shows BLIND when the loop has taken no frame for a while; the next frame that has passed through it ends that.

    A publisher, told of every frame that is processed, and a context manager, within which a thread checks the time.
    The frame's own pattern replaces BLIND by itself; the watchdog only says so.
    """

    def __init__(
        self,
        alarm: Alarm,
        journal: Journal,
        *,
        after_seconds: float,
        rate: FrameRate,
        why: Callable[[], str] = str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin to wait for the first frame.

        Args:
            alarm: Plays BLIND.
            journal: Gets `blind` and `sighted`.
            after_seconds: How long no frame may come; at least the time of two frames.
            rate: The camera's, as it is lowered on purpose: at an empty door, and on a hot board.
            why: Says what is wrong with the camera; "" if that is not known.
            clock: Tells the time on a clock that never runs back, in seconds.
        """
        self.after_seconds = after_seconds
        self._alarm, self._journal, self._rate, self._why, self._clock = alarm, journal, rate, why, clock
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="camera watchdog", daemon=True)
        self._heard, self._frame_seconds = clock(), 0.0
        self.blind = False
        """Whether no frame has come for too long."""
        self._shown = self._failed = False

    def publish(self, result: FrameResult) -> None:
        """A frame has come through."""
        with self._lock:
            now = self._clock()
            if self.blind:
                blind_seconds = round(now - self._heard, 1)
                self._journal.write(Sighted(at=result.frame.seconds, unseen_seconds=blind_seconds))
            self._heard, self._frame_seconds, self.blind, self._shown = now, result.frame.seconds, False, False

    def hear(self) -> None:
        """A frame has come and was left out on purpose: the camera gives pictures, and the loop takes them."""
        with self._lock:
            if not self.blind:  # BLIND stands until a frame's own pattern replaces it
                self._heard = self._clock()

    def check(self) -> None:
        """Show BLIND if the time is up, and log it once."""
        with self._lock:
            passed = self._clock() - self._heard
            if passed < self._rate.at_least_two_frames(self.after_seconds):
                return
            at = self._frame_seconds + passed
            if not self._shown:
                self._show(at)
            if not self.blind:
                self.blind = True
                self._journal.write(Blind(at=at, reason=self._why()))

    def _show(self, at: float) -> None:
        """Play BLIND; if the pins fail, say so once, and let the next check try again."""
        try:
            self._alarm.play(BLIND)
            self._shown = True
        except Exception as error:  # noqa: BLE001  the pins' library may raise anything; the log must tell all the same
            if not self._failed:
                self._failed = True
                reason = f"The outputs cannot show that the device is blind ({str(error) or repr(error)})."
                self._journal.write(Fault(at=at, reason=reason))

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
            with suppress(Exception):  # whatever the log's reader or its disk does, BLIND is shown the next time
                self.check()
