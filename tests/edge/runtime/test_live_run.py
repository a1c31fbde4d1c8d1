"""The real program before a recording that is played as a camera."""

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import closing, contextmanager

import cv2
import numpy as np
import pytest

from edge.stream.client import Away, StreamClient, send_command
from edge.stream.messages import NumberedEvent, Position, State


@pytest.fixture
def config(tmp_path):
    """Settings of a door that shows a gray wall for ever; more may be written behind them."""
    assert cv2.imwrite(str(tmp_path / "wall.png"), np.full((96, 128, 3), 90, np.uint8))
    path = tmp_path / "maskwatch.toml"
    path.write_text(f'[camera]\nsource = "{tmp_path / "wall.png"}"\nrepeat = true\n')
    return path


class Systemd:
    """What a program tells systemd."""

    def __init__(self, address):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(address))
        self.socket.settimeout(60)

    def hear(self, line):
        """Wait for a line."""
        while line not in self.socket.recv(4096).decode().split("\n"):
            pass


NORMAL = "import edge.cli, sys; sys.exit(edge.cli.main(sys.argv[1:]))"

HANGING = """
import time
from edge.camera.repeated import RepeatedRecording
grab, sights = RepeatedRecording.grab, iter(range(5))
RepeatedRecording.grab = lambda self: grab(self) if next(sights, None) is not None else time.sleep(10**6)
"""
"""A driver that gives five pictures and then hangs."""


@contextmanager
def running(config, before="", **options):
    """The program, READY, and systemd; `before` is run in its process first."""
    systemd = Systemd(config.parent / "notify")
    environment = {**os.environ, "NOTIFY_SOCKET": str(config.parent / "notify")}
    command = [sys.executable, "-c", before + NORMAL, "run", "--config", str(config)]
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True} | options
    with systemd.socket, subprocess.Popen(command, env=environment, **options) as process:
        try:
            systemd.hear("READY=1")
            yield process, systemd
        finally:
            process.kill()


def ended(process):
    """Ask the program to stop; its exit status, events and complaints."""
    process.terminate()
    output, errors = process.communicate(timeout=60)
    return process.returncode, [json.loads(line) for line in (output or "").splitlines()], errors


def test_it_is_ready_goes_on_and_stops(config):
    with running(config) as (process, systemd):
        systemd.hear("WATCHDOG=1")
        status, events, _ = ended(process)
        systemd.hear("STOPPING=1")
    assert status == 0
    assert [event["event"] for event in events] == ["started", "stopped"]


def test_settings_are_read_again_when_asked_and_a_broken_file_ends_nothing(config):
    good = config.read_text()
    with running(config) as (process, systemd):
        for text in ("[alarm]\nhold_seconds = 3.0\n", "[alarm\n"):
            config.write_text(good + text)
            process.send_signal(signal.SIGHUP)
            systemd.hear("RELOADING=1")
            systemd.hear("READY=1")
        status, events, _ = ended(process)
    assert status == 0
    assert [event["event"] for event in events] == ["started", "reloaded", "reload_refused", "stopped"]


def test_a_full_disk_does_not_end_the_program(config):
    with open("/dev/full", "w") as full, running(config, stdout=full) as (process, systemd):  # noqa: PTH123
        systemd.hear("WATCHDOG=1")
        status, _, errors = ended(process)
    assert (status, "Traceback" in errors) == (0, False)


def test_a_closed_output_does_not_end_the_program(config):
    with running(config, stdout=None, preexec_fn=lambda: os.close(1)) as (process, systemd):
        systemd.hear("WATCHDOG=1")
        status, _, errors = ended(process)
    assert (status, "Traceback" in errors) == (0, False)


def test_a_blind_door_says_what_its_outputs_do_and_tests_them_again(config, eventually):
    address = config.parent / "stream.sock"
    config.write_text(config.read_text() + f'[alarm]\nclear_led_pin = 22\n[stream]\nsocket = "{address}"\n')
    with running(config, HANGING), closing(StreamClient(address, states=True, after=Position())) as client:
        blind = next(message for message in client if isinstance(message, State) and message.blind is not None)
        assert blind.people == ()
        assert blind.outputs == {"led": True, "buzzer": False, "clear_led": False, "relay": None}
        for _ in range(2):
            eventually(lambda: send_command(address, {"do": "test", "output": "buzzer"}).ok)


def test_the_stream_tells_of_the_whole_run(config):
    address = config.parent / "stream.sock"
    config.write_text(config.read_text() + f'[stream]\nsocket = "{address}"\n')
    told = []
    with running(config) as (process, _):
        messages = iter(StreamClient(address, states=True, after=Position()))
        for message in messages:
            if isinstance(message, State) and process.poll() is None:
                process.terminate()
            if isinstance(message, Away):
                break
            if isinstance(message, NumberedEvent):
                told.append(message.event["event"])
        output, _ = process.communicate(timeout=60)
    assert told == [event["event"] for event in map(json.loads, output.splitlines())]
    assert (told[0], told[-1]) == ("started", "stopped")
    assert not address.exists()
