from dataclasses import replace
from datetime import datetime, time

import pytest

from edge.alarm.pattern import ALERT, CLEAR, WATCHING
from edge.alarm.policy import Policy
from edge.settings.schema import AlarmSettings
from edge.settings.values import DailyHours

NIGHT = DailyHours(time(22), time(6))


def policy(wall_clock=None, **settings):
    return Policy(AlarmSettings(**settings), wall_clock)


def clock(hour, minute=0, second=0.0):
    return lambda: datetime(2026, 1, 1, hour, minute, int(second), int(second % 1 * 1e6))


def alerts(policy, *frames):
    """The events as (seconds, event, track)."""
    events = [event for seconds, tracks in frames for event in policy.decide(float(seconds), tracks).events]
    return [(event.at, event.event, event.track) for event in events]


def unseen(track, seconds):
    return replace(track, unseen_seconds=seconds)


def names(policy, *frames):
    return [policy.decide(float(seconds), tracks).pattern.name for seconds, tracks in frames]


def test_anyone_not_compliant_raises_the_alert(bare, masked):
    assert policy().decide(0.0, [masked(1), bare(2)]).pattern.name == ALERT.name


def test_the_clear_pattern_needs_someone_in_view_and_everyone_compliant(masked, undecided):
    rules = policy()
    assert rules.decide(0.0, [masked(1), masked(2)]).pattern == CLEAR
    assert rules.decide(0.1, [masked(1), undecided(2)]).pattern == WATCHING
    assert rules.decide(0.2, []).pattern == WATCHING


def test_a_small_face_raises_no_alert_and_is_no_all_clear(bare, masked):
    assert policy(min_face_px=32).decide(0.0, [bare(1, size=31.9), masked(2)]).pattern == WATCHING


def test_a_face_at_the_limit_does_not_flicker(bare):
    frames = [(at, [bare(1, size=size)]) for at, size in enumerate([31, 32, 31, 33, 30])]
    assert names(policy(min_face_px=32), *frames) == ["watching", "alert", "alert", "alert", "alert"]


def test_the_lamp_stays_lit_for_the_hold_time_at_least(bare):
    frames = [(0, [bare()]), (1, []), (2, []), (3, [])]
    assert names(policy(hold_seconds=3.0), *frames) == ["alert", "alert", "alert", "watching"]


def test_a_long_alert_ends_at_once(bare, masked):
    frames = [(at, [bare()]) for at in range(5)] + [(5, [masked()])]
    assert names(policy(hold_seconds=3.0), *frames)[-1] == "clear"


def test_each_alert_is_held_for_the_hold_time(bare):
    frames = [(0, [bare()]), (2, []), (10, [bare()]), (10.5, []), (11, [])]
    assert names(policy(hold_seconds=1.0), *frames) == ["alert", "watching", "alert", "alert", "watching"]


def test_one_buzz_a_person_however_long_they_stay(bare):
    rules = policy(buzzer_refractory_seconds=5.0)
    assert [at for at in range(100) if rules.decide(float(at), [bare()]).buzz] == [0]


def test_a_mask_pulled_down_again_buzzes_after_the_refractory_time(bare, masked):
    rules = policy(buzzer_refractory_seconds=30.0)
    frames = [(0, bare()), (5, masked()), (6, bare()), (40, masked()), (41, bare())]
    assert [at for at, track in frames if rules.decide(float(at), [track]).buzz] == [0, 41]


def test_a_new_person_gives_a_new_buzz(bare):
    rules = policy()
    assert [rules.decide(0.0, [bare(1)]).buzz, rules.decide(9.0, [bare(1), bare(2)]).buzz] == [True, True]


def test_a_person_who_leaves_mid_buzz_takes_no_buzz_from_others(bare):
    rules = policy(hold_seconds=0.0)
    rules.decide(0.0, [bare(1)])
    rules.decide(0.2, [])
    assert rules.decide(0.5, [bare(2)]).buzz


@pytest.mark.parametrize(("hour", "buzz"), [(21, True), (22, False), (3, False), (6, True), (12, True)])
def test_quiet_hours_silence_the_buzzer_and_not_the_led(hour, buzz, bare):
    decision = policy(clock(hour), quiet_hours=NIGHT).decide(0.0, [bare()])
    assert (decision.pattern.name, decision.buzz) == ("alert", buzz)


def test_a_buzz_that_would_reach_into_quiet_hours_is_not_begun(bare):
    rules = policy(clock(21, 59, 59.5), quiet_hours=NIGHT, buzzer_seconds=1.0)
    assert not rules.decide(0.0, [bare()]).buzz


def test_a_buzz_missed_at_night_is_not_made_up_for_in_the_morning(bare):
    now = [datetime(2026, 1, 1, 5, 59)]
    rules = policy(lambda: now[0], quiet_hours=NIGHT)
    rules.decide(0.0, [bare()])
    now[0] = datetime(2026, 1, 1, 6, 1)
    assert not rules.decide(120.0, [bare()]).buzz


def test_without_a_wall_clock_there_are_no_quiet_hours(bare):
    assert policy(None, quiet_hours=NIGHT).decide(0.0, [bare()]).buzz


def test_an_alert_begins_and_ends_with_what_lights_the_led(bare, masked):
    frames = [(0, [bare(2)]), (1, [bare(2), bare(1)]), (2, [masked(2), bare(1)]), (3, [])]
    assert alerts(policy(), *frames) == [
        (0, "alert_began", 2),
        (1, "alert_began", 1),
        (2, "alert_ended", 2),
        (3, "alert_ended", 1),
    ]


def test_a_face_too_small_to_count_begins_no_alert_until_it_is_nearer(bare):
    frames = [(at, [bare(1, size=size)]) for at, size in enumerate([20, 31, 32, 20])]
    assert alerts(policy(min_face_px=32), *frames) == [(2, "alert_began", 1)]


def test_a_static_face_ends_its_alert(bare):
    frames = [(0, [bare()]), (1, [replace(bare(), muted=True)])]
    assert alerts(policy(), *frames)[-1] == (1, "alert_ended", 1)


def test_a_person_who_is_not_seen_any_more_raises_no_alert(bare):
    frames = [(0, [bare()]), (5, [unseen(bare(), 0.4)]), (6, [unseen(bare(), 0.5)])]
    assert names(policy(), *frames) == ["alert", "alert", "watching"]
    assert alerts(policy(), *frames)[-1] == (6, "alert_ended", 1)


def test_a_person_who_turns_back_raises_the_alert_again_without_a_second_buzz(bare):
    rules = policy(buzzer_refractory_seconds=0.0)
    frames = [(0, bare()), (5, unseen(bare(), 0.8)), (6, bare())]
    assert [rules.decide(float(at), [track]).buzz for at, track in frames] == [True, False, False]
