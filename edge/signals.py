"""Signals: handled in another way for a while, and one way for all of them to ask the program to stop."""

import signal
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeVar

Handler = Callable[[int, FrameType | None], Any] | signal.Handlers

Item = TypeVar("Item")

GLANCE_SECONDS = 0.1
"""How often a wait checks the flag."""

CTRL_C_STATUS = 130
"""Exit status after Ctrl-C."""


class _StoppedError(BaseException):
    """Leaves what a stop interrupts; no error, so that nothing takes it for one."""


class StopFlag:
    """Whether the program has been asked to stop; every wait checks it.

    A plain attribute and no `threading.Event`: a handler runs between any two steps of the main thread, which may just
    then be inside the event's own lock.
    """

    def __init__(self) -> None:
        self.is_set = False
        self.status = 0
        """The exit status: 0, or 130 after Ctrl-C."""
        self._interrupts = False

    def set(self, status: int = 0) -> None:
        """Ask the program to stop."""
        self.is_set, self.status = True, status
        if self._interrupts:
            self._interrupts = False  # what runs on the way out is not interrupted again
            raise _StoppedError

    def interrupt(self, work: Callable[[], Item]) -> Item | None:
        """Do work that never checks the flag, and leave it at once when the flag is set.

        A call into compiled code ends first.

        Returns:
            What the work gave; None if the program is to stop.
        """
        try:
            try:
                self._interrupts = True
                result = None if self.is_set else work()
            finally:
                self._interrupts = False
        except _StoppedError:
            return None
        return None if self.is_set else result

    def wait(self, seconds: float) -> bool:
        """Wait for at most `seconds`; returns whether the program is to stop."""
        until = time.monotonic() + seconds
        while not self.is_set and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, GLANCE_SECONDS))
        return self.is_set

    def until_set(self, items: Iterable[Item]) -> Iterator[Item]:
        """The items, up to the first one that comes after the flag was set."""
        for item in items:
            if self.is_set:
                return
            yield item


@contextmanager
def stopping_on_signals() -> Iterator[StopFlag]:
    """Within it, SIGTERM, Ctrl-C and a terminal that is closed (SIGHUP) set the flag, and end nothing by themselves."""
    stop = StopFlag()

    def handler(number: int, _: FrameType | None) -> None:
        stop.set(CTRL_C_STATUS if number == signal.SIGINT else 0)

    numbers = [signal.SIGTERM, signal.SIGINT]
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # which `nohup` chooses
        numbers.append(signal.SIGHUP)
    with handling(dict.fromkeys(numbers, handler)):
        yield stop


@contextmanager
def handling(handlers: Mapping[signal.Signals, Handler]) -> Iterator[None]:
    """Within it these handlers count, and then those before them again."""
    before = {which: signal.signal(which, handler) for which, handler in handlers.items()}
    try:
        yield
    finally:
        for which, handler in before.items():
            signal.signal(which, handler)
