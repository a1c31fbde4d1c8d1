"""Ctrl-C during a long fit: the first ends it tidily, the second at once."""

import signal
from types import FrameType, TracebackType
from typing import Self

import keras


class InterruptionError(Exception):
    """The person at the keyboard asked the fit to end."""


class Interruption(keras.callbacks.Callback):
    """Between `with` and its end, turns the first SIGINT into an `InterruptionError` after the current batch.

    Raised between two batches it can cut neither a checkpoint nor a line of the history short, which a
    KeyboardInterrupt out of the blue would. A second SIGINT raises that KeyboardInterrupt.
    """

    def __init__(self) -> None:
        super().__init__()
        self.asked = False

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGINT, self._ask)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        signal.signal(signal.SIGINT, self._before)

    def on_train_begin(self, logs: dict | None = None) -> None:
        """End the fit before its first batch if asked to.

        Raises:
            InterruptionError: SIGINT has come.
        """
        self._end_if_asked()

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """End the fit here if asked to.

        Raises:
            InterruptionError: SIGINT has come.
        """
        self._end_if_asked()

    def _end_if_asked(self) -> None:
        if self.asked:
            raise InterruptionError

    def _ask(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
