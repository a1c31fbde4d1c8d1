import pytest

from edge.tracking.lag_monitor import LagMonitor


def keep(monitor, rate, seconds, *, start=0.0, waiting=0, slowest=4.0):
    """Show it frames at a rate; gives (event, time)."""
    times = [start + number / rate for number in range(round(rate * seconds))]
    events = [event for at in times for event in monitor.keep(at, waiting, slowest=slowest, occupied=True)]
    return [(event.event, round(event.at, 1)) for event in events]


def test_a_loop_that_keeps_up_says_nothing():
    assert keep(LagMonitor(), 10, 20) == []


def test_a_slow_loop_says_so_once():
    assert [name for name, _ in keep(LagMonitor(), 2.5, 20)] == ["fell_behind"]


def test_it_says_when_it_keeps_up_again():
    monitor = LagMonitor()
    keep(monitor, 2.5, 10)
    assert [name for name, _ in keep(monitor, 10, 10, start=10.0)] == ["caught_up"]


def test_frames_that_were_asked_for_at_a_lower_rate_are_not_held_against_a_higher_one():
    monitor = LagMonitor()
    keep(monitor, 1, 10, slowest=0.75)
    assert keep(monitor, 10, 10, start=10.0) == []


def test_people_who_wait_are_reported_after_a_while():
    assert keep(LagMonitor(), 10, 3, waiting=2) == [("fell_behind", 2.0)]


def test_a_hiccup_is_not_reported():
    monitor = LagMonitor()
    keep(monitor, 10, 5)
    assert keep(monitor, 10, 5, start=5.8) == []


@pytest.mark.parametrize("pause", [3.0, 3600.0])
def test_a_camera_that_paused_was_not_slow(pause):
    monitor = LagMonitor()
    keep(monitor, 10, 5)
    assert keep(monitor, 10, 5, start=5 + pause) == []
