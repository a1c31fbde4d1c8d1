"""The metrics, computed from the stream's messages. Their names end in their units, as Prometheus recommends."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from edge.stream.client import Received
from edge.stream.door_view import DoorView
from edge.stream.messages import Hello, NumberedEvent, State
from edge.stream.visits import COMPLIANT, NOT_COMPLIANT, UNDECIDED, BlindTime, Visit, Visits

OUTCOMES = {COMPLIANT: "compliant", NOT_COMPLIANT: "not_compliant", UNDECIDED: "undecided"}

SECONDS = (0.2, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0)
"""Bounds of the buckets of the time to a verdict."""


class Metrics:
    """Updates the registry from every message.

    Counters start at zero with this process: events from before it tell only how the door is now.
    """

    def __init__(self) -> None:
        """Make the metrics, without values yet."""
        self.registry = CollectorRegistry()
        self._door, self._visits = DoorView(), Visits()
        self._first: Hello | None = None
        self._up = self._gauge("maskwatch_up", "Whether the door process answers.")
        self._blind = self._gauge("maskwatch_blind", "Whether the door gets no pictures.")
        self._alerts = self._gauge("maskwatch_alerts", "People in view whose alert is on.")
        self._people = self._gauge("maskwatch_people_in_view", "People in view.")
        self._rate = self._gauge("maskwatch_frames_per_second", "Frames processed per second.")
        self._celsius = self._gauge("maskwatch_temperature_celsius", "Temperature of the processor.")
        self._stages = Gauge(
            "maskwatch_stage_seconds", "Time of the newest frame by stage.", ["stage"], registry=self.registry
        )
        self._outputs = Gauge("maskwatch_output_on", "Whether an output is on.", ["output"], registry=self.registry)
        self._visitors = Counter(
            "maskwatch_people", "People who have left, by verdict.", ["outcome"], registry=self.registry
        )
        for outcome in OUTCOMES.values():
            self._visitors.labels(outcome)  # a series that exists from the start is counted from zero
        self._events = Counter("maskwatch_events", "Events of the log, by kind.", ["event"], registry=self.registry)
        self._blind_seconds = Counter(
            "maskwatch_blind_seconds", "Time during which the camera was blind.", registry=self.registry
        )
        self._starts = Counter("maskwatch_door_starts", "Starts of the door process.", registry=self.registry)
        self._verdicts = Histogram(
            "maskwatch_verdict_seconds", "Time to a first verdict.", buckets=SECONDS, registry=self.registry
        )

    def take(self, message: Received) -> None:
        """Update the metrics from a message."""
        starts = self._door.starts
        self._door.take(message)
        self._starts.inc(self._door.starts - starts)
        if isinstance(message, Hello):
            self._first = self._first or message
        if isinstance(message, NumberedEvent):
            self._take_event(message)
        if isinstance(message, State):
            self._show(message)
        self._up.set(self._door.connected)
        self._blind.set(self._door.blind)
        self._alerts.set(len(self._door.alerts))
        if self._door.state is None:
            self._people.set(0)
            self._rate.set(0)

    def _take_event(self, message: NumberedEvent) -> None:
        completed = list(self._visits.take(message.event))
        run, number = message.position.run, message.position.number
        if self._first and run == self._first.run and number <= self._first.newest:
            return
        self._events.labels(message.event.get("event", "")).inc()
        for item in completed:
            self._count(item)

    def _count(self, item: Visit | BlindTime) -> None:
        if isinstance(item, BlindTime):
            self._blind_seconds.inc(item.seconds)
            return
        self._visitors.labels(OUTCOMES[item.outcome]).inc()
        if item.verdict_seconds is not None:
            self._verdicts.observe(item.verdict_seconds)

    def _show(self, state: State) -> None:
        self._people.set(sum(not person.muted for person in state.people))
        self._rate.set(state.frames_per_second)
        if state.celsius is not None:
            self._celsius.set(state.celsius)
        for stage, milliseconds in state.milliseconds.items():
            self._stages.labels(stage).set(milliseconds / 1000)
        for output, on in state.outputs.items():
            if on is not None:
                self._outputs.labels(output).set(on)

    def _gauge(self, name: str, text: str) -> Gauge:
        return Gauge(name, text, registry=self.registry)
