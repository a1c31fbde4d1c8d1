"""What holds whatever happens at the door."""

from datetime import datetime, timedelta
from datetime import time as hour
from itertools import accumulate

import pytest
from gpiozero.pins.mock import MockFactory
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.alarm.alarm import Alarm
from edge.alarm.pattern import BLIND, FAULT, STARTING
from edge.alarm.policy import Policy
from edge.settings.schema import AlarmSettings
from edge.settings.values import DailyHours
from edge.tracking.track import Track, Verdict
from edge.vision.face import Face

FEW = settings(max_examples=25, deadline=None)

RELAY = 23

people = st.lists(
    st.builds(
        lambda number, size, verdict: Track(number, Face(0.0, 0.0, size, size), 0.5, verdict),
        st.integers(1, 6),
        st.sampled_from([20.0, 31.0, 40.0]),
        st.sampled_from(Verdict),
    ),
    max_size=4,
    unique_by=lambda track: track.number,
)
steps = st.sampled_from([0.0, 0.1, 0.4, 1.0, 3.0, 20.0])


@st.composite
def courses(draw):
    """Frames: their times, which never run back, and the people in view."""
    times = list(accumulate(draw(st.lists(steps, min_size=1, max_size=25))))
    return [(at, draw(people)) for at in times]


@FEW
@given(
    course=courses(),
    buzzer_seconds=st.sampled_from([0.3, 1.0, 2.5]),
    limit=st.sampled_from([0.0, 0.05, 0.2]),
    hold=st.sampled_from([0.0, 2.0]),
)
def test_no_minute_holds_more_sound_than_the_duty_limit(course, buzzer_seconds, limit, hold):
    rules = AlarmSettings(
        buzzer_seconds=buzzer_seconds, buzzer_duty_limit=limit, buzzer_refractory_seconds=2.0, hold_seconds=hold
    )
    policy = Policy(rules, None)
    begun = [at for at, tracks in course if policy.decide(at, tracks).buzz]
    for end in [at + buzzer_seconds for at in begun]:  # the loudest minutes end with a buzz
        sound = sum(max(0.0, min(at + buzzer_seconds, end) - max(at, end - 60.0)) for at in begun)
        assert sound <= limit * 60.0 + 1e-6


@FEW
@given(
    course=courses(),
    begins=st.integers(0, 24 * 60 - 1),
    quiet=st.tuples(st.integers(0, 23), st.integers(0, 23)).filter(lambda hours: hours[0] != hours[1]),
)
def test_the_buzzer_never_sounds_in_quiet_hours(course, begins, quiet):
    now = [0.0]
    hours = DailyHours(hour(quiet[0]), hour(quiet[1]))

    def wall_clock():
        return datetime(2026, 1, 1) + timedelta(minutes=begins) + timedelta(minutes=now[0])  # a minute a second

    rules = AlarmSettings(quiet_hours=hours, buzzer_duty_limit=1.0, buzzer_refractory_seconds=0.0)
    with Alarm(rules, MockFactory(), live=False, wall_clock=wall_clock) as alarm:
        for now[0], tracks in course:
            alarm.show(now[0], tracks)
            assert not (alarm.state.buzzer and wall_clock().time() in hours)


@FEW
@given(course=courses(), hold=st.sampled_from([0.0, 0.5, 5.0]))
def test_the_led_is_lit_for_a_person_who_counts_or_during_the_hold_time(course, hold):
    pins = MockFactory()
    counting, lit_since = set(), None
    with Alarm(AlarmSettings(hold_seconds=hold), pins, live=False) as alarm:
        for seconds, tracks in course:
            bare = [track for track in tracks if track.verdict is Verdict.NOT_COMPLIANT]
            counting = {track.number for track in bare if track.face.size >= 32 or track.number in counting}
            held = lit_since is not None and seconds - lit_since < hold
            lit_since = (lit_since if lit_since is not None else seconds) if counting or held else None
            alarm.show(seconds, tracks)
            assert pins.pin(17).state == (lit_since is not None)


@pytest.mark.parametrize("energised_while", ["clear", "alert"])
@FEW
@given(
    course=courses(), ailing=st.lists(st.sampled_from([None, None, STARTING, BLIND, FAULT]), min_size=25, max_size=25)
)
def test_the_relay_has_power_only_while_what_it_stands_for_is_known(energised_while, course, ailing):
    pins = MockFactory()
    with Alarm(AlarmSettings(relay_pin=RELAY, relay_energised_while=energised_while), pins, live=False) as alarm:
        for (seconds, tracks), pattern in zip(course, ailing, strict=False):
            alarm.show(seconds, tracks)
            assert pins.pin(RELAY).state == (alarm.state.led == (energised_while == "alert"))
            if pattern:
                alarm.play(pattern)
                assert not pins.pin(RELAY).state
    assert not pins.pin(RELAY).state


@FEW
@given(course=courses())
def test_red_and_green_never_shine_together(course):
    pins = MockFactory()
    with Alarm(AlarmSettings(clear_led_pin=22), pins, live=False) as alarm:
        for seconds, tracks in course:
            alarm.show(seconds, tracks)
            assert not (pins.pin(17).state and pins.pin(22).state)


@FEW
@given(course=courses())
def test_the_pins_are_what_the_state_says(course):
    pins = MockFactory()
    with Alarm(AlarmSettings(clear_led_pin=22, relay_pin=RELAY), pins, live=False) as alarm:
        for seconds, tracks in course:
            alarm.show(seconds, tracks)
            state = alarm.state
            assert [pins.pin(n).state for n in (17, 27, 22, RELAY)] == [
                state.led,
                state.buzzer,
                state.clear_led,
                state.relay,
            ]
