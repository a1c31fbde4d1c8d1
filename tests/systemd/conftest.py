import os
import shutil

import cv2
import numpy as np
import pytest

from export.bundle.program import build_program

from .board import SETTINGS, WATCHDOG_SECONDS, Board
from .bundles import save_release, unpack
from .layers import debian, installed

WATCH_A_CLIP = """
[camera]
source = "/etc/maskwatch/door.mp4"
repeat = true
[alarm]
blind_after_seconds = 2
"""


@pytest.fixture(scope="session")
def able():
    """Whether this machine can run a board at all."""
    if os.geteuid() != 0:
        pytest.skip("not run, because it takes root")
    for command in ("mmdebstrap", "systemd-nspawn", "nsenter"):
        if shutil.which(command) is None:
            pytest.skip(f"not run, because {command} is not installed")


@pytest.fixture(scope="session")
def door(able, tmp_path_factory):
    """A clip of somebody without a mask, five frames a second."""
    from edge.demo.scene import DoorwayScene

    path = tmp_path_factory.mktemp("door") / "door.mp4"
    scene = DoorwayScene()
    bare = next(visit for visit in scene.visits if visit.label(visit.stands) == "without_mask")
    first = scene.picture(bare.stands)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 5.0, first.shape[1::-1])
    for seconds in np.arange(bare.stands - 1.0, bare.leaves + 0.6, 0.2):
        writer.write(cv2.cvtColor(scene.picture(seconds), cv2.COLOR_RGB2BGR))
    writer.release()
    return path


@pytest.fixture(scope="session")
def program(able, tmp_path_factory):
    """Our wheel."""
    return build_program(tmp_path_factory.mktemp("program"))


@pytest.fixture(scope="session")
def with_maskwatch(program, tmp_path_factory):
    """The folders of a root on which it is installed."""
    folder = tmp_path_factory.mktemp("installed")
    yield [installed(unpack(save_release(program, folder, {}).file, folder / "bundle"), folder), debian()]
    shutil.rmtree(folder)  # it is large


@pytest.fixture(scope="session")
def boot(tmp_path_factory, door, with_maskwatch):
    """Makes a board that watches the clip."""
    return lambda *options: Board(tmp_path_factory.mktemp("board"), with_maskwatch, door, WATCH_A_CLIP, options=options)


@pytest.fixture(scope="module")
def machine(boot):
    """A running board, for all tests of a file."""
    with boot() as board:
        yield board


@pytest.fixture
def board(machine):
    """It, watching."""
    machine.file(SETTINGS).write_text(machine.settings)
    machine("systemctl", "start", "maskwatch")
    assert machine.watching
    return machine


@pytest.fixture(scope="module")
def hurried(machine):
    """It, from now on with a watchdog that waits for less than at a door."""
    override = machine.file("run/systemd/system/maskwatch.service.d/hurried.conf")
    override.parent.mkdir(parents=True)
    override.write_text(f"[Service]\nWatchdogSec={WATCHDOG_SECONDS}\n")
    machine.file(SETTINGS).write_text(machine.settings)
    machine("systemctl", "daemon-reload")
    machine("systemctl", "restart", "maskwatch")
    return machine
