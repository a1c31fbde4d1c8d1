"""The log: one line an event."""

import threading
from typing import TextIO

from edge.events.moment import Moment
from edge.events.types import Event


class Journal:
    """Writes events to a stream as JSON lines, each flushed at once. Any thread may write."""

    def __init__(self, stream: TextIO, *, epoch: float) -> None:
        """Write to `stream`; `epoch` is the camera's."""
        self.stream, self.epoch = stream, epoch
        self._lock = threading.Lock()

    def publish(self, moment: Moment) -> None:
        """Write the moment's events."""
        for event in moment.events:
            self.write(event)

    def write(self, event: Event) -> None:
        """Write one event."""
        with self._lock:
            self.stream.write(event.to_json(self.epoch) + "\n")
            self.stream.flush()
