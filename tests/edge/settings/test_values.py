from datetime import time

import pytest

from edge.settings.values import DailyHours

NIGHT = DailyHours(time(22), time(6))
NOON = DailyHours(time(12), time(14, 30))


@pytest.mark.parametrize("at", [time(22), time(23, 59, 59, 999999), time(0), time(5, 59, 59)])
def test_hours_may_span_midnight(at):
    assert at in NIGHT


@pytest.mark.parametrize("at", [time(6), time(12), time(21, 59, 59)])
def test_the_end_is_outside(at):
    assert at not in NIGHT


def test_hours_within_a_day():
    assert [at in NOON for at in (time(11, 59), time(12), time(14, 29, 59), time(14, 30))] == [False, True, True, False]
