"""The light that says that someone must come and fix something."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from edge.alarm.alarm import Alarm
from edge.alarm.pattern import FAULT

FAULT_SECONDS = 5.0
"""How long FAULT is shown before the program goes on, or ends and is started again: long enough to be seen."""


def show_fault(
    alarm: Alarm,
    report: Callable[[Exception], None],
    error: Exception,
    *,
    seconds: float,
    wait: Callable[[float], object],
) -> None:
    """Report something that a person must fix, and show FAULT for a while.

    Args:
        alarm: Plays FAULT, until the next frame is shown.
        report: Called with the error, before the wait.
        error: What is wrong.
        seconds: How long to wait.
        wait: Waits for a number of seconds, or until the program is to stop; the loop does not run in the meantime.
    """
    alarm.play(FAULT)
    report(error)
    wait(seconds)


@contextmanager
def fault_shown(
    alarm: Alarm, report: Callable[[Exception], None], *, seconds: float, wait: Callable[[float], object]
) -> Iterator[None]:
    """Within it, an error is shown as FAULT before it is raised further.

    Args:
        alarm: Plays FAULT.
        report: Called with the error, before the wait.
        seconds: How long it is shown.
        wait: Waits for a number of seconds, or until the program is to stop; the loop has ended by then.
    """
    try:
        yield
    except BrokenPipeError:
        raise  # the reader of the events has gone: there is nothing to fix
    except Exception as error:
        show_fault(alarm, report, error, seconds=seconds, wait=wait)
        raise
