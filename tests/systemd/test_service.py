"""The service as systemd sees it, on a board that boots, watches, fails and comes back."""

import re
import time

import pytest

from .board import SETTINGS

pytestmark = pytest.mark.systemd

BROKEN = "[alarm]\nled_pn = 9\n"


def test_it_watches_after_the_boot_without_anybody_s_doing(machine):
    machine.wait_until(lambda: machine.watching)
    assert machine("systemctl", "is-enabled", "maskwatch") == "enabled"
    assert machine.show("NRestarts") == "0"


def test_its_status_says_how_it_fares(board):
    fares = r"\d+\.\d frames a second, \d+ ms each, (nobody|1 person) in view.*"
    board.wait_until(lambda: re.fullmatch(fares, board.show("StatusText")))


def test_the_log_holds_the_events(board):
    board.wait_until(lambda: any(event["event"] == "alert_began" for event in board.events()))
    started = board.events()[0]
    assert (started["event"], started["golden"], started["locator_golden"]) == ("started", True, True)
    assert abs(board.events()[-1]["at"] - time.time()) < 600  # of the day, not of the recording


def test_it_runs_as_a_user_who_may_use_cameras_and_pins_and_nothing_else(board):
    status = board("cat", f"/proc/{board.pid}/status")
    assert f"Uid:\t{board('id', '-u', 'maskwatch')}" in status
    assert board("id", "-nG", "maskwatch").split() == ["maskwatch", "video", "gpio"]
    assert re.search(r"CapPrm:\t0+\n", status)
    assert re.search(r"NoNewPrivs:\t1\n", status)
    assert re.search(r"Seccomp:\t2\n", status)


def test_it_has_no_network(board):
    devices = board("cat", f"/proc/{board.pid}/net/dev").splitlines()[2:]
    assert [line.split(":")[0].strip() for line in devices] == ["lo"]


def test_killed_it_comes_back(board):
    killed = board.pid
    board("kill", "-KILL", str(killed))
    board.wait_until(lambda: board.watching and board.pid != killed)


def test_stuck_it_is_started_anew_and_says_where_it_was(board):
    board.hurry()
    stuck, mark = board.pid, board.mark()
    board("kill", "-STOP", str(stuck))
    board.wait_until(lambda: board.watching and board.pid not in (0, stuck))
    assert "Fatal Python error: Aborted" in board.log(mark)
    assert any("/edge/watch.py" in line for line in board.log(mark))


def test_whoever_stops_it_finds_everything_off_and_nothing_left(board):
    board("systemctl", "stop", "maskwatch")
    assert board.show("ActiveState") == "inactive"
    assert board.events()[-1]["event"] == "stopped"
    assert "status=0" in board.show("ExecStopPost")
    assert not board.file("run/maskwatch").exists()


def test_a_log_that_breaks_down_does_not_disturb_it(board):
    watching, mark = board.pid, board.mark()
    board("systemctl", "kill", "-s", "KILL", "systemd-journald")
    board.wait_until(lambda: board.events(mark))
    assert board.pid == watching


def test_broken_settings_end_it_with_one_sentence_and_mended_ones_bring_it_back(board):
    board("systemctl", "stop", "maskwatch")
    mark = board.mark()
    board.file(SETTINGS).write_text(BROKEN)
    board("systemctl", "start", "maskwatch", check=False)
    board.wait_until(lambda: board.show("ExecMainStatus") == "2")
    print(board.log(mark))
    assert len(set(board.log(mark))) == 1
    assert 'did you mean "led_pin"' in board.log(mark)[0]
    board.file(SETTINGS).write_text(board.settings)
    board.wait_until(lambda: board.watching)
