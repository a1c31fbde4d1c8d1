import time
from datetime import datetime
from datetime import time as hour

import pytest
from gpiozero import OutputDevice

from edge.alarm.alarm import Alarm
from edge.alarm.pattern import BLIND, FAULT, STARTING, AlarmState, Pattern, Rhythm
from edge.errors import UserError
from edge.settings.schema import AlarmSettings
from edge.settings.values import DailyHours

LED, BUZZER, CLEAR, RELAY = 17, 27, 22, 23

ALL = {"clear_led_pin": CLEAR, "relay_pin": RELAY}


def recorded(pins, **settings):
    """An alarm for a recording: its pins follow the clock of the frames, which the tests turn by hand."""
    return Alarm(AlarmSettings(**settings), pins, live=False)


def live(pins, **settings):
    return Alarm(AlarmSettings(**settings), pins)


def lit(pins, *numbers):
    return [pins.pin(number).state for number in numbers]


def levels(pins, number):
    """What a pin has been since it was taken, in turn."""
    return [state.state for state in pins.pin(number).states]


@pytest.mark.parametrize("make", [recorded, live])
def test_the_led_shines_for_a_person_who_is_not_compliant(make, pins, bare, masked):
    with make(pins, **ALL) as alarm:
        alarm.show(0.0, [masked(1), bare(2)])
        assert lit(pins, LED, BUZZER, CLEAR) == [True, True, False]


@pytest.mark.parametrize("make", [recorded, live])
def test_the_event_says_what_the_led_does(make, pins, bare):
    with make(pins, min_face_px=32) as alarm:
        for seconds, size, begun in ((0.0, 20.0, []), (0.1, 40.0, ["alert_began"])):
            assert [event.event for event in alarm.show(seconds, [bare(size=size)])] == begun
            assert pins.pin(LED).state == bool(begun)


@pytest.mark.parametrize("make", [recorded, live])
def test_the_clear_led_shines_for_a_compliant_person(make, pins, masked):
    with make(pins, **ALL) as alarm:
        alarm.show(0.0, [masked()])
        assert lit(pins, LED, BUZZER, CLEAR) == [False, False, True]


@pytest.mark.parametrize("make", [recorded, live])
def test_without_a_person_no_output_is_on(make, pins):
    with make(pins, **ALL) as alarm:
        alarm.show(0.0, [])
        assert lit(pins, LED, BUZZER, CLEAR) == [False, False, False]


def test_the_buzzer_stops_while_the_led_stays(pins, bare):
    with recorded(pins, buzzer_seconds=1.0) as alarm:
        alarm.show(5.0, [bare()])
        assert lit(pins, LED, BUZZER) == [True, True]
        alarm.show(6.0, [bare()])
        assert alarm.state == AlarmState(led=True, buzzer=False)
        assert lit(pins, LED, BUZZER) == [True, False]


def test_the_buzzer_stops_with_the_alert(pins, bare, masked):
    with recorded(pins, hold_seconds=0.0) as alarm:
        alarm.show(0.0, [bare()])
        alarm.show(0.5, [masked()])
        assert lit(pins, LED, BUZZER) == [False, False]


def test_gpiozero_ends_a_live_buzz_though_no_frame_comes(pins, bare, eventually):
    with live(pins, buzzer_seconds=0.05) as alarm:
        alarm.show(0.0, [bare()])
        eventually(lambda: levels(pins, BUZZER) == [False, True, False])
        assert lit(pins, LED) == [True]


def test_the_frames_that_follow_do_not_start_a_live_buzz_again(pins, bare, eventually):
    with live(pins, buzzer_seconds=0.02) as alarm:
        alarm.show(0.0, [bare()])
        eventually(lambda: levels(pins, BUZZER) == [False, True, False])
        for frame in range(1, 5):
            alarm.show(frame / 100, [bare()])
            time.sleep(0.01)
        assert levels(pins, BUZZER) == [False, True, False]


def test_blind_goes_on_blinking_without_a_frame(pins, masked, eventually):
    short = Pattern(name="blind", led=Rhythm(0.02, 0.02))
    with live(pins, **ALL) as alarm:
        alarm.show(0.0, [masked()])
        alarm.play(short)
        eventually(lambda: levels(pins, LED).count(True) >= 3)
        assert not pins.pin(CLEAR).state


def test_gpiozero_plays_what_the_data_says(pins, eventually):
    rhythm = Rhythm(0.03, 0.02, times=2)
    with live(pins) as alarm:
        alarm.play(Pattern(name="twice", led=rhythm))
        eventually(lambda: levels(pins, LED) == [False, True, False, True, False])
        time.sleep(0.04)
    assert levels(pins, LED) == [False, True, False, True, False]
    lasted = [state.timestamp for state in pins.pin(LED).states[2:]]
    assert all(took >= 0.9 * asked for took, asked in zip(lasted, (0.03, 0.02, 0.03), strict=True))
    assert [rhythm.level(at) for at in (0.0, 0.03, 0.05, 0.08)] == [True, False, True, False]


def test_asking_again_for_a_pattern_does_not_restart_it(pins, eventually):
    pattern = Pattern(name="blind", led=Rhythm(0.02, 3600.0))
    with live(pins) as alarm:
        alarm.play(pattern)
        eventually(lambda: levels(pins, LED) == [False, True, False])
        for _ in range(4):
            alarm.play(pattern)
            time.sleep(0.01)
        assert levels(pins, LED) == [False, True, False]


@pytest.mark.parametrize("make", [recorded, live])
def test_the_first_frame_ends_starting(make, pins, eventually):
    with make(pins) as alarm:
        alarm.play(STARTING)
        eventually(lambda: True in levels(pins, LED))
        alarm.show(0.0, [])
        assert not pins.pin(LED).state


def test_an_alert_that_began_while_blind_is_shown_afterwards_without_a_second_buzz(pins, bare):
    with recorded(pins) as alarm:
        alarm.show(0.0, [bare()])
        alarm.play(BLIND)
        assert not pins.pin(BUZZER).state
        alarm.show(60.0, [bare()])
        assert lit(pins, LED, BUZZER) == [True, False]


def test_nobody_shares_a_buzz_that_blindness_cut(pins, bare):
    with recorded(pins) as alarm:
        alarm.show(0.0, [bare(1)])
        alarm.play(BLIND)
        alarm.show(0.5, [bare(1), bare(2)])
        assert pins.pin(BUZZER).state


@pytest.mark.parametrize("energised_while", ["clear", "alert"])
def test_the_relay_says_what_the_settings_choose(energised_while, pins, bare, masked):
    with recorded(pins, relay_pin=RELAY, relay_energised_while=energised_while, hold_seconds=0.0) as alarm:
        for seconds, tracks, alert in ((0.0, [], False), (1.0, [bare()], True), (2.0, [masked()], False)):
            alarm.show(seconds, tracks)
            assert pins.pin(RELAY).state == (alert == (energised_while == "alert"))


@pytest.mark.parametrize("energised_while", ["clear", "alert"])
@pytest.mark.parametrize("pattern", [STARTING, BLIND, FAULT], ids=lambda pattern: pattern.name)
def test_a_device_that_cannot_know_leaves_the_relay_without_power(pattern, energised_while, pins, bare, masked):
    with live(pins, relay_pin=RELAY, relay_energised_while=energised_while, hold_seconds=0.0) as alarm:
        assert not pins.pin(RELAY).state
        for seconds, track in enumerate((bare(), masked())):
            alarm.show(seconds, [track])
            alarm.play(pattern)
            assert not pins.pin(RELAY).state


def test_at_night_the_led_works_and_a_buzz_under_way_is_cut(pins, bare):
    now = [datetime(2026, 1, 1, 21, 0)]
    settings = AlarmSettings(quiet_hours=DailyHours(hour(22), hour(6)))
    with Alarm(settings, pins, live=False, wall_clock=lambda: now[0]) as alarm:
        alarm.show(0.0, [bare()])
        now[0] = datetime(2026, 1, 1, 23, 0)
        alarm.show(0.5, [bare()])
        assert lit(pins, LED, BUZZER) == [True, False]


def test_outputs_that_are_not_fitted_have_no_state(pins, masked):
    with recorded(pins) as alarm:
        alarm.show(0.0, [masked()])
        assert alarm.state == AlarmState(led=False, buzzer=False, clear_led=None, relay=None)


def test_outputs_that_are_active_when_low_are_driven_low(pins, bare):
    with recorded(pins, led_active_high=False, buzzer_active_high=False) as alarm:
        assert lit(pins, LED, BUZZER) == [True, True]
        alarm.show(0.0, [bare()])
        assert lit(pins, LED, BUZZER) == [False, False]


@pytest.mark.parametrize("make", [recorded, live])
def test_an_error_switches_everything_off(make, pins, bare, masked):
    with pytest.raises(ZeroDivisionError), make(pins, relay_energised_while="alert", **ALL) as alarm:
        alarm.show(0.0, [bare()])
        assert lit(pins, LED, BUZZER, RELAY) == [True, True, True]
        raise ZeroDivisionError
    assert lit(pins, LED, BUZZER, CLEAR, RELAY) == [False] * 4


def test_a_blinking_pattern_ends_with_the_block(pins):
    with live(pins) as alarm:
        alarm.play(Pattern(name="blind", led=Rhythm(0.01, 0.01)))
    before = len(pins.pin(LED).states)
    time.sleep(0.05)
    assert not pins.pin(LED).state
    assert len(pins.pin(LED).states) == before


def test_an_output_that_fails_leaves_no_other_on(pins, bare, monkeypatch):
    with pytest.raises(OSError, match="stuck"), recorded(pins, **ALL) as alarm:
        alarm.show(0.0, [bare()])
        monkeypatch.setattr(type(pins.pin(BUZZER)), "_set_state", _stuck_at(BUZZER, type(pins.pin(BUZZER))))
    assert not pins.pin(LED).state


def _stuck_at(number, kind):
    set_state = kind._set_state

    def fail(pin, value):
        if pin.info.name == f"GPIO{number}":
            raise OSError("stuck")
        set_state(pin, value)

    return fail


def test_the_pins_are_free_again_afterwards(pins, bare):
    for _ in range(2):
        with recorded(pins) as alarm:
            alarm.show(0.0, [bare()])


def test_a_pin_that_is_in_use_is_refused_and_none_stays_taken(pins):
    with OutputDevice(BUZZER, pin_factory=pins), pytest.raises(UserError, match="buzzer_pin = 27 cannot be used"):
        live(pins)
    live(pins).__exit__()
