"""Signals that have to wait until the pins are set."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

WAITING = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Within it SIGTERM and Ctrl-C wait; they come when the block has ended.

    Their handlers raise. Where that hits gpiozero while it starts or stops a thread that blinks, the thread can no
    longer be stopped, and its LED stays on after the end.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # handlers run in the main thread alone
        return
    came: list[int] = []
    before = {number: signal.getsignal(number) for number in WAITING}
    try:
        for number in WAITING:
            signal.signal(number, lambda received, _: came.append(received))
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)
    for waited in came:
        signal.raise_signal(waited)
