from datetime import time

import pytest
from gpiozero.pins.mock import MockFactory

from edge.runtime.pipeline import make_alarm
from edge.settings.schema import AlarmSettings
from edge.settings.values import DailyHours
from edge.tracking.track import Track, Verdict
from edge.vision.face import Face

ALL_DAY = (DailyHours(time(0), time(12)), DailyHours(time(12), time(0)))


@pytest.fixture
def bare():
    return Track(1, Face(0.0, 0.0, 100.0, 100.0), 0.9, Verdict.NOT_COMPLIANT)


def test_a_recording_read_faster_than_real_time_keeps_its_own_clock(bare):
    pins = MockFactory()
    with make_alarm(AlarmSettings(), pins, live=False) as alarm:
        alarm.show(0.0, [bare])
        alarm.show(1.0, [bare])
        assert not pins.pin(27).state


def buzzed(bare, hours, *, live):
    with make_alarm(AlarmSettings(quiet_hours=hours), MockFactory(), live=live) as alarm:
        alarm.show(0.0, [bare])
        return alarm.state.buzzer


def test_quiet_hours_are_for_live_cameras(bare):
    assert all(buzzed(bare, hours, live=False) for hours in ALL_DAY)
    assert not all(buzzed(bare, hours, live=True) for hours in ALL_DAY)
