"""Recordings: a video, a picture, a folder of pictures. Each keeps its own clock, however fast it is read."""

from collections.abc import Iterator
from pathlib import Path
from typing import Self

import cv2
import numpy as np

from edge.camera.frame import Frame
from edge.errors import UserError

PICTURE_SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".webp"}

PICTURE_SECONDS = 1.0
"""How long a still picture is held before the lens."""

PICTURE_RATE = 10
"""Frames a second while it is."""

FALLBACK_RATE = 25.0
"""Frames a second of a video that does not say."""


class Video:
    """A video file, read with OpenCV.

    Raises:
        UserError: It cannot be read as a video.
    """

    epoch, live = 0.0, False

    def __init__(self, path: Path) -> None:
        self.path = path
        self._capture = cv2.VideoCapture(str(path))
        self.rate = self._capture.get(cv2.CAP_PROP_FPS) or FALLBACK_RATE
        self._first = self._read()
        if self._first is None:
            raise UserError(f"{path} cannot be read as a video or a picture", "name a clip that plays elsewhere")

    def __iter__(self) -> Iterator[Frame]:
        """Every frame; its time follows from its number and the video's frame rate."""
        image, number = self._first, 0
        while image is not None:
            yield Frame(image, number / self.rate)
            image, number = self._read(), number + 1

    def __enter__(self) -> Self:
        """Open already."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Close the file."""
        self._capture.release()

    def _read(self) -> np.ndarray | None:
        read, image = self._capture.read()
        return cv2.cvtColor(image, cv2.COLOR_BGR2RGB) if read else None


class Pictures:
    """Still pictures, each held before the lens for a second.

    Raises:
        UserError: One cannot be read.
    """

    epoch, live = 0.0, False
    rate: float = PICTURE_RATE

    def __init__(self, paths: list[Path]) -> None:
        self.paths = paths
        for path in paths:
            if not cv2.haveImageReader(str(path)):
                raise UserError(f"{path} cannot be read as a picture", "take it away or replace it")

    def __iter__(self) -> Iterator[Frame]:
        """Each picture's frames in turn."""
        held = round(PICTURE_SECONDS * PICTURE_RATE)
        for number, path in enumerate(self.paths):
            image = cv2.imread(str(path), cv2.IMREAD_COLOR)
            if image is None:
                raise UserError(f"{path} cannot be read as a picture", "take it away or replace it")
            for step in range(held):
                yield Frame(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), (number * held + step) / PICTURE_RATE)

    def __enter__(self) -> Self:
        """Nothing to open."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Nothing to close."""


def open_recording(path: Path) -> Video | Pictures:
    """The recording at a path.

    Raises:
        UserError: There is nothing there, nothing in the folder, or nothing that can be read.
    """
    if path.is_dir():
        pictures = sorted(p for p in path.iterdir() if p.suffix.lower() in PICTURE_SUFFIXES)
        if not pictures:
            raise UserError(
                f"The folder {path} holds no pictures ({', '.join(sorted(PICTURE_SUFFIXES))})", "put some in"
            )
        return Pictures(pictures)
    if not path.is_file():
        raise UserError(
            f"There is no file or folder {path}", "name a clip, a picture, a folder, /dev/videoN or picamera2"
        )
    return Pictures([path]) if path.suffix.lower() in PICTURE_SUFFIXES else Video(path)
