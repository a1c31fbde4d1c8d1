import functools
import json
import os
import platform
import shutil
import subprocess
import sys

import cv2
import pytest

from edge.demo.scene import DoorwayScene

from .cache import NotReachedError
from .emulated_pi import HERE, EmulatedPi
from .wheels import REPOSITORY, install_maskwatch, litert_wheel, shared_wheels, tflite_wheel

TOOLS = ("qemu-aarch64", "mmdebstrap", "unshare", "setarch")

COUNTS = pytest.StashKey[dict]()

COUNTS_FILE = REPOSITORY / "build" / "arm-instructions.json"

CLIP_RATE, CLIP_BEGINS, CLIP_FRAMES = 5, 4.6, 22
"""The admiral stands there without a mask and puts one on."""


def pytest_configure(config):
    config.stash[COUNTS] = {}


@pytest.fixture(scope="session")
def emulator():
    """This machine can show a program a Raspberry Pi."""
    if platform.machine() != "x86_64":
        pytest.skip("not run, because the answers are compared with those of an x86-64 machine")
    if missing := [tool for tool in TOOLS if not shutil.which(tool)]:
        pytest.skip(f"not run, because {', '.join(missing)} is missing: run tests/install_packages.sh")
    if os.geteuid() or subprocess.run(["unshare", "--mount", "mount", "-t", "proc", "proc", "/mnt"]).returncode:
        pytest.skip("not run, because it takes root that may mount")


@pytest.fixture(scope="session")
def maskwatch(emulator, tmp_path_factory):
    """Our own wheel, unpacked."""
    return install_maskwatch(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def work(tmp_path_factory):
    """A folder that a Pi sees as /mnt/desk."""
    return tmp_path_factory.mktemp("work")


@pytest.fixture(scope="session")
def make_pi(maskwatch, work, tmp_path_factory):
    """Gives an emulated Pi for a CPU, a Debian and a runtime."""
    scratch = tmp_path_factory.mktemp("pi")

    def make(cpu, debian, *, tflite=False):
        try:
            root, shared = debian.root(), shared_wheels()
            runtime = tflite_wheel() if tflite else litert_wheel(debian.python)
        except NotReachedError as reason:
            pytest.skip(f"not run, because {reason}")
        packages = {"maskwatch": maskwatch, "runtime": runtime, "shared": shared}
        folders = {**packages, "guest": HERE / "guest", "desk": work}
        return EmulatedPi(root, cpu, folders, tuple(packages), scratch)

    return make


@pytest.fixture(scope="session")
def here():
    """Runs Python on this machine, with the device's code from this tree; gives its standard output."""

    def run(*arguments):
        environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
        command = [sys.executable, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout

    return run


@pytest.fixture(scope="session")
def photograph(work):
    """A frame of the drawn doorway, as PNG."""
    path = work / "photograph.png"
    assert cv2.imwrite(str(path), DoorwayScene().picture(CLIP_BEGINS)[:, :, ::-1])
    return path


@pytest.fixture(scope="session")
def clip(work):
    """Four seconds of the drawn doorway, in whose last two frames nothing is decided.

    Without loss: the colors of others come out a little different on Arm.
    """
    path, scene = work / "clip.avi", DoorwayScene()
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"FFV1"), CLIP_RATE, (320, 240))
    for number in range(CLIP_FRAMES):
        picture = scene.picture(CLIP_BEGINS + number / CLIP_RATE)[:, :, ::-1]
        writer.write(cv2.resize(picture, (320, 240), interpolation=cv2.INTER_AREA))
    writer.release()
    return path


@pytest.fixture(scope="session")
def counter(emulator, tmp_path_factory):
    """The plugin that counts instructions; None where it cannot be made, or this emulator takes none like it."""
    plugin = tmp_path_factory.mktemp("counter") / "count_instructions.so"
    if not shutil.which("gcc"):
        return None
    source = HERE / "count_instructions.c"
    subprocess.run(["gcc", "-shared", "-fPIC", "-O2", "-Wall", "-o", plugin, source], check=True)
    tried = subprocess.run(["qemu-aarch64", "-plugin", plugin, "no-program"], capture_output=True, text=True)
    return None if "plugin" in tried.stderr else plugin


@pytest.fixture(scope="session")
def ask(make_pi, photograph, counter):
    """Asks the shipped networks on a CPU and a Debian, each in a fresh process; gives the finished process."""

    def answers(cpu, debian):
        pi = make_pi(cpu, debian)
        return pi.python("/mnt/guest/answers.py", f"/mnt/desk/{photograph.name}", plugin=counter)

    return answers


@pytest.fixture(scope="session")
def answers_of(ask):
    """As `ask`, but once for each CPU and Debian."""
    return functools.cache(ask)


def pytest_terminal_summary(terminalreporter, config):
    counts = config.stash[COUNTS]
    if not counts:
        return
    terminalreporter.section("Arm instructions for one inference, in millions")
    for cpu, networks in counts.items():
        figures = "  ".join(f"{name} {number / 1e6:.2f}" for name, number in networks.items())
        terminalreporter.write_line(f"{cpu}  {figures}")
    COUNTS_FILE.parent.mkdir(exist_ok=True)
    COUNTS_FILE.write_text(json.dumps(counts, indent=2) + "\n")
    terminalreporter.write_line(f"written to {COUNTS_FILE.relative_to(REPOSITORY)}")
