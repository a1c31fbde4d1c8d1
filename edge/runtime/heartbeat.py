"""What systemd is told: that the device watches, that it is not stuck, and its status."""

import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Self

from edge.errors import UserError
from edge.runtime.frame_result import FrameResult
from edge.runtime.status import StatusRecord

STATUS_SECONDS = 1.0
"""How often the status is told at most."""

FEEDS = 4
"""How often the watchdog is fed, at least, within the time that it waits."""

START_SECONDS = 60
"""How much longer systemd waits for the first frame each time a lost camera is tried again."""


def notify(*lines: str, environment: Mapping[str, str] = os.environ) -> bool:
    """Tell systemd something, in the protocol of sd_notify(3); never waits and never raises.

    Args:
        lines: Such as "READY=1", all in one message.
        environment: Its NOTIFY_SOCKET names the socket; a program that systemd has not started has none.

    Returns:
        Whether systemd has been told.
    """
    address = environment.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return False
    # A name outside the file system begins with a zero byte, for which "@" stands.
    name = "\0" + address[1:] if address[0] == "@" else address
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.setblocking(False)
        return sender.sendto("\n".join(lines).encode(), name) > 0
    return False


class Heartbeat:
    """A publisher that tells systemd of the first frame (READY), of the later ones (WATCHDOG), and of its status.

    Only frames that have passed through the whole loop count: a loop that is stuck anywhere feeds no watchdog, and
    systemd starts the program again. A context manager: at its end systemd is told that the program is about to stop.
    The status is also kept in a `StatusRecord`.
    """

    def __init__(
        self,
        *,
        record: StatusRecord | None = None,
        temperature: Callable[[], float | None] = lambda: None,
        environment: Mapping[str, str] = os.environ,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Nothing is told yet.

        Args:
            record: Gets the status; by default one without a file.
            temperature: Reads the processor's temperature in degrees Celsius; None if it is not known.
            environment: As for `notify`; its WATCHDOG_USEC says how long the watchdog waits, in microseconds.
            clock: Tells the time on a clock that never runs back, in seconds.
        """
        self._record = record or StatusRecord()
        self._temperature, self._environment, self._clock = temperature, environment, clock
        waits = int(environment.get("WATCHDOG_USEC") or 0) / 1e6
        self._feed_seconds = min(STATUS_SECONDS, waits / FEEDS) if waits else STATUS_SECONDS
        self._ready = False
        self._fed = self._said = clock()
        self._frames, self._milliseconds = 0, 0.0

    def publish(self, result: FrameResult) -> None:
        """A frame has passed through the whole loop."""
        now = self._clock()
        if not self._ready:  # until systemd has taken it
            self._ready, self._fed, self._said = self._tell("READY=1"), now, now
            self._record.update(state="watching", trouble="", remedy="")
            return
        self._frames += 1
        self._milliseconds += sum(result.milliseconds.values())
        self._feed(now, self._fares(result, now) if now - self._said >= STATUS_SECONDS else None)

    def beat(self, trouble: UserError) -> None:
        """No frame has come, but the program knows it and tries its camera again.

        The camera calls it at least as often as the watchdog must be fed. Until the first frame it asks systemd for
        more time instead. It never makes the device READY.

        Args:
            trouble: What is wrong with the camera.
        """
        now = self._clock()
        changes = {
            "state": "blind" if self._ready else "starting",
            "frames_per_second": None,
            "people": 0,
            "trouble": trouble.problem,
            "remedy": trouble.remedy,
        }
        news = (trouble.problem, trouble.remedy) != (self._record.status.trouble, self._record.status.remedy)
        self._feed(now, changes if news or now - self._said >= STATUS_SECONDS else None)

    @contextmanager
    def reloading(self) -> Iterator[None]:
        """Within it, the settings are read again; systemd waits until it ends, with success or not."""
        if self._ready:
            self._tell("RELOADING=1")
        try:
            yield
        finally:
            if self._ready:
                self._tell("READY=1")

    def __enter__(self) -> Self:
        """Systemd is told of the first frame, not of the start; the record says "starting"."""
        self._record.update()
        return self

    def __exit__(self, *exception: object) -> None:
        """The program is about to stop."""
        self._tell("STOPPING=1")

    def _feed(self, now: float, changes: dict[str, Any] | None) -> None:
        lines = []
        if changes or now - self._fed >= self._feed_seconds:
            lines.append("WATCHDOG=1" if self._ready else f"EXTEND_TIMEOUT_USEC={START_SECONDS * 1_000_000}")
            self._fed = now
        if changes:
            lines.append("STATUS=" + self._record.update(**changes).text())
            self._said, self._frames, self._milliseconds = now, 0, 0.0
        if lines:
            self._tell(*lines)

    def _fares(self, result: FrameResult, now: float) -> dict[str, Any]:
        return {
            "state": "watching",
            "frames_per_second": round(self._frames / (now - self._said), 2),
            "milliseconds": round(self._milliseconds / self._frames, 1),
            "people": sum(not track.muted for track in result.tracks),
            "celsius": self._temperature(),
            "trouble": "",
            "remedy": "",
        }

    def _tell(self, *lines: str) -> bool:
        return notify(*lines, environment=self._environment)
