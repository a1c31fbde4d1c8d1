"""The light that says that somebody must come and mend something."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from edge.alarm.alarm import Alarm
from edge.alarm.pattern import FAULT

FAULT_SECONDS = 5.0
"""How long FAULT is shown before the program ends and whoever started it may start it again: long enough to be seen."""


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
        alarm.play(FAULT)
        report(error)
        sleep(seconds)
        raise
