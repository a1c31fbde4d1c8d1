import pytest

from edge.camera.frame_rate import FrameRate


def test_the_lowest_limit_counts_until_it_is_lifted():
    rate = FrameRate(10.0)
    rate.limit("heat", 2.5)
    rate.limit("idle", 5.0)
    assert rate.frames_per_second == 2.5
    rate.lift("heat")
    assert rate.frames_per_second == 5.0
    rate.lift("idle")
    assert rate.frames_per_second == 10.0


@pytest.mark.parametrize(("rate", "seconds", "limit"), [(10.0, 3.0, 3.0), (1.0, 0.5, 2.0), (0.5, 3.0, 4.0)])
def test_a_time_limit_lasts_for_two_frames_at_least(rate, seconds, limit):
    assert FrameRate(rate).at_least_two_frames(seconds) == limit


def test_no_limit_is_above_the_full_rate():
    rate = FrameRate(2.0)
    rate.limit("idle", 5.0)
    assert rate.frames_per_second == 2.0
