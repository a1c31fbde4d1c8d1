"""What the door offers other processes: events, the newest state, and a few commands.

The messages are described in `edge.stream.messages`. The loop hands each frame's result over and goes on. The server's
thread makes a line of it, and a JPEG of its frame, only when a reader is ready for it.
"""

import time
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Self

from edge.alarm.alarm import Alarm
from edge.events.journal import Journal
from edge.events.types import Blind, Event, Fault, ReaderDropped, Sighted
from edge.runtime.commands import Commands
from edge.runtime.frame_result import FrameResult
from edge.runtime.state_line import StateLine
from edge.runtime.stream_server import StreamServer
from edge.settings.connections import StreamSettings

RATE_SECONDS = 3.0
"""Over how long the frames a second are counted."""


class Stream:
    """A publisher and a context manager. Where the socket cannot be made the log says so, and the door goes on."""

    def __init__(
        self,
        settings: StreamSettings,
        journal: Journal,
        alarm: Alarm,
        *,
        celsius: Callable[[], float | None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Nothing is offered yet.

        Args:
            settings: Where the socket is.
            journal: Its events are passed on; gets what the commands lead to.
            alarm: Carries out the commands.
            celsius: Reads the processor's temperature.
            clock: Tells the time on a clock that never runs back, in seconds.
        """
        self._address, self._journal, self._alarm = Path(settings.socket), journal, alarm
        self._celsius, self._clock = celsius, clock
        self.evidence_bounds: Callable[[], tuple[float, float]] = lambda: (0.0, 0.0)
        """Tells the log-odds at which a person counts as compliant, and as not."""
        self._times: deque[float] = deque()
        self._frames = 0
        self._newest: StateLine | None = None
        self._server: StreamServer | None = None
        self._opened = ExitStack()

    def __enter__(self) -> Self:
        """Offer it."""
        command = Commands(self._alarm, self._journal)
        server = StreamServer(self._address, command=command.carry_out, dropped=self._dropped)
        try:
            self._opened.enter_context(server)
        except OSError as error:
            if self._address.parent.is_dir():  # a workstation has no such folder and needs none
                reason = f"The stream cannot be offered at {self._address}: {error.strerror or error}."
                self._journal.write(Fault(at=self._alarm.seconds, reason=reason))
            return self
        self._server = server
        self._journal.listener = self._tell
        return self

    def __exit__(self, *exception: object) -> None:
        """Send the last events, and close."""
        self._journal.listener = None
        self._opened.close()

    def publish(self, result: FrameResult) -> None:
        """Offer a frame's state."""
        if self._server is None:
            return
        self._frames += 1
        now = self._clock()
        self._times.append(now)
        while now - self._times[0] > RATE_SECONDS:
            self._times.popleft()
        self._newest = StateLine(
            result=result,
            frame=self._frames,
            epoch=self._journal.epoch(),
            frames_per_second=_rate(self._times),
            buzzer_muted_seconds=self._alarm.buzzer_muted_seconds,
            min_face_px=self._alarm.settings.min_face_px,
            evidence_bounds=self.evidence_bounds(),
            celsius=self._celsius,
        )
        self._server.offer(self._newest)

    def _tell(self, event: Event, line: str) -> None:
        if self._server is None:
            return
        self._server.tell(line)
        blind = self._newest.blind if self._newest else None
        if isinstance(event, Blind):
            blind = event.reason
        elif isinstance(event, Sighted):
            blind = None
        elif blind is None and not isinstance(event, Fault):
            return  # the next frame's state tells of it
        # There may be no frame for a long time: a reader that connects in the meantime must know it, too.
        if self._newest:
            result = replace(self._newest.result, tracks=(), alarm=self._alarm.state)
            muted = self._alarm.buzzer_muted_seconds
            self._newest = replace(
                self._newest, result=result, blind=blind, frames_per_second=0.0, buzzer_muted_seconds=muted
            )
            self._server.offer(self._newest)

    def _dropped(self, reader: str, reason: str) -> None:
        self._journal.write(ReaderDropped(at=self._alarm.seconds, reader=reader, reason=reason))


def _rate(times: deque[float]) -> float:
    span = times[-1] - times[0]
    return (len(times) - 1) / span if span else 0.0
