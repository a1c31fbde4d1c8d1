import json

import numpy as np
import pytest
from card import with_figures
from growth import ALLOWED, COMMITTED, growth_table, repeated, slope_with_interval
from saved import PAGE
from service import write

from edge.bench.people import DrawnPerson

HOURS = np.linspace(0, 1, 241)


def walk(random, kept):
    noise = np.zeros(len(HOURS))
    for number in range(1, len(HOURS)):
        noise[number] = kept * noise[number - 1] + random.normal(0, 0.2)
    return noise


def test_a_steady_growth_is_its_own_slope():
    slope, aside = slope_with_interval(HOURS, 90 + 3 * HOURS)
    assert slope == pytest.approx(3)
    assert aside == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("kept", [0.0, 0.8])
def test_most_intervals_hold_the_true_slope(kept):
    random = np.random.default_rng(1)
    inside = 0
    for _ in range(200):
        slope, aside = slope_with_interval(HOURS, 90 + 2 * HOURS + walk(random, kept))
        inside += abs(slope - 2) <= aside
    assert inside >= 180


def test_a_repeated_clip_goes_on_in_time(tmp_path):
    write(tmp_path / "door.avi", (frame.image for frame in DrawnPerson(10)))
    seconds = [frame.seconds for frame in repeated(tmp_path / "door.avi", 2.5)]
    assert len(seconds) == 30
    assert np.diff(seconds) == pytest.approx(0.1)


@pytest.fixture(scope="module")
def committed():
    return json.loads(COMMITTED.read_text())


def test_the_page_shows_the_committed_growth(committed):
    page = PAGE.read_text(encoding="utf-8")
    assert page == with_figures(page, [growth_table(committed).markdown()], by="growth.py")


def test_an_hour_of_video_does_not_grow(committed):
    low, _, _ = committed["mb_an_hour"]
    assert committed["minutes"] == 60
    assert low <= ALLOWED
