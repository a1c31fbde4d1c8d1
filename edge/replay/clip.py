"""Writing the annotated clip."""

import errno
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Self

import cv2
import numpy as np

from edge.errors import UserError
from edge.output_file import LEAST_FREE_BYTES, cannot_write, check_output, part_of
from edge.replay.annotate import draw
from edge.replay.video_writer import CODECS, LONGEST_SIDE, SHORTEST_SIDE, VideoWriter, open_writer
from edge.runtime.frame_result import FrameResult
from edge.stderr import silenced_stderr


class AnnotatedClip:
    """A publisher that draws each result into a video file.

    A context manager: the file appears under its name when the block ends well, and not at all when it fails or
    nothing came. The video keeps the frames' own times: its frame rate is fixed, so a frame is repeated until
    the next one is due and left out where several fall on one.
    """

    def __init__(self, path: Path, rate: float, *, inputs: Iterable[Path] = (), force: bool = False) -> None:
        """Write to `path`, at `rate` frames a second; `inputs` and `force` as for `check_output`.

        Raises:
            UserError: The file must not be written, or cannot be.
        """
        check_output(path, what="clip", endings=CODECS, inputs=inputs, force=force)
        self.path, self.rate = path, rate
        self.frames = 0
        """Written so far."""
        self._part = part_of(path)
        self._writer: VideoWriter | None = None
        self._size = (0, 0)
        self._began = 0.0

    def publish(self, result: FrameResult) -> None:
        """Draw the result and write it as often as it is due.

        Raises:
            UserError: The disk is full, or no codec can write such a picture.
        """
        if self._writer is None:
            self._began = result.frame.seconds
        due = round((result.frame.seconds - self._began) * self.rate) + 1 - self.frames
        if due > 0:
            self._write(draw(result), due)

    def __enter__(self) -> Self:
        """The file is begun with the first result, whose size it takes."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *exception: object) -> None:
        """Close the file; give it its name, or remove it if the block failed.

        Raises:
            UserError: The file has not become what was written.
        """
        if self._writer is None:
            return
        self._writer.release()
        whole = kind is None and self._is_whole()
        if whole:
            self._part.replace(self.path)
        else:
            self._part.unlink(missing_ok=True)
        if kind is None and not whole:
            raise UserError(f"The clip {self.path} could not be written whole", "make room or name another place")

    def _write(self, image: np.ndarray, times: int) -> None:
        if self._writer is None:
            self._size = _video_size(image)
            self._writer = open_writer(self._part, self.rate, self._size)
        if shutil.disk_usage(self.path.parent).free < LEAST_FREE_BYTES:
            raise cannot_write(self.path, "clip", OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
        bgr = cv2.cvtColor(_fitted(image, self._size), cv2.COLOR_RGB2BGR)
        for _ in range(times):
            self._writer.write(bgr)
        self.frames += times

    def _is_whole(self) -> bool:
        """Neither OpenCV nor a codec tells that the disk was full or a file too large: only the file does."""
        with silenced_stderr():
            written = cv2.VideoCapture(str(self._part), cv2.CAP_FFMPEG)
            frames = written.get(cv2.CAP_PROP_FRAME_COUNT)
            written.release()
        return frames > 0.9 * self.frames - 1


def _video_size(image: np.ndarray) -> tuple[int, int]:
    """Width and height of the video of an image: its own, or what every codec can write; even."""
    height, width = image.shape[:2]
    scale = min(1.0, LONGEST_SIDE / max(width, height))
    width, height = (max(SHORTEST_SIDE, round(side * scale / 2) * 2) for side in (width, height))
    return width, height


def _fitted(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The image in a video's size: a folder may hold pictures of several, and a video has one."""
    width, height = size
    if image.shape[:2] == (height, width):
        return image
    scale = min(width / image.shape[1], height / image.shape[0])
    inner = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    small = cv2.resize(image, inner, interpolation=cv2.INTER_AREA)[:height, :width]
    right, below = width - small.shape[1], height - small.shape[0]
    sides = (below // 2, below - below // 2, right // 2, right - right // 2)
    return cv2.copyMakeBorder(small, *sides, cv2.BORDER_CONSTANT)
