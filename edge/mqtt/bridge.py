"""The bridge between the door's stream and a broker.

The caller's thread reads the stream, and paho's thread serves the broker. All that is retained goes out with QoS 0,
because paho would send again what the broker has missed, after what is published on the new connection, and the broker
would keep the oldest of it. Only events have QoS 1.
"""

import json
import logging
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, MQTTMessage
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from edge.errors import UserError
from edge.mqtt.discovery import discovery
from edge.mqtt.topics import Topics
from edge.stream.client import Received
from edge.stream.door_view import DoorView
from edge.stream.messages import Answer, NumberedEvent, State

MUTE_MINUTES = 10
"""How long the switch mutes the buzzer; it switches itself off when the door sounds again."""

COUNTS_SECONDS = 15.0
"""How often today's counts are read."""

COMMANDS: Mapping[tuple[str, str | None], dict[str, Any]] = {
    ("mute", "ON"): {"do": "mute", "minutes": MUTE_MINUTES},
    ("mute", "OFF"): {"do": "unmute"},
    ("test_led", None): {"do": "test", "output": "led"},
    ("test_buzzer", None): {"do": "test", "output": "buzzer"},
}
"""The door's command for each topic and payload; None stands for any payload."""

log = logging.getLogger("maskwatch.mqtt")


class Bridge:
    """Publishes the door's messages, and passes commands from the broker to the door."""

    def __init__(
        self,
        client: Client,
        topics: Topics,
        *,
        name: str,
        send: Callable[[dict[str, Any]], Answer],
        counts: Callable[[], dict[str, int] | None],
        state_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the client, which is not connected yet.

        Args:
            client: Speaks to the broker; its last will and callbacks are set here.
            topics: Where the door speaks and listens.
            name: What the device is called.
            send: Sends a command to the door.
            counts: Reads today's counts; None if nothing is counted.
            state_seconds: How often an unchanged state is sent again.
            clock: Tells the time on a clock that never runs back, in seconds.
        """
        self._client, self._topics, self._name = client, topics, name
        self._send, self._read_counts, self._clock = send, counts, clock
        self._state_seconds = state_seconds
        self._door = DoorView()
        self._stated: tuple[object, ...] | None = None
        self._state_due = self._counts_due = 0.0
        self._mute_ends = 0.0  # while no frame comes, no state says so
        self._lock = threading.RLock()  # both threads offer, and the newest state must go out last
        client.will_set(topics.availability, "offline", qos=1, retain=True)
        client.on_connect = self._connected
        client.on_connect_fail = _not_connected
        client.on_disconnect = self._disconnected
        client.on_message = self._told

    def run(self, messages: Iterable[Received]) -> None:
        """Publish until the messages end."""
        for message in messages:
            with self._lock:
                self._door.take(message)
                if isinstance(message, State):
                    self._mute_ends = self._clock() + message.buzzer_muted_seconds
                if isinstance(message, NumberedEvent) and self._client.is_connected():
                    self._client.publish(self._topics.events, json.dumps(message.event), qos=1)
                self._offer()

    def offer_everything(self) -> None:
        """Publish everything: a program has just subscribed."""
        with self._lock:
            version = self._door.version or "unknown"
            self._retain(self._topics.discovery, discovery(self._topics, name=self._name, version=version))
            self._client.publish(self._topics.availability, "online", retain=True)
            self._stated = None
            self._counts_due = 0.0
            self._offer()

    def say_goodbye(self) -> None:
        """Publish that the program ends, since the broker sends the last will only after a crash."""
        self._client.publish(self._topics.availability, "offline", retain=True)

    def _offer(self) -> None:
        if not self._client.is_connected():
            return
        state, now = self._state(), self._clock()
        news = (state["alert"], state["blind"], state["door"], state["muted"], state["people"])
        if news != self._stated or now >= self._state_due:
            self._stated, self._state_due = news, now + self._state_seconds
            self._retain(self._topics.state, state)
        if now >= self._counts_due:
            self._counts_due = now + COUNTS_SECONDS
            if (counts := self._read_counts()) is not None:
                self._retain(self._topics.counts, counts)

    def _state(self) -> dict[str, Any]:
        state = self._door.state
        return {
            "alert": _on(bool(self._door.alerts)),
            "blind": _on(self._door.blind),
            "door": _on(self._door.connected),
            "muted": _on(state is not None and self._clock() < self._mute_ends),
            "people": sum(not person.muted for person in state.people) if state else 0,
            "frames_per_second": round(state.frames_per_second, 1) if state else 0.0,
            "celsius": state.celsius if state else None,
        }

    def _retain(self, topic: str, message: Mapping[str, Any]) -> None:
        self._client.publish(topic, json.dumps(message), retain=True)

    def _connected(
        self, client: Client, _: object, flags: ConnectFlags, reason: ReasonCode, properties: Properties | None
    ) -> None:
        if reason.is_failure:
            log.warning("The broker refuses the connection: %s.", reason)
            return
        log.info("Connected to the broker.")
        client.subscribe([(self._topics.commands, 1), (self._topics.birth, 1)])
        self.offer_everything()

    def _disconnected(
        self, client: Client, _: object, flags: object, reason: ReasonCode, properties: Properties | None
    ) -> None:
        log.warning("The connection to the broker is lost: %s.", reason)

    def _told(self, client: Client, _: object, message: MQTTMessage) -> None:
        payload = message.payload.decode("utf-8", "replace").strip()
        if message.topic == self._topics.birth:
            if payload == "online":
                self.offer_everything()
            return
        if message.retain:
            return  # a retained command is an old one
        name = message.topic.rpartition("/")[2]
        command = COMMANDS.get((name, payload.upper())) or COMMANDS.get((name, None))
        if command is None:
            log.warning("Ignored the payload %r on %s.", payload[:40], message.topic)
            return
        try:
            answer = self._send(command)
        except UserError as error:
            log.warning("%s", error)
            return
        if not answer.ok:
            log.warning("The door refuses: %s", answer.reason)


def _not_connected(client: Client, _: object) -> None:
    # paho calls this while it handles the error, which it does not pass on.
    log.warning("The broker %s cannot be reached: %s.", client.host, sys.exception() or "it does not answer")


def _on(value: bool) -> str:
    return "ON" if value else "OFF"
