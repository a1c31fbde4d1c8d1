"""A real broker, someone who listens at it, and the bridge as its service runs it."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")

AS_ROOT = ["user root"] if os.geteuid() == 0 else []
"""Started by root it would become another user, who cannot read a test's files."""

WAIT_SECONDS = 30.0
"""A busy machine is slow, not wrong."""


def until(check):
    """The first true answer of a check that is asked again and again."""
    end = time.monotonic() + WAIT_SECONDS
    while not (answer := check()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
    return answer


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Broker:
    """Debian's mosquitto, on the loopback."""

    def __init__(self, folder, port, *lines):
        self.port, self.process = port, None
        self.config = folder / f"mosquitto-{port}.conf"
        self.config.write_text(
            "\n".join([*AS_ROOT, f"listener {port} 127.0.0.1", *(lines or ["allow_anonymous true"]), ""])
        )

    def start(self):
        self.process = subprocess.Popen([MOSQUITTO, "-c", str(self.config)], stderr=subprocess.DEVNULL)
        until(self._listens)
        return self

    def kill(self):
        if self.process:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def _listens(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


ANSWERS = {0x10: b"\x20\x02\x00\x00", 0x80: b"\x90\x04\x00\x01\x01\x01", 0xC0: b"\xd0\x00"}
"""To CONNECT, the first SUBSCRIBE and PINGREQ of MQTT 3.1.1."""


class DeafBroker:
    """A broker that takes what is published and acknowledges none of it, as one behind a failing network."""

    def __enter__(self):
        self.connections, self.published = [], []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *exception):
        self._listener.close()
        self.hang_up()

    def hang_up(self):
        for connection in self.connections:
            with suppress(OSError):  # it has gone already
                connection.shutdown(socket.SHUT_RDWR)

    def state(self, connection):
        """The state that it would have kept on a connection."""
        states = [text for topic, text in self._on(connection) if topic.endswith("/state")]
        return json.loads(states[-1]) if states else {}

    def events(self, connection):
        return sum(topic.endswith("/event") for topic, _ in self._on(connection))

    def _on(self, connection):
        return list(self.published[connection]) if connection < len(self.published) else []

    def _accept(self):
        with suppress(OSError):
            while True:
                self.connections.append(self._listener.accept()[0])
                self.published.append([])
                threading.Thread(
                    target=self._serve, args=(self.connections[-1], self.published[-1]), daemon=True
                ).start()

    def _serve(self, connection, published):
        with connection, connection.makefile("rb") as stream:
            while head := stream.read(1):
                body = stream.read(_length(stream))
                if head[0] & 0xF0 == 0x30:
                    published.append(_publication(head[0], body))
                elif answer := ANSWERS.get(head[0] & 0xF0):
                    connection.sendall(answer)


def _length(stream):
    length = shift = 0
    while True:
        (byte,) = stream.read(1)
        length |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return length


def _publication(head, body):
    end = 2 + int.from_bytes(body[:2])
    return body[2:end].decode(), body[end + (2 if head & 0x06 else 0) :].decode()


class Listener:
    """What stands at the broker, topic by topic, and all that came by."""

    def __init__(self, port):
        self.retained, self.messages, self._lock = {}, [], threading.Lock()
        self.client = Client(CallbackAPIVersion.VERSION2)
        self.client.on_connect = lambda client, *_: client.subscribe("#", qos=1)
        self.client.on_message = self._take
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()

    def _take(self, client, _, message):
        with self._lock:
            self.retained[message.topic] = message.payload.decode()
            self.messages.append((message.topic, message.payload.decode()))

    def text(self, topic):
        return self.retained.get(topic)

    def json(self, topic):
        return json.loads(self.retained.get(topic, "{}"))

    def say(self, topic, payload, *, retain=False):
        self.client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(WAIT_SECONDS)

    def close(self):
        self.client.disconnect()
        self.client.loop_stop()


class Program:
    """`maskwatch mqtt`, as its service runs it."""

    def __init__(self, folder, settings):
        self.config, self.log = folder / "maskwatch.toml", folder / "mqtt.log"
        self.config.write_text(settings)
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "edge", "mqtt", "--config", str(self.config)], stderr=log
            )

    def says(self, words):
        return words in self.log.read_text()

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.process.wait(WAIT_SECONDS)
