"""What a reader says while there is no door."""

import errno
import os
import socket
import subprocess
import sys

import pytest

from edge.stream.client import Away
from edge.stream.waiting import announced

READERS = {
    "page": ["page"],
    "metrics": ["metrics"],
    "counts": ["stats", "--record"],
    "MQTT": ["mqtt"],
}


@pytest.mark.parametrize("command", READERS.values(), ids=READERS)
def test_a_reader_without_a_door_says_what_it_waits_for(command, tmp_path):
    config = tmp_path / "maskwatch.toml"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config.write_text(
        f'[stream]\nsocket = "{tmp_path / "door.sock"}"\n'
        f'[stats]\ndatabase = "{tmp_path / "counts.db"}"\n'
        f'[metrics]\nfile = "{tmp_path / "door.prom"}"\n'
        f'[page]\nlisten = "127.0.0.1:{port}"\n'
        '[mqtt]\nbroker = "127.0.0.1"\nport = 9\n'
    )
    program = [sys.executable, "-m", "edge", *command, "--config", str(config)]
    with subprocess.Popen(program, stderr=subprocess.PIPE, text=True) as process:
        try:
            said = next(line for line in process.stderr if "Waiting" in line)
        finally:
            process.kill()
    assert said.startswith(f"Waiting for the door. No door process answers at {tmp_path / 'door.sock'} (No such file")
    assert said.endswith("start it with `sudo systemctl start maskwatch`.\n")


def test_each_absence_is_said_once_and_every_message_is_passed_on(tmp_path):
    said = []
    messages = [Away("gone"), "hello", "state", Away("gone again"), "hello"]
    assert list(announced(messages, tmp_path / "door.sock", said.append)) == messages
    assert ["gone" in line for line in said] == [True, True]


def test_a_user_without_access_to_the_door_is_told_how_to_get_it(tmp_path):
    said = []
    list(announced([Away(os.strerror(errno.EACCES))], tmp_path / "door.sock", said.append))
    assert "Only the group maskwatch may use" in said[0]
