import os
import signal
import threading
import time

import pytest

from edge.signals import StopFlag, delaying, handling, stopping_on_signals


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 0), (signal.SIGINT, 130), (signal.SIGHUP, 0)])
def test_a_signal_sets_the_flag_and_ends_nothing(number, status):
    with stopping_on_signals() as stop:
        signal.raise_signal(number)
        assert (stop.is_set, stop.status) == (True, status)


def test_what_nohup_ignores_stays_ignored():
    with handling({signal.SIGHUP: signal.SIG_IGN}), stopping_on_signals() as stop:
        signal.raise_signal(signal.SIGHUP)
        assert not stop.is_set


def test_the_handlers_before_count_again_afterwards():
    before = signal.getsignal(signal.SIGTERM)
    with stopping_on_signals():
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_signal_ends_a_wait():
    with stopping_on_signals() as stop:
        threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGTERM)).start()
        assert stop.wait(600.0)


def test_a_wait_that_nothing_ends_lasts_as_long_as_it_was_asked_for():
    began = time.monotonic()
    assert not StopFlag().wait(0.25)
    assert time.monotonic() - began >= 0.25


def stop_inside_compiled_code():
    """As pybind11, which reports whatever interrupts the loading of a module as an ImportError of its own."""
    try:
        signal.raise_signal(signal.SIGTERM)
    except BaseException as error:
        raise ImportError("initialization failed") from error


def test_a_stop_interrupts_work_that_never_checks_the_flag():
    with stopping_on_signals() as stop:
        threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGTERM)).start()
        assert stop.interrupt(lambda: time.sleep(600.0)) is None


def test_a_stop_that_compiled_code_turns_into_an_error_is_still_a_stop():
    with stopping_on_signals() as stop:
        assert stop.interrupt(stop_inside_compiled_code) is None


def test_an_error_of_interruptible_work_is_raised_while_nothing_stops_it():
    with pytest.raises(ZeroDivisionError):
        StopFlag().interrupt(lambda: 1 // 0)


def test_items_end_with_the_flag():
    stop, taken = StopFlag(), []
    for item in stop.until_set(range(10)):
        taken.append(item)
        if item == 3:
            stop.set()
    assert taken == [0, 1, 2, 3]


def test_a_signal_waits_for_the_end_of_what_delays_it():
    with stopping_on_signals() as stop:
        with delaying():
            os.kill(os.getpid(), signal.SIGTERM)
            assert not stop.is_set
        assert stop.is_set
