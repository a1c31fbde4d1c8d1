import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "stream"))

from fake_door import FakeDoor
from mqtt_broker import MOSQUITTO, Broker, Listener, Program, free_port


@pytest.fixture
def broker(tmp_path):
    """Starts brokers, which are gone in the end: `broker()`, `broker("password_file ...")`."""
    if MOSQUITTO is None:
        pytest.skip("not run, because mosquitto is missing: apt install mosquitto")
    made = []

    def broker(*lines, port=None):
        made.append(Broker(tmp_path, port or free_port(), *lines))
        return made[-1].start()

    yield broker
    for one in made:
        one.kill()


@pytest.fixture
def door(tmp_path):
    with FakeDoor(tmp_path) as door:
        yield door


@pytest.fixture
def program(tmp_path, door):
    """Starts the bridge for a broker's port, with further lines for [mqtt]."""
    started = []

    def program(port, *lines):
        text = f'[stream]\nsocket = "{door.address}"\n[stats]\ndatabase = "{tmp_path / "counts.db"}"\n'
        mqtt = ["[mqtt]", 'broker = "127.0.0.1"', f"port = {port}", 'name = "door-1"', *(lines or ["tls = false"])]
        started.append(Program(tmp_path, text + "\n".join(mqtt) + "\n"))
        return started[-1]

    yield program
    for one in started:
        one.process.kill()
        one.process.wait()


@pytest.fixture
def listen():
    made = []

    def listen(port):
        made.append(Listener(port))
        return made[-1]

    yield listen
    for one in made:
        one.close()
