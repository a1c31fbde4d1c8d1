"""The log: one line an event."""

import threading
from collections.abc import Callable
from typing import TextIO

from edge.events.types import Event, LogLost
from edge.runtime.frame_result import FrameResult


class Journal:
    """Writes events to a stream as JSON lines, each flushed at once. Any thread may write.

    A full disk ends no watch: what cannot be written is counted, and the count is the first thing written afterwards.
    """

    def __init__(self, stream: TextIO, *, epoch: Callable[[], float] = lambda: 0.0) -> None:
        """Write to `stream`; `epoch` tells the camera's."""
        self.stream, self.epoch = stream, epoch
        self.listener: Callable[[Event, str], None] | None = None
        """Told of each event and its line, in the order of the log; also of one that the log did not take."""
        self._lock = threading.Lock()
        self._lost = 0

    def publish(self, result: FrameResult) -> None:
        """Write the result's events."""
        for event in result.events:
            self.write(event)

    def write(self, event: Event) -> None:
        """Write one event.

        Raises:
            BrokenPipeError: Whoever read the events has gone.
        """
        with self._lock:
            events = [LogLost(at=event.at, events=self._lost), event] if self._lost else [event]
            lines = [event.to_json(self.epoch()) for event in events]
            if self.listener:
                self.listener(event, lines[-1])
            try:
                self.stream.write("".join(line + "\n" for line in lines))
                self.stream.flush()
                self._lost = 0
            except BrokenPipeError:
                raise
            except OSError:
                self._lost += 1
