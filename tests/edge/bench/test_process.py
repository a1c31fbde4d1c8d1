import numpy as np

from edge.bench.process import board_name, forget_peak, resident_megabytes, seconds_since_start


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


def test_a_board_is_called_what_its_device_tree_says(tmp_path):
    (tmp_path / "model").write_text("Raspberry Pi Zero 2 W Rev 1.0\0")
    assert board_name(tmp_path / "model") == "Raspberry Pi Zero 2 W Rev 1.0"


def test_a_machine_without_one_is_called_after_its_processor(tmp_path):
    (tmp_path / "cpuinfo").write_text("processor\t: 0\nmodel name\t: Intel(R) N100\n\nmodel name\t: Intel(R) N100\n")
    assert board_name(tmp_path / "none", tmp_path / "cpuinfo") == "Intel(R) N100"


def test_a_processor_may_have_no_name(tmp_path):
    (tmp_path / "cpuinfo").write_text("processor\t: 0\n")
    assert board_name(tmp_path / "none", tmp_path / "cpuinfo") == "a processor without a name"
