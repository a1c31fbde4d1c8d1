from itertools import count

import numpy as np
import pytest

from edge.bench.measurement import Stopwatch, forget_peak, resident_megabytes, seconds_since_start


@pytest.fixture
def frames(frame_result):
    """Frames of a camera that takes a second for each, by a clock that goes on by one each time it is read."""
    return [frame_result(float(number)).frame for number in range(4)]


@pytest.fixture
def watched(frames, frame_result, person):
    """What a stopwatch knows after all of them."""

    def run(**options):
        ticks = count()
        stopwatch = Stopwatch(clock=lambda: float(next(ticks)), **options)
        for frame in stopwatch.time_captures(frames):
            stopwatch.publish(frame_result(frame.seconds, person()))
        return stopwatch

    return run


def test_the_loops_own_times_are_kept_by_stage(watched):
    assert watched(warm_up=0, captures=False).stages == {"locate": [0.1] * 4, "classify": [2.0] * 4}


def test_frames_to_warm_up_do_not_count(watched):
    stopwatch = watched(warm_up=3, captures=False)
    assert stopwatch.stages["locate"] == [0.1]
    assert stopwatch.people == [1]


def test_capture_is_the_first_stage_where_it_is_of_interest(watched):
    stopwatch = watched(warm_up=0, captures=True)
    assert list(stopwatch.stages) == ["capture", "locate", "classify"]
    assert stopwatch.stages["capture"] == [1000.0] * 4


def test_a_frames_total_is_the_sum_of_its_stages(watched):
    assert watched(warm_up=0, captures=True).totals == pytest.approx([1002.1] * 4)


def test_the_very_first_frame_is_kept_even_if_it_does_not_count(watched):
    stopwatch = watched(warm_up=4, captures=False)
    assert stopwatch.first_frame_seconds == pytest.approx(0.0021)
    assert stopwatch.size == (320, 240)


def test_a_process_has_run_for_a_while_and_goes_on():
    first = seconds_since_start()
    assert 0 < first <= seconds_since_start()


def test_memory_now_is_at_most_the_peak():
    now, peak = resident_megabytes()
    assert 0 < now <= peak


def test_a_peak_that_is_forgotten_counts_no_more():
    touched = np.ones(100_000_000, np.uint8)
    _, high = resident_megabytes()
    del touched
    forget_peak()
    assert resident_megabytes()[1] < high
