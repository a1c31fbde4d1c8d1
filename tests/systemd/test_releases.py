"""Releases come, fail and go under a real systemd, with the installer, the health check and the doctor as they are."""

import shutil
from dataclasses import dataclass

import pytest

from edge.releases.activate import GUARD

from .board import Board
from .bundles import CHANGES, save_release
from .conftest import WATCH_A_CLIP
from .layers import debian

pytestmark = pytest.mark.systemd

PROGRAM = "/opt/maskwatch/{}/bin/maskwatch"

TRIAL_UNIT = "run/systemd/system/maskwatch.service"

INSTALLATION = "installation.service"
"""In which an installer runs that is to be disturbed."""

ACCOUNTS = ("passwd", "group", "shadow", "gshadow")

OF_ITS_OWN = "/var/log /var/lib/systemd /var/cache /etc/.pwd.lock /etc/*-"
"""What a system writes to at any time; the last are a lock for ACCOUNTS and their backups."""


@dataclass(frozen=True)
class Arrival:
    """What was on the board before the first release, and how that one's installer ended."""

    files: list[str]
    ended: object


@pytest.fixture(scope="module")
def gifts(tmp_path_factory, shipped_model):
    """A folder of this machine that the board sees as /gifts, with two models in it."""
    folder = tmp_path_factory.mktemp("gifts")
    other = shipped_model.with_name("seed_cnn.tflite").read_bytes()
    (folder / "other.tflite").write_bytes(other)
    (folder / "damaged.tflite").write_bytes(other[:10_000] + bytes(1000) + other[11_000:])
    yield folder
    shutil.rmtree(folder)  # bundles are large


@pytest.fixture(scope="module")
def releases(program, gifts):
    """Bundles, by what is to become of them."""
    return {name: save_release(program, gifts, changes) for name, changes in CHANGES.items()}


@pytest.fixture(scope="module")
def machine(releases, gifts, door, tmp_path_factory):
    """A running board without maskwatch, and with settings for it."""
    options = [f"--bind-ro={gifts}:/gifts"]
    with Board(tmp_path_factory.mktemp("board"), [debian()], door, WATCH_A_CLIP, options=options) as board:
        yield board


@pytest.fixture(scope="module")
def arrival(machine, releases):
    """The old release is installed on it, as at a first boot."""
    files = files_on(machine)
    machine("mkdir", "/root/bundle")
    machine("tar", "-xf", f"/gifts/{releases['old'].file.name}", "-C", "/root/bundle")
    # A careful root's files are nobody else's.
    ended = machine.ask("sh", "-c", "umask 077 && python3 /root/bundle/install.py --root /")
    machine("rm", "-r", "/root/bundle")
    return Arrival(files, ended)


@pytest.fixture
def board(machine, arrival, releases):
    """It, with the old release at work."""
    return at_work(machine, releases["old"])


@pytest.fixture
def renewed(machine, arrival, releases):
    """It, with the next release at work and the old one before it."""
    if linked(machine, "current") != releases["next"].name:
        at_work(machine, releases["old"])
        install(machine, releases["next"])
    return machine


@pytest.fixture
def on_trial(board, releases):
    """It, in the middle of the next release's trial, whose installer is killed."""
    begin_trial(board, releases["next"])
    end_trial(board, "KILL")
    assert (board.release, linked(board, "current")) == (releases["next"].name, releases["old"].name)
    return board


def at_work(machine, release):
    machine.wait_until(lambda: machine.watching)
    if linked(machine, "current") != release.name or machine.release != release.name:
        machine("maskwatch", "rollback", release.name)
    return machine


def install(board, release):
    return board.ask("maskwatch", "install", f"/gifts/{release.file.name}")


def begin_trial(board, release):
    """Begin an installation, and wait until its release is ready and the health check looks at it."""
    old = board.pid
    board("systemd-run", f"--unit={INSTALLATION}", "--collect", "maskwatch", "install", f"/gifts/{release.file.name}")
    board.wait_until(lambda: board.pid not in (0, old) and board.watching)
    assert (board.release, named(board)) == (release.name, release.name)


def end_trial(board, with_signal):
    """Send its installer, and all programs that it runs, a signal, and wait for its end; what it said."""
    invocation = board("systemctl", "show", "--value", "-p", "InvocationID", INSTALLATION)
    board("systemctl", "kill", f"--signal={with_signal}", INSTALLATION)
    board.wait_until(lambda: board("systemctl", "is-active", INSTALLATION, check=False) != "active")
    return board("journalctl", "--no-pager", "-o", "cat", f"_SYSTEMD_INVOCATION_ID={invocation}")


def linked(board, link):
    """The release that `current` or `previous` leads to."""
    return board("readlink", f"/opt/maskwatch/{link}").removeprefix("releases/")


def named(board):
    """The release, or the link to it, that the running program's command names."""
    command = board.file(f"proc/{board.pid}/cmdline").read_text().split("\0")
    program = next(part for part in command if part.endswith("/bin/maskwatch"))
    return program.split("/")[-3]


def files_on(board):
    """All that is on the board's disk, and the lines that tell of its users."""
    pruned = " -o ".join(f"-path '{path}'" for path in OF_ITS_OWN.split())
    listed = board("sh", "-c", rf"find / -xdev \( {pruned} \) -prune -o -printf '%p %M %u %g %l\n'")
    return sorted([*listed.splitlines(), *board("cat", *(f"/etc/{name}" for name in ACCOUNTS)).splitlines()])


def is_as_before(board, releases):
    """Whether the old release runs, is the one that boots, and nothing is left of a trial."""
    timer = board("systemctl", "is-active", f"{GUARD}.timer", check=False)
    there = (board.release, linked(board, "current"), board.file(TRIAL_UNIT).exists(), timer, board.watching)
    return there == (releases["old"].name, releases["old"].name, False, "inactive", True)


def test_on_a_board_without_it_it_is_installed_and_watches(machine, arrival, releases):
    assert arrival.ended.returncode == 0
    assert f"{releases['old'].name} is current." in arrival.ended.stdout
    assert machine("systemctl", "is-enabled", "maskwatch") == "enabled"
    assert machine.watching
    assert (machine.release, named(machine)) == (releases["old"].name, "current")


def test_it_watches_again_after_a_reboot(board, releases):
    board.reboot()
    board.wait_until(lambda: board.watching)
    assert (board.release, board.show("NRestarts")) == (releases["old"].name, "0")


def test_one_that_cannot_begin_makes_way_for_the_old_one(board, releases):
    ended = install(board, releases["mute"])
    assert ended.returncode == 1
    why = "the service did not become ready: maskwatch: This one cannot begin."
    assert f"{releases['mute'].name} is not healthy: {why}\n{releases['old'].name} runs again." in ended.stdout
    assert is_as_before(board, releases)


def test_one_that_fails_the_doctor_makes_way_for_the_old_one(board, releases):
    ended = install(board, releases["sick"])
    assert ended.returncode == 1
    assert "is not healthy: `maskwatch doctor` fails (python: not to its taste).\n" in ended.stdout
    assert is_as_before(board, releases)


def test_one_that_passes_the_doctor_but_does_not_keep_running_makes_way_for_the_old_one(board, releases):
    ended = install(board, releases["brief"])
    assert ended.returncode == 1
    assert "is not healthy: the service did not keep running: That is enough for today.\n" in ended.stdout
    assert is_as_before(board, releases)


def test_a_trial_whose_installer_was_killed_is_ended_by_its_guard(on_trial, releases):
    assert on_trial("systemctl", "is-active", f"{GUARD}.timer") == "active"
    on_trial("systemctl", "start", f"{GUARD}.service")
    on_trial.wait_until(lambda: on_trial.watching and on_trial.release == releases["old"].name)
    assert not on_trial.file(TRIAL_UNIT).exists()


def test_a_power_cut_in_a_trial_brings_the_old_one_back(on_trial, releases):
    on_trial.cut_power()
    on_trial.switch_on()
    on_trial.wait_until(lambda: on_trial.watching)
    assert is_as_before(on_trial, releases)
    assert set(on_trial("ls", "/opt/maskwatch").split()) <= {"current", "previous", "releases"}


def test_ctrl_c_in_a_trial_brings_the_old_one_back(board, releases):
    begin_trial(board, releases["next"])
    assert f"{releases['old'].name} runs again." in end_trial(board, "INT")
    assert is_as_before(board, releases)


def test_a_reboot_in_a_trial_brings_the_old_one_back(board, releases):
    begin_trial(board, releases["next"])
    board.reboot()
    board.wait_until(lambda: board.watching)
    assert is_as_before(board, releases)


def test_a_next_release_that_is_well_takes_over(board, releases):
    ended = install(board, releases["next"])
    assert (ended.returncode, ended.stderr) == (0, "")
    assert board.release == linked(board, "current") == releases["next"].name
    assert linked(board, "previous") == releases["old"].name
    assert not board.file(TRIAL_UNIT).exists()
    shown = board("maskwatch", "releases").splitlines()
    assert {line.split()[0]: line.split()[3] for line in shown if line.endswith("yes")} == {
        releases["old"].name: "previous",
        releases["next"].name: "current",
    }


def test_a_next_release_boots_from_then_on(renewed, releases):
    renewed.cut_power()
    renewed.switch_on()
    renewed.wait_until(lambda: renewed.watching)
    assert (renewed.release, named(renewed)) == (releases["next"].name, "current")


def test_a_rollback_brings_the_old_one_back(renewed, releases):
    ended = renewed.ask("maskwatch", "rollback")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert is_as_before(renewed, releases)
    assert linked(renewed, "previous") == releases["next"].name


def test_a_damaged_model_is_refused_and_changes_nothing(board, releases):
    before = (files_on(board), board.pid)
    ended = board.ask("maskwatch", "install", "/gifts/damaged.tflite")
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert (files_on(board), board.pid) == before


def test_a_model_alone_becomes_a_release(board, releases):
    ended = board.ask("maskwatch", "install", "/gifts/other.tflite")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert board.release == linked(board, "current") != releases["old"].name
    assert linked(board, "previous") == releases["old"].name
    assert "classifier seed_cnn" in board("maskwatch", "releases").splitlines()[-1]


# The last one: the board is bare afterwards.


def test_an_uninstallation_leaves_nothing_but_the_settings(machine, arrival, releases):
    begin_trial(machine, releases["old" if linked(machine, "current") == releases["next"].name else "next"])
    end_trial(machine, "KILL")
    said = machine("maskwatch", "uninstall")
    assert "Its settings stay in /etc/maskwatch" in said
    assert set(files_on(machine)) ^ set(arrival.files) == set()
    assert machine("systemctl", "list-units", "--all", "--plain", "--no-legend", "maskwatch*") == ""
