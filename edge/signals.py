"""Signals: handled in another way for a while, and one way for all of them to ask the program to stop."""

import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeVar

Handler = Callable[[int, FrameType | None], Any] | signal.Handlers

Item = TypeVar("Item")

POLL_SECONDS = 0.1
"""How often a wait checks the flag."""

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

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

        A call into compiled code ends first. It may turn the exception that interrupts it into another one, as
        pybind11 does while it loads a module, so an error after the flag was set is the stop itself.

        Returns:
            What the work gave; None if the program is to stop.

        Raises:
            Exception: The work's own errors, while the flag is not set.
        """
        try:
            try:
                self._interrupts = True
                result = None if self.is_set else work()
            finally:
                self._interrupts = False
        except _StoppedError:
            return None
        except Exception:
            if not self.is_set:
                raise
            return None
        return None if self.is_set else result

    def wait(self, seconds: float) -> bool:
        """Wait for at most `seconds`; returns whether the program is to stop."""
        until = time.monotonic() + seconds
        while not self.is_set and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, POLL_SECONDS))
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

    # `nohup` has SIGHUP ignored; the two others count however the program was started.
    ignored = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    with handling(dict.fromkeys(STOP_SIGNALS[:-1] if ignored else STOP_SIGNALS, handler)):
        yield stop


@contextmanager
def delaying() -> Iterator[None]:
    """Within it, the signals that stop the program wait: what it starts has a name before a stop can interrupt it.

    Handlers run in the main thread alone, so in every other thread there is nothing to delay. A signal mask would not
    do: the process's other threads take the signal then.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    numbers = [number for number in STOP_SIGNALS if signal.getsignal(number) != signal.SIG_IGN]
    try:
        with handling(dict.fromkeys(numbers, lambda number, _: came.append(number))):
            yield
    finally:
        for number in came:
            signal.raise_signal(number)


@contextmanager
def handling(handlers: Mapping[signal.Signals, Handler]) -> Iterator[None]:
    """Within it these handlers count, and then those before them again."""
    before = {which: signal.signal(which, handler) for which, handler in handlers.items()}
    try:
        yield
    finally:
        for which, handler in before.items():
            signal.signal(which, handler)
