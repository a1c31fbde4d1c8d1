"""The installer is killed before each thing that it does to the disk or asks of systemd, one after the other."""

import os
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from edge.releases.record import linked_release

from .board import Board

KILLED = 9
RENAMES = frozenset({"os.rename"})
CHANGES = frozenset({"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.symlink", "os.link", "os.chmod"})


@pytest.fixture
def folder():
    """In memory where that can be had, for a disk is slow to replace hundreds of files."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


@pytest.fixture
def killed_at(install):
    """Runs an installation in a process that dies before its step of that number; None once there is none."""

    def killed_at(step, changes, template, *release):
        folder = template.parent / f"killed-{step}"
        shutil.copytree(template, folder, symlinks=True)
        board = Board(folder)
        child = os.fork()
        if not child:
            _die_before(step, changes, board)
            os._exit(install(board, *release))
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        return board if status == KILLED else None

    return killed_at


def _die_before(step, changes, board):
    done = 0

    def one_more():
        nonlocal done
        done += 1
        if done > step:
            os._exit(KILLED)

    def hook(event, arguments):
        if event in changes and (event != "open" or _writes(board, *arguments)):
            one_more()

    board.before_program = one_more
    sys.addaudithook(hook)


def _writes(board, path, _mode, flags):
    return str(path).startswith(str(board.root)) and flags & (os.O_WRONLY | os.O_RDWR)


def each_kill(killed_at, template, *release, changes=CHANGES):
    """A board for each step at which the installer can be killed: each change, and each program that it runs."""
    step = 0
    while board := killed_at(step, changes, template, *release):
        yield board
        step += 1
    assert step > 15


@pytest.fixture
def with_release_a(folder, install):
    install(Board(folder / "template"), "1.0+a")
    return folder / "template"


@pytest.mark.parametrize("changes", [RENAMES, pytest.param(CHANGES, marks=pytest.mark.slow)], ids=["renames", "all"])
def test_a_power_cut_at_any_step_of_an_update_boots_the_old_release_or_the_new_one(
    killed_at, with_release_a, install, changes
):
    booted = set()
    for board in each_kill(killed_at, with_release_a, "1.0+b", changes=changes):
        board.power_cut()
        assert board.running == linked_release(board.layout.current)
        booted.add(board.running)
        assert install(board, "1.0+b") == 0
        assert board.running == linked_release(board.layout.current) == "1.0+b"
        assert not list(board.root.rglob("*.partial"))
    assert booted == {"1.0+a", "1.0+b"}


@pytest.mark.slow
def test_a_power_cut_at_any_step_never_boots_a_release_that_is_not_healthy(killed_at, with_release_a, install):
    for board in each_kill(killed_at, with_release_a, "1.0+b", "sick"):
        board.power_cut()
        assert board.running == "1.0+a"
        assert install(board, "1.0+b", "sick") == 1
        assert board.running == "1.0+a"


@pytest.mark.slow
def test_after_a_power_cut_at_any_step_of_the_first_installation_the_next_one_succeeds(killed_at, folder, install):
    template = folder / "template"
    Board(template)
    for board in each_kill(killed_at, template, "1.0+a"):
        board.power_cut()
        assert board.running in (None, "1.0+a")
        assert install(board, "1.0+a") == 0
        assert board.running == "1.0+a"


@pytest.mark.slow
def test_an_installer_killed_at_any_step_leaves_no_release_on_trial(killed_at, with_release_a):
    for board in each_kill(killed_at, with_release_a, "1.0+b", "mute"):
        board.guard_fires()
        assert board.running == "1.0+a"
        assert not board.layout.trial_unit.exists()


@pytest.mark.slow
def test_the_current_release_comes_back_by_hand_too_after_an_installer_was_killed(killed_at, with_release_a, install):
    for board in each_kill(killed_at, with_release_a, "1.0+b", "sick"):
        assert install(board, "1.0+a") == 0
        assert board.running == "1.0+a"
        assert not board.guard
