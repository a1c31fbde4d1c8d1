"""Writing the annotated clip."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import cv2
import numpy as np

from edge.errors import UserError
from edge.replay.annotate import draw
from edge.replay.place import refuse_place
from edge.runtime.frame_result import FrameResult

CODECS = {".webm": "VP80", ".mp4": "mp4v", ".avi": "MJPG"}
"""What OpenCV's own FFmpeg can write: VP8 plays in browsers too, MPEG-4 is the fastest to write."""


class AnnotatedClip:
    """A publisher that draws each result into a video file.

    A context manager: the file appears under its name when the block ends well, and not at all when it fails or
    nothing came. The video keeps the frames' own times: its frame rate is fixed, so a frame is repeated until
    the next one is due and left out where several fall on one.
    """

    def __init__(self, path: Path, rate: float) -> None:
        """Write to `path`, at `rate` frames a second.

        Raises:
            UserError: The name ends in something that cannot be written, or the folder is missing.
        """
        refuse_place(path, what="clip", endings=CODECS)
        self.path, self.rate = path, rate
        self.frames = 0
        """Written so far."""
        self._part = path.with_name(f".{path.stem}.part{path.suffix}")
        self._writer: cv2.VideoWriter | None = None
        self._size = (0, 0)
        self._began = 0.0

    def publish(self, result: FrameResult) -> None:
        """Draw the result and write it as often as it is due."""
        if self._writer is None:
            self._began = result.frame.seconds
        due = round((result.frame.seconds - self._began) * self.rate) + 1 - self.frames
        if due > 0:
            self._write(draw(result), due)

    def __enter__(self) -> Self:
        """The file is begun with the first result, whose size it takes."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *exception: object) -> None:
        """Close the file; give it its name, or take it away if the block failed."""
        if self._writer is None:
            return
        self._writer.release()
        if kind is None:
            self._part.replace(self.path)
        else:
            self._part.unlink(missing_ok=True)

    def _write(self, image: np.ndarray, times: int) -> None:
        if self._writer is None:
            self._size = (image.shape[1], image.shape[0])
            self._writer = _open_writer(self._part, self.rate, self._size)
        bgr = cv2.cvtColor(_fitted(image, self._size), cv2.COLOR_RGB2BGR)
        for _ in range(times):
            self._writer.write(bgr)
        self.frames += times


def _fitted(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The image in a video's size: a folder may hold pictures of several, and a video has one."""
    width, height = size
    if image.shape[:2] == (height, width):
        return image
    scale = min(width / image.shape[1], height / image.shape[0])
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)[:height, :width]
    right, below = width - small.shape[1], height - small.shape[0]
    sides = (below // 2, below - below // 2, right // 2, right - right // 2)
    return cv2.copyMakeBorder(small, *sides, cv2.BORDER_CONSTANT)


def _open_writer(path: Path, rate: float, size: tuple[int, int]) -> cv2.VideoWriter:
    fourcc = cv2.VideoWriter.fourcc(*CODECS[path.suffix.lower()])
    with _without_remarks():
        writer = cv2.VideoWriter(str(path), fourcc, rate, size)
    if not writer.isOpened():
        others = ", ".join(suffix for suffix in CODECS if suffix != path.suffix.lower())
        raise UserError(
            f"A {path.suffix} video cannot be written to {path.parent}", f"try a name that ends in {others}"
        )
    return writer


@contextmanager
def _without_remarks() -> Iterator[None]:
    """Keep OpenCV's C code from remarking on stderr that WebM knows no codec tags, which is as it should be."""
    stderr = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(stderr, 2)
        os.close(nowhere)
        os.close(stderr)
