"""Outputs that are tested by hand, and the muted buzzer."""

import pytest

from edge.alarm.alarm import Alarm
from edge.alarm.pattern import BLIND
from edge.errors import UserError
from edge.settings.schema import AlarmSettings

LED, BUZZER = 17, 27


@pytest.fixture
def alarm(pins):
    with Alarm(AlarmSettings(), pins, live=False) as alarm:
        alarm.show(0.0, [])
        yield alarm


def test_a_test_blinks_and_ends_by_itself(alarm, pins):
    alarm.test("led")
    shown = []
    for step in range(1, 30):
        alarm.show(step / 10, [])
        shown.append(pins.pin(LED).state)
    assert {True, False} == set(shown[:20])
    assert not any(shown[20:])


def test_an_alert_ends_a_test(alarm, pins, bare):
    alarm.test("led")
    for seconds in (0.3, 0.6, 1.5, 2.5):
        alarm.show(seconds, [bare()])
        assert pins.pin(LED).state


def test_a_blind_device_ends_a_test(alarm):
    alarm.test("led")
    alarm.play(BLIND)
    with pytest.raises(UserError, match="in use"):
        alarm.test("led")


def test_an_alerts_buzz_ends_a_test(alarm, bare):
    alarm.test("buzzer")
    alarm.show(0.6, [bare()])
    assert alarm.state.buzzer


def test_a_lit_led_needs_no_test(alarm, bare):
    alarm.show(1.0, [bare()])
    with pytest.raises(UserError, match="in use"):
        alarm.test("led")


def test_muting_ends_a_buzz_that_sounds(alarm, bare):
    alarm.show(1.0, [bare()])
    alarm.mute_buzzer(1.0)
    alarm.show(1.1, [bare()])
    assert not alarm.state.buzzer
    assert alarm.state.led


def test_a_mute_ends_by_itself_and_is_told_of(alarm, bare):
    alarm.mute_buzzer(1.0)
    assert alarm.buzzer_muted_seconds == 60.0
    assert alarm.show(59.0, []) == ()
    assert [event.event for event in alarm.show(60.0, [])] == ["buzzer_unmuted"]
    alarm.show(61.0, [bare()])
    assert alarm.state.buzzer


@pytest.fixture
def blind(pins):
    """An alarm whose newest frame was taken long ago, and the time on the frames' clock, to be set."""
    now = [0.0]
    with Alarm(AlarmSettings(), pins) as alarm:
        alarm.clock = lambda: now[0]
        alarm.show(0.0, [])
        alarm.play(BLIND)
        now[0] = 1000.0
        yield alarm, now


def test_a_mute_of_a_blind_device_lasts_as_long_as_was_asked_for(blind, bare):
    alarm, now = blind
    assert alarm.mute_buzzer(1.0).at == 1000.0
    now[0] = 1040.0
    assert alarm.buzzer_muted_seconds == 20.0
    alarm.show(1040.0, [bare()])
    assert not alarm.state.buzzer
    now[0] = 1060.0
    assert alarm.buzzer_muted_seconds == 0.0
    with pytest.raises(UserError, match="not muted"):
        alarm.unmute_buzzer()
    assert [event.event for event in alarm.show(1060.0, [bare()])] == ["buzzer_unmuted"]


def test_a_blind_device_tests_its_buzzer_again(blind):
    alarm, now = blind
    assert alarm.test("buzzer").at == 1000.0
    now[0] = 1001.0
    with pytest.raises(UserError, match="being tested already"):
        alarm.test("buzzer")
    now[0] = 1002.0
    assert alarm.test("buzzer").at == 1002.0
