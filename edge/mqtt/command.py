"""`maskwatch mqtt`: runs the bridge to the settings' broker until it is stopped."""

import logging
import signal
import socket
import ssl
import stat
import sys
from contextlib import closing
from pathlib import Path
from types import FrameType

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from edge.errors import UserError
from edge.mqtt.bridge import Bridge
from edge.mqtt.topics import Topics
from edge.settings.connections import MqttSettings
from edge.settings.schema import Settings
from edge.signals import handling
from edge.stats.database import Database, local_midnight
from edge.stream.client import StreamClient, send_command
from edge.stream.messages import Position
from edge.stream.waiting import announced

KEEPALIVE_SECONDS = 30
"""A broker that is silent for this long counts as lost, and the bridge connects again."""

FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 1, 120
"""Between two tries to reach the broker."""

TICK_SECONDS = 1.0
"""How late what is due may be sent while the door says nothing."""


class _Stopped(Exception):  # noqa: N818  not an error
    """SIGTERM: someone asked the bridge to stop."""


def run_bridge(settings: Settings) -> int:
    """Serve the broker until stopped; returns the exit status.

    Raises:
        UserError: No broker is named, or its password or certificate cannot be used.
    """
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(message)s")
    mqtt, door = settings.mqtt, Path(settings.stream.socket)
    if not mqtt.broker:
        raise UserError("No broker is named", 'write its host as "broker" in [mqtt]')
    client = connectable(mqtt)
    name = mqtt.name or socket.gethostname()
    bridge = Bridge(
        client,
        Topics.of(mqtt.topic, name, mqtt.discovery_prefix),
        name=name,
        send=lambda request: send_command(door, request),
        counts=lambda: today(Path(settings.stats.database)),
        state_seconds=mqtt.state_seconds,
    )
    client.connect_async(mqtt.broker, mqtt.port or (8883 if mqtt.tls else 1883), keepalive=KEEPALIVE_SECONDS)
    client.loop_start()
    # Ask for all events of this run, since people who came before this program started may still be in view.
    stream = StreamClient(door, states=True, after=Position(), tick_seconds=TICK_SECONDS)
    try:
        with handling({signal.SIGTERM: _stop}), closing(stream):
            bridge.run(announced(stream, door))
    except _Stopped:
        pass
    finally:
        bridge.say_goodbye()
        client.disconnect()
        client.loop_stop()
    return 0


def connectable(settings: MqttSettings) -> Client:
    """A client with the settings' user and certificates, not connected yet.

    Raises:
        UserError: The password's file or a certificate cannot be used.
    """
    client = Client(CallbackAPIVersion.VERSION2)
    client.reconnect_delay_set(FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS)
    if settings.username:
        client.username_pw_set(settings.username, _password(settings.password_file))
    if settings.tls:
        try:
            client.tls_set_context(ssl.create_default_context(cafile=settings.ca_file or None))
        except OSError as error:  # ssl.SSLError is one
            problem = f"The certificate {settings.ca_file} cannot be used ({error.strerror or error})"
            raise UserError(problem, 'name a PEM file with "ca_file" in [mqtt]') from error
    return client


def today(database: Path) -> dict[str, int] | None:
    """Today's counts by local time; None if nothing is counted."""
    if not database.exists():
        return None
    try:
        with Database(database, read_only=True) as opened:
            hours = opened.hours(local_midnight())
    except UserError as error:
        logging.getLogger("maskwatch.mqtt").warning("%s", error)
        return None
    people, compliant, not_compliant = (
        sum(getattr(hour, field) for hour in hours) for field in ("people", "compliant", "not_compliant")
    )
    return {
        "people": people,
        "compliant": compliant,
        "not_compliant": not_compliant,
        "undecided": people - compliant - not_compliant,
    }


def _password(file: str) -> str | None:
    if not file:
        return None
    path = Path(file)
    try:
        if path.stat().st_mode & stat.S_IROTH:
            raise UserError(f"Everyone on this machine can read the password in {path}", f"run `sudo chmod o= {path}`")
        return path.read_text(encoding="utf-8").strip()
    except UnicodeDecodeError as error:
        problem = f"The password in {path} is not written in UTF-8"
        raise UserError(problem, "save the file in this encoding") from error
    except OSError as error:
        problem = f"The password file {path} cannot be read ({error.strerror})"
        raise UserError(problem, 'name one that can with "password_file" in [mqtt]') from error


def _stop(number: int, frame: FrameType | None) -> None:
    raise _Stopped
