import numpy as np
import pytest
from growth import repeated, slope_with_interval
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
