import pytest

from edge.alarm.alarm import Alarm
from edge.runtime.fault import fault_shown, show_fault
from edge.settings.schema import AlarmSettings

LED = 17


def run(pins, error):
    """What was reported, and for how long FAULT was shown, when an error ends the block."""
    reported, shown = [], []

    def wait(seconds):
        shown.append((seconds, alarm.state.led))

    with (
        pytest.raises(type(error)),
        Alarm(AlarmSettings(), pins) as alarm,
        fault_shown(alarm, reported.append, seconds=5.0, wait=wait),
    ):
        alarm.show(0.0, [])
        raise error
    return reported, shown


def test_an_error_is_reported_and_shown_for_a_while(pins):
    error = ValueError("broken")
    assert run(pins, error) == ([error], [(5.0, True)])
    assert not pins.pin(LED).state


@pytest.mark.parametrize("end", [KeyboardInterrupt(), BrokenPipeError()])
def test_a_stop_shows_no_fault(end, pins):
    assert run(pins, end) == ([], [])


def test_a_fault_that_does_not_end_the_program_is_reported_and_shown_for_a_while(pins):
    error, reported, shown = ValueError("broken"), [], []

    def wait(seconds):
        shown.append((seconds, alarm.state.led, reported == [error]))

    with Alarm(AlarmSettings(), pins) as alarm:
        show_fault(alarm, reported.append, error, seconds=5.0, wait=wait)
        alarm.show(0.0, [])
        assert not alarm.state.led
    assert shown == [(5.0, True, True)]


def test_a_block_that_ends_well_shows_nothing(pins):
    with Alarm(AlarmSettings(), pins) as alarm, fault_shown(alarm, pytest.fail, seconds=5.0, wait=pytest.fail):
        alarm.show(0.0, [])
