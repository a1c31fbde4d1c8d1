import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.camera.recording_clock import LONGEST_PAUSE_SECONDS, RecordingClock


def times(*stamps):
    clock = RecordingClock(0.1)
    return [clock.read(stamp) for stamp in stamps]


def test_the_container_s_times_are_kept():
    assert times(0.0, 0.5, 1.0, 1.04) == [0.0, 0.5, 1.0, 1.04]


def test_a_first_frame_that_comes_late_keeps_its_time():
    assert times(1.5, 1.6) == [1.5, 1.6]


def test_frames_without_times_come_at_the_mean_rate():
    assert times(0.0, 0.0, 0.0, 0.0) == pytest.approx([0.0, 0.1, 0.2, 0.3])
    assert times(math.nan, math.nan, math.nan) == pytest.approx([0.0, 0.1, 0.2])


def test_frames_in_disorder_cost_no_time():
    assert times(0.0, 0.2, 0.1, 0.3) == pytest.approx([0.0, 0.2, 0.201, 0.3])


def test_a_container_that_begins_again_goes_on():
    assert times(0.0, 5.0, 0.0, 0.2) == pytest.approx([0.0, 5.0, 5.1, 5.3])


def test_a_stamp_that_wrapped_round_is_no_pause_of_a_day():
    assert times(0.0, 0.1, 95443.7, 95443.8) == pytest.approx([0.0, 0.1, 0.2, 0.3])


def test_a_clock_that_does_not_begin_near_zero_is_set_to_zero():
    assert times(-3.0, -2.9) == pytest.approx([0.0, 0.1])
    assert times(90000.0, 90000.5) == pytest.approx([0.0, 0.5])


@given(st.lists(st.floats() | st.floats(-20, 20), min_size=2))
def test_times_rise_whatever_the_container_says(stamps):
    seconds = times(*stamps)
    assert seconds[0] >= 0
    assert all(0 < after - before <= LONGEST_PAUSE_SECONDS + 1 for before, after in itertools.pairwise(seconds))
