"""What first-boot.sh does on a board."""

import os
import shutil
import signal
import subprocess
import time

import pytest

from export.flash.plan import FIRST_BOOT

from .board import FAILS


def test_it_installs(board):
    board.run("arm")
    assert board.run() == 0
    assert f"arguments --root {board.root}" in board.log
    assert board.log.endswith("Installed.\n")
    assert "Debian GNU/Linux 13 (trixie)" in board.log


@pytest.mark.slow
def test_afterwards_nothing_is_left_of_it_but_a_marker(board):
    board.run("arm")
    board.run()
    assert not board.armed
    left = {str(path.relative_to(board.root)) for path in board.root.rglob("*") if path.is_file()}
    assert left == {"etc/os-release", "opt/maskwatch/first-boot.sha256"}


@pytest.mark.slow
def test_it_installs_once(board):
    board.run()
    board.run()
    assert board.log.count("arguments") == 1
    assert board.log.endswith("is installed already.\n")


@pytest.mark.slow
def test_what_is_installed_is_not_armed_again(board):
    board.run()
    assert board.run("start") == 0
    assert not board.armed


@pytest.mark.slow
def test_another_bundle_is_installed_again(board):
    board.run()
    board.card("print('the second')")
    board.run("arm")
    assert board.armed
    board.run()
    assert "the second" in board.log


def test_a_failure_is_explained_and_tried_again_at_the_next_boot(board):
    board.run("arm")
    board.card(FAILS)
    assert board.run() == 1
    assert "no camera was found" in board.log
    assert "FAILED" in board.log
    assert board.armed
    board.card("print('it works')")
    assert board.run() == 0
    assert "it works" in board.log
    assert not board.armed


def test_the_led_beats_while_it_installs_and_is_given_back(board):
    board.run()
    assert "led heartbeat" in board.log
    assert (board.led / "trigger").read_text() == "mmc0\n"


@pytest.mark.slow
def test_the_led_blinks_fast_after_a_failure(board):
    board.card(FAILS)
    board.run()
    assert (board.led / "delay_on").read_text() == "100\n"
    assert (board.led / "trigger").read_text() == "mmc0\n"


@pytest.mark.slow
def test_a_board_without_that_led_installs_too(board):
    shutil.rmtree(board.led)
    board.card("print('it works')", shows_led=False)
    assert board.run() == 0
    assert not board.led.exists()


@pytest.mark.slow
def test_a_power_cut_in_the_middle_is_made_good_at_the_next_boot(board):
    board.card("import time; print('begun', flush=True); time.sleep(60)")
    board.run("arm")
    process = board.begin("install")
    wait_for(lambda: "begun" in board.log)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    board.card("print('it works')")
    assert board.run() == 0
    assert "it works" in board.log


@pytest.mark.slow
def test_a_board_that_is_switched_off_in_the_middle_gives_the_led_back(board):
    board.card("import time; print('begun', flush=True); time.sleep(60)")
    process = board.begin("install")
    wait_for(lambda: "begun" in board.log)
    os.killpg(process.pid, signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 1
    assert (board.led / "trigger").read_text() == "mmc0\n"
    assert "Interrupted" in board.log


def wait_for(condition, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if condition():
                return
        except FileNotFoundError:
            pass
        time.sleep(0.02)
    pytest.fail("it did not begin")


def test_starting_does_not_wait(board):
    assert board.run("start") == 0
    assert board.armed
    assert "systemctl start --no-block maskwatch-first-boot.service" in board.calls.read_text()


def test_arming_leaves_the_start_to_the_next_boot(board):
    assert board.run("arm") == 0
    assert board.armed
    assert "systemctl" not in board.calls.read_text()


@pytest.mark.slow
def test_a_log_that_has_grown_long_is_shortened(board):
    (board.folder / "first-boot.log").write_text("x" * 300_000)
    board.run()
    assert len(board.log) < 150_000
    assert board.log.endswith("Installed.\n")


def test_no_command_is_a_mistake(board):
    assert board.run("") == 2


@pytest.mark.slow
def test_systemd_takes_the_unit(board):
    if not shutil.which("systemd-analyze"):
        pytest.skip("not run, because systemd-analyze is missing")
    board.run("arm")
    unit = board.root / "etc/systemd/system/maskwatch-first-boot.service"
    said = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    assert (said.returncode, said.stdout + said.stderr) == (0, "")


@pytest.mark.slow
def test_shellcheck_finds_nothing_wrong():
    if not shutil.which("shellcheck"):
        pytest.skip("not run, because shellcheck is missing (apt install shellcheck)")
    assert subprocess.run(["shellcheck", FIRST_BOOT], check=False).returncode == 0
