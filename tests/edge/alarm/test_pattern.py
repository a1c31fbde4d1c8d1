import itertools

import pytest

from edge.alarm.pattern import ALERT, BLIND, CLEAR, FAULT, OFF, ON, PATTERNS, STARTING, WATCHING, Rhythm


def levels(rhythm, *seconds):
    return [rhythm.level(at) for at in seconds]


def test_a_rhythm_begins_with_on_and_repeats():
    assert levels(Rhythm(0.1, 0.4), 0.0, 0.09, 0.1, 0.49, 0.5, 100.05) == [True, True, False, False, True, True]


def test_a_counted_rhythm_ends_off():
    assert levels(Rhythm(0.2, 0.3, times=2), 0.0, 0.6, 0.7, 1.0, 1.1) == [True, True, False, False, False]


def test_a_frame_that_is_due_when_it_ends_sees_it_ended():
    assert 1.2 - 0.9 < 0.3 < 1.1 - 0.8
    assert not Rhythm(0.3, times=1).level(1.2 - 0.9)
    assert not Rhythm(0.3, times=1).level(1.1 - 0.8)


def test_a_clock_that_runs_back_changes_nothing():
    assert levels(ON, -5.0) + levels(OFF, -5.0) + levels(Rhythm(1.0, times=1), -5.0) == [True, False, True]


def test_on_and_off_are_rhythms_too():
    assert levels(ON, 0.0, 1e9) == [True, True]
    assert levels(OFF, 0.0, 1e9) == [False, False]


def test_every_pattern_can_be_told_by_its_lamps():
    lamps = {pattern.name: (pattern.led, pattern.clear_led) for pattern in PATTERNS}
    assert all(lamps[one] != lamps[other] for one, other in itertools.combinations(lamps, 2))


@pytest.mark.parametrize("pattern", [STARTING, BLIND, FAULT], ids=lambda pattern: pattern.name)
def test_faults_of_the_device_blink_silently_and_never_look_like_all_clear(pattern):
    assert pattern.led.off_seconds > 0
    assert (pattern.clear_led, pattern.buzzer, pattern.reads) == (OFF, OFF, None)


@pytest.mark.parametrize("pattern", [WATCHING, ALERT, CLEAR], ids=lambda pattern: pattern.name)
def test_verdicts_on_people_are_shown_steadily(pattern):
    assert {pattern.led, pattern.clear_led} <= {ON, OFF}


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.name)
def test_nothing_flashes_more_than_three_times_a_second(pattern):
    for rhythm in (pattern.led, pattern.clear_led):
        assert rhythm == OFF or rhythm.on_seconds + rhythm.off_seconds >= 1 / 3
