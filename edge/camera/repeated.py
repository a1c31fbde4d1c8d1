"""A recording that stands in for a camera: in real time, again and again."""

import time
from collections.abc import Callable, Generator
from pathlib import Path

import numpy as np

from edge.camera.frame import Frame
from edge.camera.recording import open_recording

PATIENCE_SECONDS = 0.5
"""How long frames are left out before one is shown although its time has passed."""


class RepeatedRecording:
    """A camera's driver that plays a clip, a picture or a folder of pictures.

    Raises:
        UserError: It cannot be read.
    """

    def __init__(
        self, path: Path, *, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self._frames = _rounds(path)
        self._frame = next(self._frames)
        self._began = clock()

    def grab(self) -> None:
        """Wait for the next frame; those whose time has passed are left out.

        Where decoding is slower than real time no frame would be left, so the recording is then played more slowly.
        """
        asked = self._clock()
        frame = next(self._frames)
        while frame.seconds < self._clock() - self._began:
            if self._clock() - asked > PATIENCE_SECONDS:
                self._began = self._clock() - frame.seconds
                break
            frame = next(self._frames)
        self._sleep(max(0.0, frame.seconds - (self._clock() - self._began)))
        self._frame = frame

    def picture(self) -> np.ndarray:
        """The frame's image, uint8 (height, width, 3), RGB."""
        return self._frame.image

    def close(self) -> None:
        """Close the recording."""
        self._frames.close()


def _rounds(path: Path) -> Generator[Frame, None, None]:
    offset = 0.0
    while True:
        with open_recording(path) as recording:
            for frame in recording:
                seconds = offset + frame.seconds
                yield Frame(frame.image, seconds)
        offset = seconds + 1 / recording.rate
