"""What can be said of the unit without starting it."""

import re
import shutil
import subprocess

import pytest

from edge.bounds import Bounds, limits
from edge.camera.live import OPENING_SECONDS
from edge.runtime.fault import FAULT_SECONDS
from edge.settings.schema import CameraSettings
from edge.vision.known_good import TRIAL_SECONDS

from .layers import REPOSITORY

UNITS = sorted((REPOSITORY / "systemd").glob("*.service"))

MOST_EXPOSED = 2.0
"""Of the 10 that systemd gives a service without any protection."""


def analyze(*arguments):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("not run, because systemd-analyze is not installed")
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, check=False)


@pytest.fixture(params=UNITS, ids=lambda path: path.stem)
def unit(request, tmp_path):
    """Each unit, with a command in place of the one that is not installed here."""
    unit = tmp_path / request.param.name
    unit.write_text(re.sub(r"/opt/maskwatch/\S*", "/bin/true", request.param.read_text()))
    return unit


def test_systemd_has_nothing_to_say_against_the_unit(unit):
    said = analyze("verify", unit)
    assert said.stdout + said.stderr == ""  # it does not fail at a key that it does not know, it only says so


def test_a_start_has_time_for_two_model_files_that_hang_and_for_the_camera():
    text = (REPOSITORY / "systemd/maskwatch.service").read_text()
    seconds = int(re.search(r"^TimeoutStartSec=(\d+)$", text, re.MULTILINE)[1])
    silence = dict(limits(CameraSettings))["rebuild_after_seconds"]
    assert isinstance(silence, Bounds)
    longest = 2 * (TRIAL_SECONDS + FAULT_SECONDS) + OPENING_SECONDS + silence.highest
    assert seconds >= longest + 30  # which a small board needs for everything else


def test_the_service_may_do_little(unit):
    said = analyze("security", "--offline=true", "--no-pager", f"--threshold={MOST_EXPOSED * 10:.0f}", unit)
    assert said.returncode == 0, said.stdout
