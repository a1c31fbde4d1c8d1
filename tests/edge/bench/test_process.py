import numpy as np

from edge.bench.process import forget_peak, resident_megabytes, seconds_since_start


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
