"""The page, MQTT, the metrics and the counts on a Pi, each before a door and asked once."""

import json
import operator
import sys
import time
import urllib.request
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "edge" / "stream"))
sys.path.insert(0, str(Path(__file__).parents[1] / "edge" / "mqtt"))

from fake_door import FakeDoor
from mqtt_broker import MOSQUITTO, Broker, Listener, free_port

from .debian import BOOKWORM, TRIXIE
from .emulated_pi import CPUS

pytestmark = pytest.mark.arm

PATIENCE = 300.0


@pytest.fixture(params=[BOOKWORM, TRIXIE], ids=operator.attrgetter("suite"))
def pi(request, make_pi):
    return make_pi(CPUS[1], request.param)


@pytest.fixture
def door(work):
    """A door that someone has passed."""
    with FakeDoor(work) as door:
        door.state()
        for kind in ("track_began", "track_ended"):
            door.event(kind, track=1, at=time.time())
        yield door


@pytest.fixture
def settings(work, door):
    """Writes settings with further lines; gives the options by which a Pi reads them."""
    (work / "counts.db").unlink(missing_ok=True)

    def settings(*lines):
        stream = ["[stream]", 'socket = "/mnt/desk/stream.sock"', "[stats]", 'database = "/mnt/desk/counts.db"']
        (work / "maskwatch.toml").write_text("\n".join([*stream, *lines]))
        return "--config", "/mnt/desk/maskwatch.toml"

    return settings


@pytest.fixture
def start(pi):
    """Starts a command of maskwatch, which is gone in the end."""
    started = []
    yield lambda command, *options: started.append(pi.start("-m", "edge", command, *options))
    for process in started:
        process.kill()
        process.wait()


def until(ask):
    """The first answer that is not empty."""
    late = time.monotonic() + PATIENCE
    while not (answer := ask()):
        assert time.monotonic() < late
        time.sleep(0.5)
    return answer


def got(address, holds):
    """What is read from there, as soon as it holds this."""

    def ask():
        try:
            text = urllib.request.urlopen(address, timeout=60).read().decode()
        except OSError:
            return None
        return text if holds in text else None

    return until(ask)


def test_the_page_answers(settings, start):
    port = free_port()
    start("page", *settings("[page]", f'listen = "127.0.0.1:{port}"'))
    assert "What the camera sees" in got(f"http://127.0.0.1:{port}/", "</html>")


def test_the_metrics_answer(settings, start):
    port = free_port()
    start("metrics", *settings("[metrics]", f'listen = "127.0.0.1:{port}"'))
    assert "maskwatch_temperature_celsius 50.5" in got(f"http://127.0.0.1:{port}/metrics", "maskwatch_up 1.0")


@pytest.mark.skipif(MOSQUITTO is None, reason="not run, because mosquitto is missing: apt install mosquitto")
def test_the_broker_hears_of_the_door(settings, start, tmp_path):
    broker = Broker(tmp_path, free_port()).start()
    try:
        listener = Listener(broker.port)
        start(
            "mqtt", *settings("[mqtt]", 'broker = "127.0.0.1"', f"port = {broker.port}", 'name = "pi"', "tls = false")
        )
        until(lambda: listener.text("maskwatch/pi/availability") == "online")
        assert until(lambda: listener.json("maskwatch/pi/state"))["celsius"] == 50.5
        listener.close()
    finally:
        broker.kill()


def test_a_visit_is_counted(settings, start, pi):
    options = settings()
    start("stats", "--record", *options)

    def counted():
        return json.loads(pi.python("-m", "edge", "stats", "--json", *options).stdout or "[]")

    assert sum(day["people"] for day in until(counted)) == 1
