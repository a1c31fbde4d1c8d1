"""The real program before a drawn clip that is played as a camera, and the many ways in which it is ended."""

import fcntl
import json
import os
import pty
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.releases.unpack import LAUNCHER

REPORT_PINS = """
import os, sys
from gpiozero.pins.mock import MockFactory
import edge.runtime.run as run
pins = MockFactory()
run.open_pins = lambda *, mock: pins
{more}
from edge.cli import main
status = main(["run", "--config", {config!r}])
on = [number for number in (17, 27) if pins.pin(number).state]
os.write(2, f"pins on: {{on}}".encode())
os._exit(status)
"""
"""The program on mock pins, which says in the end which of them are on."""

HANGING = """
import cv2, numpy
from edge.camera.repeated import RepeatedRecording
grab = RepeatedRecording.grab
calls = iter(range(10**9))
picture = numpy.zeros((480, 640, 3), numpy.uint8)
def hang():
    while True:
        cv2.GaussianBlur(picture, (31, 31), 5)
RepeatedRecording.grab = lambda self: grab(self) if next(calls) < 5 else hang()
"""
"""A driver that never comes back from C++: Python's own end would abort the process."""


HANGING_TRIAL = """
import edge.vision.trial as trial
trial.CHILD = "import time; time.sleep(10**6)"
"""

HANGING_IMPORT = """
import sys, time
class Slow:
    def find_spec(self, name, path, target=None):
        if name == "edge.runtime.run":
            os.write(2, b"importing ")
            time.sleep(10**6)
sys.meta_path.insert(0, Slow())
"""


@pytest.fixture
def config(tmp_path):
    """Settings of a kiosk whose camera shows a second of a moving square, again and again."""
    clip = tmp_path / "door.avi"
    writer = cv2.VideoWriter(str(clip), cv2.VideoWriter.fourcc(*"FFV1"), 10.0, (128, 96))
    for number in range(10):
        image = np.full((96, 128, 3), 90, np.uint8)
        image[20:60, 10 * number : 10 * number + 30] = 160
        writer.write(image)
    writer.release()
    path = tmp_path / "maskwatch.toml"
    path.write_text(f'[camera]\nsource = "{clip}"\nrepeat = true\n[locator]\nkind = "centre"\n')
    return path


@contextmanager
def door(config, *arguments, **options):
    """The program; killed in the end if it has not come to one."""
    command = [sys.executable, *(arguments or ("-m", "edge", "run", "--config", str(config)))]
    with subprocess.Popen(command, **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_until_started(process):
    for line in process.stdout:
        if json.loads(line)["event"] == "started":
            return


def on_pins(config, more=""):
    return "-c", REPORT_PINS.format(config=str(config), more=more)


def test_a_terminal_that_is_closed_ends_it(config):
    main, terminal = pty.openpty()
    program = ["-c", "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n" + on_pins(config)[1]]
    errors = config.parent / "errors"
    with (
        errors.open("wb") as notes,
        door(config, *program, stdin=terminal, stdout=terminal, stderr=notes, start_new_session=True) as process,
    ):
        os.close(terminal)
        seen = b""
        while b'"started"' not in seen:
            seen += os.read(main, 4096)
        os.close(main)
        assert process.wait(60) == 0
    assert errors.read_text().endswith("pins on: []")


def test_a_reader_that_stops_reading_delays_no_stop(config):
    with door(config, *on_pins(config)) as process:
        fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, 4096)
        wait_until_started(process)
        filler = os.open(f"/proc/{process.pid}/fd/1", os.O_WRONLY | os.O_NONBLOCK)
        with pytest.raises(BlockingIOError):
            while True:
                os.write(filler, b"\n" * 512)
        os.close(filler)
        process.terminate()
        assert process.wait(60) == 0
        assert process.stderr.read().endswith(b"pins on: []")


def test_a_closed_stderr_changes_nothing(config):
    with door(config, stderr=None, preexec_fn=lambda: os.close(2)) as process:
        wait_until_started(process)
        process.terminate()
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert json.loads(output.splitlines()[-1])["event"] == "stopped"


def test_a_capture_that_never_returns_is_left_behind(config):
    program = (
        f"{HANGING}\nimport sys\nfrom edge.cli import entry\nsys.argv[1:] = ['run', '--config', {str(config)!r}]\n"
    )
    with door(config, "-c", program + "entry()") as process:
        wait_until_started(process)
        time.sleep(1.0)  # it hangs by now, or a little later
        process.terminate()
        assert process.wait(60) == 0


def test_the_installed_launcher_leaves_it_behind_too(config, tmp_path):
    hanging = f"{HANGING}\nimport sys\nsys.argv[1:] = ['run', '--config', {str(config)!r}]\n"
    with door(config, "-c", hanging + LAUNCHER.decode().replace("__file__", repr(__file__))) as process:
        wait_until_started(process)
        time.sleep(1.0)  # it hangs by now, or a little later
        process.terminate()
        assert process.wait(60) == 0


def wait_until_ended(process_id):
    """Wait for the end of a killed process, whose entry stays until init has collected it."""
    status = Path(f"/proc/{process_id}/stat")
    end = time.monotonic() + 30
    with suppress(FileNotFoundError, ProcessLookupError):
        while status.read_text().rpartition(")")[2].split()[0] != "Z":
            assert time.monotonic() < end, "it still runs"
            time.sleep(0.05)


def test_a_stop_does_not_wait_for_the_trial_of_a_new_model(config, shipped_model, tmp_path):
    shutil.copy(shipped_model, tmp_path / "new.tflite")
    with config.open("a") as file:
        file.write('[model]\nclassifier = "new.tflite"\n')
    with door(config, *on_pins(config, HANGING_TRIAL)) as process:
        while not (children := Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()):
            assert process.poll() is None
            time.sleep(0.01)
        process.terminate()
        assert process.wait(60) == 0
        assert process.stderr.read().endswith(b"pins on: []")
    wait_until_ended(children[0])


def test_a_stop_does_not_wait_until_the_program_is_read(config):
    program = f"import os\n{HANGING_IMPORT}\nfrom edge.cli import main\nos._exit(main(['run', '--config', '{config}']))"
    with door(config, "-c", program) as process:
        assert process.stderr.read(10) == b"importing "
        process.terminate()
        assert process.wait(60) == 0


@pytest.mark.slow
def test_a_stop_at_any_moment_leaves_the_outputs_off(config):
    moments = random.Random(1)
    for _ in range(30):
        with door(config, *on_pins(config)) as process:
            while (status := signal_is_handled(process)) is False:
                time.sleep(0.005)
            assert status, "it ended by itself"
            time.sleep(moments.uniform(0.0, 3.0))
            process.terminate()
            status, said = process.wait(60), process.stderr.read()
            assert status == 0, said
            assert said.endswith(b"pins on: []")


def signal_is_handled(process):
    """Whether the program handles SIGTERM by now; None if it has ended."""
    if process.poll() is not None:
        return None
    with open(f"/proc/{process.pid}/status") as file:  # noqa: PTH123
        caught = next(int(line.split()[1], 16) for line in file if line.startswith("SigCgt"))
    return bool(caught >> (signal.SIGTERM - 1) & 1)
