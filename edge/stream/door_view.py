"""The door's current state, as a reader knows it from the messages of the stream."""

from dataclasses import dataclass, field

from edge.stream.client import Away, Received
from edge.stream.messages import Hello, NumberedEvent, State


@dataclass
class DoorView:
    """Updates itself from every message; a value stays until a message changes it."""

    connected: bool = False
    """Whether the door process answers."""
    version: str = ""
    starts: int = 0
    """Number of the door's starts that the reader has seen, including the first."""
    alerts: set[int] = field(default_factory=set)
    """Tracks whose alert is on."""
    blind: bool = False
    state: State | None = None
    """State of the newest frame; None before the first, and while the door does not answer."""
    _run: str = ""

    def take(self, message: Received) -> None:
        """Update the state from a message."""
        if isinstance(message, Away):
            self.connected, self.state = False, None
            self._forget()
        elif isinstance(message, Hello):
            self.connected, self.version = True, message.version
            if message.run != self._run:
                self._run, self.starts = message.run, self.starts + 1
                self._forget()
        elif isinstance(message, State):
            self.state, self.blind = message, message.blind is not None
        elif isinstance(message, NumberedEvent):
            self._take_event(message.event.get("event", ""), message.event.get("track", 0))

    def _take_event(self, kind: str, track: int) -> None:
        if kind == "alert_began":
            self.alerts.add(track)
        elif kind == "alert_ended":
            self.alerts.discard(track)
        elif kind in ("blind", "sighted"):
            self.blind = kind == "blind"
        elif kind in ("started", "stopped"):
            self._forget()

    def _forget(self) -> None:
        self.alerts.clear()
        self.blind = False
