"""A thread that keeps a camera's newest picture, so that a slow reader gets a fresh one and never a queue."""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from edge.camera.frame_rate import FrameRate
from edge.errors import UserError
from edge.signals import POLL_SECONDS, StopFlag

EARLY = 0.1
"""A picture may come this share of a frame's time before it is due: cameras do not keep time exactly."""


PLUG_IN_AGAIN = "unplug it and plug it in again, or restart the board"
"""What helps if a camera does not answer."""


class CameraDriver(Protocol):
    """An open camera, as its driver gives it."""

    def grab(self) -> None:
        """Wait for the next picture, without the cost of reading it.

        Raises:
            Exception: What the driver raises when there is none.
        """
        ...

    def picture(self) -> np.ndarray:
        """The picture that has been grabbed: uint8 (height, width, 3), RGB."""
        ...

    def close(self) -> None:
        """Close the camera."""
        ...


OpenDriver = Callable[[], CameraDriver]
"""Opens a camera, or raises what its library raises."""


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture as it was taken."""

    image: np.ndarray
    """uint8 (height, width, 3), RGB."""
    seconds: float
    """On the capture's clock."""


class Capture:
    """Opens a camera in a thread of its own, reads it there, and closes it there.

    Nothing else touches the camera. A driver that hangs blocks only that thread, which is then abandoned.
    """

    def __init__(
        self,
        open_driver: OpenDriver,
        rate: FrameRate,
        clock: Callable[[], float],
        stop: StopFlag,
        waiting: Callable[[], object],
    ) -> None:
        """Begin.

        Args:
            open_driver: Opens the camera.
            rate: How many pictures a second are read; the others are grabbed and dropped.
            clock: Tells the time, in seconds; never runs back.
            stop: Ends every wait for the camera.
            waiting: Called every moment during such a wait.
        """
        self._open_driver, self._rate, self._clock, self._stop = open_driver, rate, clock, stop
        self._waiting = waiting
        self._changed = threading.Condition()
        self._shot: Shot | None = None
        self._error: Exception | None = None
        self._open = self._stopping = False
        self._newest_due = -math.inf
        self._thread = threading.Thread(target=self._run, name="capture", daemon=True)
        self._thread.start()

    def wait_until_open(self, seconds: float) -> None:
        """Wait for the camera, or until the program is to stop.

        Raises:
            UserError: It has not opened within `seconds`.
            Exception: What its driver raised.
        """
        if not self._wait_for(lambda: self._open or self._error, seconds):
            raise UserError(f"The camera has not opened within {seconds:g} s", PLUG_IN_AGAIN)
        if self._error and not self._open:
            raise self._error

    def newest(self, seconds: float) -> Shot | None:
        """The newest picture; each is given once. None if the program is to stop.

        Raises:
            UserError: None has come within `seconds`.
            Exception: What the camera's driver raised.
        """
        if not self._wait_for(lambda: self._shot or self._error, seconds):
            raise UserError(f"The camera has given no picture for {seconds:g} s", PLUG_IN_AGAIN)
        with self._changed:
            shot, self._shot = self._shot, None
        if shot is None and self._error:
            raise self._error
        return shot

    def close(self, seconds: float) -> bool:
        """Close the camera in its thread; returns whether it closed within `seconds`."""
        self._stopping = True
        self._thread.join(seconds)
        return not self._thread.is_alive()

    @property
    def hangs(self) -> bool:
        """Whether the thread has been told to stop and has not."""
        return self._stopping and self._thread.is_alive()

    def _wait_for(self, so: Callable[[], object], seconds: float) -> bool:
        """Wait for a condition or for the program's stop; returns whether that came in time."""
        until = time.monotonic() + seconds
        while not self._stop.is_set:
            left = max(0.0, until - time.monotonic())
            with self._changed:
                if self._changed.wait_for(so, min(left, POLL_SECONDS)):
                    return True
            if left <= POLL_SECONDS:
                return False
            self._waiting()
        return True

    def _run(self) -> None:
        try:
            driver = self._open_driver()
            try:
                self._read(driver)
            finally:
                driver.close()
        except Exception as error:  # noqa: BLE001  the reader of the pictures gets every error of a driver
            with self._changed:
                self._error = error
                self._changed.notify_all()

    def _read(self, driver: CameraDriver) -> None:
        with self._changed:
            self._open = True
            self._changed.notify_all()
        while not self._stopping:
            driver.grab()
            seconds = self._clock()
            if self._is_due(seconds):
                image = driver.picture()
                with self._changed:
                    self._shot = Shot(image, seconds)
                    self._changed.notify_all()

    def _is_due(self, seconds: float) -> bool:
        period = 1 / self._rate.frames_per_second  # as it is now: a rate that was raised counts at once
        due = self._newest_due + period
        if seconds < due - EARLY * period:
            return False
        self._newest_due = max(due, seconds - period / 2)  # a late picture is not followed by a burst
        return True
