"""The log: one line an event."""

import threading
from collections.abc import Callable, Sequence
from typing import Protocol, TextIO

from edge.events.output import Output
from edge.events.types import Event, LogLost


class HasEvents(Protocol):
    """What one frame led to."""

    @property
    def events(self) -> Sequence[Event]:
        """In order."""
        ...


class Journal:
    """Writes events to a stream as JSON lines, each at once. Any thread may write.

    A full disk or a reader that takes nothing does not stop the program: events that cannot be written are counted, and
    the count is the first line written afterwards.
    """

    def __init__(
        self, stream: TextIO, *, epoch: Callable[[], float] = lambda: 0.0, patient: Callable[[], bool] = lambda: False
    ) -> None:
        """Write to a stream.

        Args:
            stream: Gets the lines.
            epoch: Tells the camera's.
            patient: Whether to wait, at a time, for a reader that takes nothing just now.
        """
        self.epoch = epoch
        self.listener: Callable[[Event, str], None] | None = None
        """Told of each event and its line, in the order of the log; also of one that the log did not take."""
        self._output, self._patient = Output(stream), patient
        self._lock = threading.Lock()
        self._lost = 0
        self._torn = False

    def publish(self, result: HasEvents) -> None:
        """Write a frame's events."""
        for event in result.events:
            self.write(event)

    def write(self, event: Event) -> None:
        """Write one event.

        Raises:
            BrokenPipeError: The reader of the events has gone.
        """
        with self._lock:
            line = event.to_json(self.epoch())
            if self.listener:
                self.listener(event, line)
            if self._lost and self._write(LogLost(at=event.at, events=self._lost).to_json(self.epoch())):
                self._lost = 0
            if self._lost or not self._write(line):
                self._lost += 1

    def _write(self, line: str) -> bool:
        """Whether a line was written. Of one that is torn, the end of the line is written before the next one."""
        data = b"\n" * self._torn + line.encode() + b"\n"
        try:
            while data:
                taken = self._output.write(data)
                if taken:
                    self._torn = data[taken - 1 : taken] != b"\n"
                    data = data[taken:]
                elif self._patient():
                    self._output.wait()
                else:
                    break
        except BrokenPipeError:
            raise
        except OSError:
            pass
        return data in (b"", b"\n")  # a line that lacks only its end is whole once the next one is written
