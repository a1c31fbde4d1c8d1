"""Ctrl-C during a long fit: the first ends it after the current batch, the second at once."""

import signal
import socket
import sys
import threading
from types import FrameType, TracebackType
from typing import Self

import keras

from training.common.ending import INTERRUPTED, leave

SECONDS_TO_END = 7.0
"""How long a batch, or the scoring of an epoch, may go on after Ctrl-C before the program ends without it."""


class InterruptionError(Exception):
    """The person at the keyboard asked the fit to end."""


class Interruption(keras.callbacks.Callback):
    """Between `with` and its end, turns the first SIGINT into an `InterruptionError` after the current batch.

    Raised between two batches it can cut neither a checkpoint nor a line of the history short, which a
    KeyboardInterrupt at any moment would. A second SIGINT raises that KeyboardInterrupt. A batch that takes longer than
    SECONDS_TO_END is not waited for: the program ends with what is on the disk, the best epoch so far.
    """

    def __init__(self) -> None:
        super().__init__()
        self.asked = False
        self._ended = threading.Event()

    def __enter__(self) -> Self:
        # Python's handler waits for TensorFlow to return from a batch; the byte that it writes here does not.
        self._heard, self._said = socket.socketpair()
        self._said.setblocking(False)
        self._wakeup_before = signal.set_wakeup_fd(self._said.fileno(), warn_on_full_buffer=False)
        self._before = signal.signal(signal.SIGINT, self._ask)
        threading.Thread(target=self._limit, name="interruption", daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ended.set()
        signal.signal(signal.SIGINT, self._before)
        signal.set_wakeup_fd(self._wakeup_before)
        self._said.close()

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

    def _limit(self) -> None:
        with self._heard as heard:
            while received := heard.recv(1):
                if received[0] == signal.SIGINT and not self._ended.wait(SECONDS_TO_END):
                    sys.stderr.write("\nmaskwatch-train: stopped; the best epoch so far is kept.\n")
                    leave(INTERRUPTED)
