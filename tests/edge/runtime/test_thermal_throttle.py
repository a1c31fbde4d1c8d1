import io
import json

import pytest

from edge.board import Board
from edge.camera.frame_rate import FrameRate
from edge.events.journal import Journal
from edge.runtime.thermal_throttle import CHECK_SECONDS, ThermalThrottle


class HotBoard:
    """The kernel's files of a Raspberry Pi, written by hand."""

    def __init__(self, root, frame_result):
        self.root, self.log, self.rate, self.seconds = root, io.StringIO(), FrameRate(10.0), 0.0
        self._frame_result = frame_result
        self.write("devices/platform/soc/soc:firmware/get_throttled", "0x0")
        self.throttle = ThermalThrottle(Board(root), Journal(self.log), self.rate)

    def write(self, name, text):
        path = self.root / "sys" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")

    def at(self, celsius):
        """The frame rate a while after the board is so hot."""
        self.write("class/thermal/thermal_zone0/temp", str(round(celsius * 1000)))
        self.seconds += CHECK_SECONDS
        self.throttle.publish(self._frame_result(self.seconds))
        return self.rate.frames_per_second

    @property
    def events(self):
        return [json.loads(line) for line in self.log.getvalue().splitlines()]


@pytest.fixture
def board(tmp_path, frame_result):
    return HotBoard(tmp_path, frame_result)


def test_a_hot_board_is_spared_in_steps_and_comes_back(board):
    assert [board.at(celsius) for celsius in (60, 75, 81, 76, 74, 69)] == [10.0, 5.0, 2.5, 2.5, 5.0, 10.0]


@pytest.mark.parametrize(("full", "hot"), [(2.0, 1.0), (0.5, 0.5)])
def test_heat_leaves_a_frame_a_second_or_all_of_fewer(board, full, hot):
    board.rate.full = full
    assert board.at(85) == hot


def test_each_step_is_reported_once(board):
    for celsius in (60, 76, 77, 78, 60, 61):
        board.at(celsius)
    said = [(event["celsius"], event["frames_per_second"]) for event in board.events]
    assert said == [(76.0, 5.0), (60.0, 10.0)]


def test_a_temperature_at_the_limit_does_not_flutter(board):
    for celsius in (75.1, 74.9) * 10:
        board.at(celsius)
    assert len(board.events) == 1


def test_a_weak_supply_is_reported_when_it_begins_and_when_it_ends(board):
    board.at(50)
    for flags in ("0x50005", "0x50001", "0x50000"):
        board.write("devices/platform/soc/soc:firmware/get_throttled", flags)
        board.at(50)
    assert [(event["event"], event["now"]) for event in board.events] == [
        ("under_voltage", True),
        ("under_voltage", False),
    ]


def test_the_voltage_alarm_of_a_newer_kernel_counts_too(board):
    board.write("class/hwmon/hwmon2/name", "rpi_volt")
    board.write("class/hwmon/hwmon2/in0_lcrit_alarm", "1")
    board.at(50)
    assert [event["now"] for event in board.events] == [True]


def test_a_board_that_tells_nothing_is_left_alone(tmp_path, frame_result):
    log, rate = io.StringIO(), FrameRate(10.0)
    ThermalThrottle(Board(tmp_path / "none"), Journal(log), rate).publish(frame_result(0.0))
    assert (log.getvalue(), rate.frames_per_second) == ("", 10.0)
