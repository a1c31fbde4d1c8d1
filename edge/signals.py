"""Signals, handled in another way for a while."""

import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any

Handler = Callable[[int, FrameType | None], Any] | signal.Handlers


@contextmanager
def handling(handlers: Mapping[signal.Signals, Handler]) -> Iterator[None]:
    """Within it these handlers count, and then those before them again."""
    before = {which: signal.signal(which, handler) for which, handler in handlers.items()}
    try:
        yield
    finally:
        for which, handler in before.items():
            signal.signal(which, handler)
