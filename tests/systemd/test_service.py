"""The service as systemd sees it, on a board that boots, watches, fails and comes back."""

import re
import time

import pytest

from .board import SETTINGS, WATCHDOG_SECONDS

pytestmark = pytest.mark.systemd

BROKEN = "led_pn = 9\n"


def test_it_starts_by_itself_after_the_boot(machine):
    machine.wait_until(lambda: machine.watching)
    assert machine("systemctl", "is-enabled", "maskwatch") == "enabled"
    assert machine.show("NRestarts") == "0"


def test_the_board_s_own_systemd_has_nothing_to_say_against_the_unit(machine):
    assert machine("sh", "-c", "systemd-analyze verify maskwatch.service 2>&1") == ""


def test_its_status_line_reports_frames_and_people(board):
    status = r"\d+\.\d frames a second, \d+ ms each, (nobody|1 person) in view.*"
    board.wait_until(lambda: re.fullmatch(status, board.show("StatusText")))


def test_the_log_holds_the_events(board):
    alert = board.said("alert_began")
    assert abs(alert["at"] - time.time()) < 600  # the time of day, not the recording's
    started = board.events()[0]
    assert (started["event"], started["golden"], started["locator_golden"]) == ("started", True, True)


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


def test_a_killed_service_comes_back_and_everything_is_off_meanwhile(board):
    killed = board.pid
    board("kill", "-KILL", str(killed))
    board.wait_until(lambda: board.watching and board.pid != killed)
    assert "status=0" in board.show("ExecStopPost")


def test_changed_settings_are_taken_over_while_it_watches(board):
    watching, before = board.pid, len(board.log())
    board.file(SETTINGS).write_text(board.settings + "hold_seconds = 2\n")
    board("systemctl", "reload", "maskwatch")
    assert board.said("reloaded", since=before)["changed"] == "alarm.hold_seconds"
    board.wait_until(lambda: board.watching)
    assert board.pid == watching


def test_broken_settings_are_refused_while_it_watches_on(board):
    watching, before = board.pid, len(board.log())
    board.file(SETTINGS).write_text(board.settings + BROKEN)
    board("systemctl", "reload", "maskwatch")
    assert 'did you mean "led_pin"' in board.said("reload_refused", since=before)["reason"]
    board.wait_until(lambda: board.watching)
    assert board.pid == watching


def test_a_stop_leaves_everything_off_and_nothing_behind(board):
    board("systemctl", "stop", "maskwatch")
    assert board.show("ActiveState") == "inactive"
    assert board.events()[-1]["event"] == "stopped"
    assert "status=0" in board.show("ExecStopPost")
    assert not board.file("run/maskwatch").exists()


def test_a_log_that_breaks_down_does_not_disturb_it(board):
    watching, before = board.pid, len(board.log())
    board("systemctl", "kill", "--kill-who=main", "-s", "KILL", "systemd-journald")
    board.wait_until(lambda: board.events(since=before))
    assert board.pid == watching


def test_broken_settings_end_it_with_one_sentence_and_fixed_ones_start_it_again(board):
    board("systemctl", "stop", "maskwatch")
    before = len(board.log())
    board.file(SETTINGS).write_text(board.settings + BROKEN)
    board("systemctl", "start", "maskwatch", check=False)
    board.wait_until(lambda: board.show("ExecMainStatus") == "2")
    (sentence,) = set(board.log()[before:])
    assert 'did you mean "led_pin"' in sentence
    board.file(SETTINGS).write_text(board.settings)
    board.wait_until(lambda: board.watching)


# The last two: the board stays hurried.


def test_a_service_that_hangs_is_restarted_and_says_where_it_hung(hurried):
    stuck = hurried.pid
    hurried("kill", "-STOP", str(stuck))
    hurried.wait_until(lambda: hurried.watching and hurried.pid not in (0, stuck))
    assert "Fatal Python error: Aborted" in hurried.log()
    assert any("/edge/runtime/loop.py" in line for line in hurried.log())


def test_a_blind_service_says_so_and_runs_on_until_it_sees_again(hurried):
    watching, before = hurried.pid, len(hurried.log())
    lens = hurried.file(SETTINGS).with_name("door.mp4")
    covered = lens.rename(lens.with_name("covered"))
    hurried.said("blind", since=before)
    time.sleep(1.5 * WATCHDOG_SECONDS)
    assert "There is no file" in hurried.show("StatusText")
    covered.rename(lens)
    hurried.said("sighted", since=before)
    assert hurried.pid == watching
