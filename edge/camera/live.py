"""Live cameras: any V4L2 device (a USB webcam) through OpenCV, and a Raspberry Pi camera through picamera2."""

import errno
import importlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import cv2

from edge.camera.frame import Frame
from edge.errors import UserError


class WebCamera:
    """A V4L2 camera such as /dev/video0.

    Raises:
        UserError: There is no such device, or it cannot be used now.
    """

    def __init__(self, device: Path, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.device, self._clock = device, clock
        _refuse_unusable(device)
        self._capture = cv2.VideoCapture(str(device), cv2.CAP_V4L2)
        # Compressed frames leave room on the USB bus; one buffer keeps the newest frame and no stale ones.
        self._capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        self._capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        if not self._capture.isOpened():
            raise UserError(f"The camera {device} gives no pictures: close the program that uses it, or name another.")
        self._started, self.epoch = clock(), time.time()

    def __iter__(self) -> Iterator[Frame]:
        """Frames until the camera fails."""
        while True:
            read, image = self._capture.read()
            if not read:
                raise UserError(f"The camera {self.device} stopped giving pictures: see that it is plugged in.")
            yield Frame(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), self._clock() - self._started)

    def __enter__(self) -> Self:
        """Open already."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Let the device go."""
        self._capture.release()


class RaspberryPiCamera:
    """A camera on the Pi's own connector.

    Raises:
        UserError: picamera2 is not installed, or there is no camera.
    """

    def __init__(self, *, width: int = 640, height: int = 480, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._camera = _picamera2().Picamera2()
        # libcamera names formats by the order in a little-endian word: its "BGR888" is R, G, B in memory.
        video = self._camera.create_video_configuration(main={"size": (width, height), "format": "BGR888"})
        self._camera.configure(video)
        self._camera.start()
        self._started, self.epoch = clock(), time.time()

    def __iter__(self) -> Iterator[Frame]:
        """Frames for ever."""
        while True:
            yield Frame(self._camera.capture_array("main"), self._clock() - self._started)

    def __enter__(self) -> Self:
        """Open already."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Stop the camera and let it go."""
        self._camera.stop()
        self._camera.close()


def _refuse_unusable(device: Path) -> None:
    try:
        os.close(os.open(device, os.O_RDWR | os.O_NONBLOCK))
    except FileNotFoundError as error:
        raise UserError(f"There is no camera {device}: plug it in, or see `ls /dev/video*`.") from error
    except PermissionError as error:
        raise UserError(f"You may not use {device}: join its group with `sudo usermod -aG video $USER`.") from error
    except OSError as error:
        why = "is in use by another program" if error.errno == errno.EBUSY else f"cannot be opened ({error.strerror})"
        raise UserError(f"The camera {device} {why}: close that program, or name another camera.") from error


def _picamera2() -> Any:
    try:
        return importlib.import_module("picamera2")
    except ImportError as error:
        raise UserError("picamera2 is not installed: on the Pi run `sudo apt install python3-picamera2`.") from error
