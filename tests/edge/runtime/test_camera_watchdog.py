import errno
import io
import json
import time

import numpy as np
import pytest

from edge.alarm.alarm import Alarm
from edge.alarm.pattern import BLIND, AlarmState
from edge.camera.frame import Frame
from edge.camera.frame_rate import FrameRate
from edge.events.journal import Journal
from edge.runtime.camera_watchdog import CameraWatchdog
from edge.runtime.frame_result import FrameResult
from edge.settings.schema import AlarmSettings

LED, CLEAR = 17, 22
FAST = FrameRate(1000.0)


class Door:
    """A camera's frames by hand, and a clock that is turned by hand."""

    def __init__(self, pins):
        self.now, self.log, self.rate = 100.0, io.StringIO(), FrameRate(10.0)
        self.alarm = Alarm(AlarmSettings(clear_led_pin=CLEAR), pins)
        journal = Journal(self.log)
        self.watchdog = CameraWatchdog(self.alarm, journal, after_seconds=3.0, rate=self.rate, clock=lambda: self.now)

    def frame(self, seconds, *tracks):
        self.alarm.show(seconds, tracks)
        image = np.zeros((4, 4, 3), np.uint8)
        self.watchdog.publish(FrameResult(Frame(image, seconds), tracks, AlarmState(), [], {}))

    def wait(self, seconds):
        self.now += seconds
        self.watchdog.check()

    @property
    def events(self):
        return [json.loads(line) for line in self.log.getvalue().splitlines()]


@pytest.fixture
def door(pins):
    door = Door(pins)
    with door.alarm:
        yield door


def test_frames_that_come_keep_it_quiet(door):
    for second in range(10):
        door.frame(float(second))
        door.wait(1.0)
    assert door.events == []


def test_without_frames_the_device_says_once_that_it_is_blind(door, pins, masked):
    door.frame(7.0, masked())
    assert pins.pin(CLEAR).state
    for _ in range(20):
        door.wait(0.5)
    assert door.events == [{"at": 10.0, "event": "blind", "reason": ""}]
    assert not pins.pin(CLEAR).state


def test_a_camera_that_never_gives_a_frame_is_blindness_too(door):
    door.wait(3.0)
    assert [event["event"] for event in door.events] == ["blind"]


def test_the_next_frame_ends_it(door, pins, bare):
    door.frame(0.0)
    door.wait(60.0)
    door.frame(60.1, bare())
    assert door.events[-1] == {"at": 60.1, "event": "sighted", "unseen_seconds": 60.0}
    assert pins.pin(LED).state
    door.wait(2.9)
    assert len(door.events) == 2


def test_frames_that_are_left_out_on_purpose_keep_it_quiet(door):
    door.frame(0.0)
    for _ in range(10):
        door.wait(2.0)
        door.watchdog.hear()
    assert door.events == []


def test_frames_that_are_left_out_do_not_end_blindness(door, pins):
    door.frame(0.0)
    door.wait(3.0)
    door.watchdog.hear()
    door.wait(0.1)
    door.frame(4.0)
    assert [event["event"] for event in door.events] == ["blind", "sighted"]


def test_a_lowered_rate_leaves_time_for_two_frames(door):
    door.frame(0.0)
    door.rate.limit("heat", 0.5)
    door.wait(3.9)
    assert door.events == []
    door.wait(0.1)
    assert [event["event"] for event in door.events] == ["blind"]


def test_each_blindness_is_reported(door):
    for second in (0.0, 10.0):
        door.frame(second)
        door.wait(3.0)
    assert [event["event"] for event in door.events] == ["blind", "sighted", "blind"]


def test_it_keeps_watch_by_itself_while_the_loop_is_stuck(pins, eventually):
    log = io.StringIO()
    with (
        Alarm(AlarmSettings(), pins) as alarm,
        CameraWatchdog(alarm, Journal(log), after_seconds=0.05, rate=FAST) as watchdog,
    ):
        eventually(lambda: watchdog.blind)  # a camera that hangs
        eventually(lambda: True in [state.state for state in pins.pin(LED).states])
        time.sleep(0.02)
    assert log.getvalue().count("blind") == 1
    assert not pins.pin(LED).state


@pytest.mark.parametrize("error", [BrokenPipeError(), OSError(errno.ENOSPC, "No space left on device")])
def test_a_log_that_takes_nothing_does_not_keep_the_light_from_showing_it(pins, error, eventually):
    class Unwritable(io.StringIO):
        def write(self, _):
            raise error

    with (
        Alarm(AlarmSettings(), pins) as alarm,
        CameraWatchdog(alarm, Journal(Unwritable()), after_seconds=0.05, rate=FAST) as watchdog,
    ):
        eventually(lambda: watchdog.blind)
        watchdog.blind = False  # a frame has come; then none again
        eventually(lambda: watchdog.blind)


class FailingAlarm:
    """Pins whose library raises an odd error a few times."""

    def __init__(self, failures):
        self.failures, self.played = failures, []

    def play(self, pattern):
        if self.failures:
            self.failures -= 1
            raise RuntimeError("the chip is away")
        self.played.append(pattern)


def test_pins_that_fail_are_tried_again_and_reported_once(eventually):
    log, alarm = io.StringIO(), FailingAlarm(failures=3)
    with CameraWatchdog(alarm, Journal(log), after_seconds=0.05, rate=FAST):
        eventually(lambda: alarm.played)
    assert alarm.played == [BLIND]
    fault, blind = (json.loads(line) for line in log.getvalue().splitlines())
    assert "the chip is away" in fault["reason"]
    assert blind["event"] == "blind"
