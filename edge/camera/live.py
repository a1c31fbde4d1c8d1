"""A live camera that recovers: after a stall, an error or an unplugged cable it is opened again, without end."""

import time
from collections.abc import Callable, Iterator
from typing import Self

import numpy as np

from edge.camera.capture import PLUG_IN_AGAIN, Capture, OpenDriver, Shot
from edge.camera.frame import Frame
from edge.camera.frame_rate import FrameRate
from edge.camera.repetition import Repetition
from edge.errors import UserError
from edge.signals import POLL_SECONDS, StopFlag

OPENING_SECONDS = 20.0
"""How long a camera may take to open: libcamera needs seconds on a small board."""

CLOSING_SECONDS = 2.0
"""libcamera takes half of it."""

FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.5, 30.0
"""Between two tries to open a lost camera; the wait doubles from try to try."""

MOST_HANGING = 3
"""Threads that a hanging driver may block before only a new process can help."""

BLACK_LEVEL = 12
"""A picture is black if 99 of 100 pixels are at most this bright, of 255."""

BLACK = UserError("The picture is black", "take the cover off the lens, or switch a light on")

FROZEN = UserError("The camera sends the same picture over and over", PLUG_IN_AGAIN)


class CameraHangsError(OSError):
    """The driver no longer answers; a new process may be able to open the camera."""


class LiveCamera:
    """A camera whose frames never end.

    Between frames it may be blind: `trouble` then says why. From the moment the camera counts as lost until its next
    frame, `on_trouble` is called at least every few seconds.

    Raises:
        UserError: The camera cannot be opened now.
    """

    live = True

    def __init__(
        self,
        open_driver: OpenDriver,
        *,
        rate: FrameRate,
        rebuild_after_seconds: float,
        noisy: bool = True,
        closing_seconds: float = CLOSING_SECONDS,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
        stop: StopFlag | None = None,
        sleep: Callable[[float], object] | None = None,
    ) -> None:
        """Open it.

        Args:
            open_driver: Opens the camera; called again after each failure.
            rate: How many frames a second are given.
            rebuild_after_seconds: How long no picture may come, or only the same one, before it is opened again; at
                least the time of two frames.
            noisy: Whether a sensor's noise makes every two pictures differ; a recording's may well be equal.
            closing_seconds: How long a camera may take to close before it is abandoned.
            clock: Tells the time, in seconds; never runs back.
            wall_clock: Tells the Unix time, which may jump.
            stop: Ends the frames, and every wait for the camera; by default they never end.
            sleep: Waits for a number of seconds; by default `stop.wait`.
        """
        self.rate = rate
        self.trouble = ""
        self._told: UserError | None = None
        self.on_trouble: Callable[[UserError], None] = lambda _: None
        self._open_driver, self._noisy = open_driver, noisy
        self._rebuild_after_seconds, self._closing_seconds = rebuild_after_seconds, closing_seconds
        self._stop = stop or StopFlag()
        self._clock, self._wall_clock, self._sleep = clock, wall_clock, sleep or self._stop.wait
        self._started = clock()
        self._hanging: list[Capture] = []
        self._repetition = Repetition()
        self._capture = self._new_capture()
        try:
            self._capture.wait_until_open(OPENING_SECONDS)
        except Exception as error:  # a driver may raise anything
            self._capture.close(0.0)  # it may still open after all
            if isinstance(error, UserError):
                raise
            raise UserError(f"The camera cannot be opened ({str(error) or repr(error)})", PLUG_IN_AGAIN) from error

    @property
    def seconds(self) -> float:
        """Now, on the frames' clock."""
        return self._clock() - self._started

    @property
    def epoch(self) -> float:
        """Unix time at which the frames' clock showed 0, by the wall clock as it is now: a board sets it late."""
        return self._wall_clock() - self.seconds

    def __iter__(self) -> Iterator[Frame]:
        """The newest frames, until the program is to stop.

        Raises:
            CameraHangsError: The driver does not answer.
        """
        while shot := self._next_shot():
            self.trouble, self._told = "", None
            yield Frame(shot.image, shot.seconds - self._started)

    def __enter__(self) -> Self:
        """Open already."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Close the camera."""
        self._capture.close(self._closing_seconds)

    def _next_shot(self) -> Shot | None:
        wait = FIRST_WAIT_SECONDS
        while not self._stop.is_set:
            try:
                self._remind()
                self._capture.wait_until_open(OPENING_SECONDS)
                shot = self._capture.newest(self._patience)
                if shot is None or self._is_sight(shot):
                    return shot
            except Exception as error:  # noqa: BLE001  a driver may raise anything; opening it again is what helps
                trouble = error if isinstance(error, UserError) else UserError(str(error) or repr(error))
                self._tell(trouble)
                self._rebuild(wait, trouble)
                wait = min(2 * wait, LONGEST_WAIT_SECONDS)
        return None

    def _is_sight(self, shot: Shot) -> bool:
        """Whether a picture shows something and differs from the one before it.

        Some drivers send a picture twice; only a repetition that lasts is a fault.

        Raises:
            UserError: The camera is frozen.
        """
        new = not self._noisy or self._repetition.is_new(shot.image, shot.seconds)
        trouble = BLACK if is_black(shot.image) else FROZEN
        if trouble is BLACK:
            self._tell(BLACK)
        elif self._repetition.seconds:
            self.trouble = str(FROZEN)
        if self._repetition.seconds >= self._patience:
            self._repetition = Repetition()
            raise UserError(trouble.problem, trouble.remedy)
        return new and trouble is not BLACK

    def _rebuild(self, wait: float, trouble: UserError) -> None:
        if not self._closes():
            self._hanging = [capture for capture in [*self._hanging, self._capture] if capture.hangs]
        if self._stop.is_set:
            return
        if len(self._hanging) > MOST_HANGING:
            raise CameraHangsError(f"The camera's driver hangs ({trouble.problem}): maskwatch has to be started again.")
        while wait > 0 and not self._stop.is_set:
            self._sleep(min(wait, 1.0))
            wait -= 1.0
            self._remind()
        self._capture = self._new_capture()

    def _closes(self) -> bool:
        """Have the camera closed; whether that was done in time."""
        waited = 0.0
        while not self._capture.close(POLL_SECONDS):
            waited += POLL_SECONDS
            if waited >= self._closing_seconds or self._stop.is_set:
                return False
        return True

    def _tell(self, trouble: UserError) -> None:
        self.trouble, self._told = str(trouble), trouble
        self._remind()

    def _remind(self) -> None:
        if self._told:
            self.on_trouble(self._told)

    def _new_capture(self) -> Capture:
        return Capture(self._open_driver, self.rate, self._clock, self._stop, self._remind)

    @property
    def _patience(self) -> float:
        return self.rate.at_least_two_frames(self._rebuild_after_seconds)


def is_black(image: np.ndarray) -> bool:
    """Whether nothing can be seen in an image, uint8 (height, width, 3)."""
    sample = image[::32]  # a few whole rows tell as much as all; numpy takes much longer to step from pixel to pixel
    return bool(np.count_nonzero(sample > BLACK_LEVEL) <= 0.01 * sample.size)
