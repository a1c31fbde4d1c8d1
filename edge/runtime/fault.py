"""The light that says that somebody must come and mend something."""

import time
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
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Tell of something that a person must mend, and show FAULT for a while; signals end the wait.

    Args:
        alarm: Plays FAULT, until the next frame is shown.
        report: Told of the error, before the wait.
        error: What is wrong.
        seconds: How long to wait.
        sleep: Waits so many seconds; the loop does not run meanwhile.
    """
    alarm.play(FAULT)
    report(error)
    sleep(seconds)


@contextmanager
def fault_shown(
    alarm: Alarm, report: Callable[[Exception], None], *, seconds: float, sleep: Callable[[float], None] = time.sleep
) -> Iterator[None]:
    """Within it, an error is shown as FAULT before it goes on its way; signals end the wait.

    Args:
        alarm: Plays FAULT.
        report: Told of the error, before the wait.
        seconds: How long it is shown.
        sleep: Waits so many seconds; the loop has ended by then.
    """
    try:
        yield
    except BrokenPipeError:
        raise  # whoever read the events has gone: nothing to mend
    except Exception as error:
        show_fault(alarm, report, error, seconds=seconds, sleep=sleep)
        raise
