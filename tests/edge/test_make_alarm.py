from datetime import time
from types import SimpleNamespace

import pytest
from gpiozero.pins.mock import MockFactory

from edge.device import make_alarm
from edge.service.settings import AlarmSettings
from edge.service.values import DailyHours
from edge.tracking.track import Track, Verdict
from edge.vision.face import Face

RECORDING, LIVE = SimpleNamespace(epoch=0.0), SimpleNamespace(epoch=1_760_000_000.0)

ALL_DAY = (DailyHours(time(0), time(12)), DailyHours(time(12), time(0)))


@pytest.fixture
def bare():
    return Track(1, Face(0.0, 0.0, 100.0, 100.0), 0.9, Verdict.NOT_COMPLIANT)


def test_a_recording_read_faster_than_life_keeps_its_own_clock(bare):
    pins = MockFactory()
    with make_alarm(AlarmSettings(), pins, RECORDING) as alarm:
        alarm.show(0.0, [bare])
        alarm.show(1.0, [bare])
        assert not pins.pin(27).state


def buzzed(camera, hours, bare):
    with make_alarm(AlarmSettings(quiet_hours=hours), MockFactory(), camera) as alarm:
        alarm.show(0.0, [bare])
        return alarm.state.buzzer


def test_quiet_hours_are_for_live_cameras(bare):
    assert all(buzzed(RECORDING, hours, bare) for hours in ALL_DAY)
    assert not all(buzzed(LIVE, hours, bare) for hours in ALL_DAY)
