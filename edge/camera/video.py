"""A video file as frames, each at the time that its container states."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import cv2
import numpy as np

from edge.camera.decoder_messages import DecoderMessages
from edge.camera.frame import Frame
from edge.camera.picture_file import check_size
from edge.camera.recording_clock import RecordingClock
from edge.errors import UserError

FALLBACK_RATE = 25.0
"""Frames a second of a video that states none, or one that cannot be."""

RATES = (0.5, 240.0)
"""Lowest and highest frame rate that a video may state and be believed."""

LEAST_ATTEMPTS = 100
"""Frames in a row that cannot be decoded before a video counts as ended, unless it announces more."""

MOST_ATTEMPTS = 100_000

MISSING_SECONDS = 0.5
"""A gap in a damaged video is reported if it is longer than this."""

Gap = tuple[float, float]
"""Begin and end, in seconds, of a time of which no frame could be decoded."""


class Video:
    """A video file, read with OpenCV. A frame that cannot be decoded is left out and counted.

    Raises:
        UserError: It cannot be read as a video.
    """

    epoch, live = 0.0, False

    def __init__(self, path: Path) -> None:
        self.path = path
        self._messages = DecoderMessages()
        self._file = path.open("rb")
        with self._messages.collected():
            # With one thread a decoder complains of a frame in the call that reads it.
            self._capture = cv2.VideoCapture(self._opened_name(), cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
        rate = self._capture.get(cv2.CAP_PROP_FPS)
        self.rate = rate if RATES[0] <= rate <= RATES[1] else FALLBACK_RATE
        self.frames = 0
        """Frames read so far."""
        self.seconds = 0.0
        """Where the newest frame ends; the video's length once every frame was read."""
        self._announced = max(0, min(int(self._number(cv2.CAP_PROP_FRAME_COUNT)), MOST_ATTEMPTS))
        self._clock = RecordingClock(1 / self.rate)
        self._pauses: list[Gap] = []
        self._lost: list[float] = []
        """When each frame that could not be decoded was due, in seconds."""
        self._faulty: list[float] = []
        """When each frame is shown in whose call the decoder complained, in seconds."""
        self._complained_after = False
        """Whether the decoder complained after the newest frame."""
        self._ended = False
        """Whether every frame was read; a person may stop before."""
        check_size(path, *(int(self._number(side)) for side in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT)))
        self._first = self._next()
        if self._first is None:
            self.__exit__()
            raise UserError(f"{path} cannot be read as a video or a picture", "name a clip that a player can play")

    def __iter__(self) -> Iterator[Frame]:
        """Every frame that can be decoded, at the time that the container states."""
        frame = self._first
        while frame is not None:
            yield frame
            frame = self._next()

    def __enter__(self) -> Self:
        """Open already."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Close the file."""
        self._capture.release()
        self._messages.close()
        self._file.close()

    @property
    def announced_seconds(self) -> float:
        """How long the container says that it is; 0 if it does not."""
        return self._announced / self.rate

    @property
    def gaps(self) -> list[Gap]:
        """Where a damaged video shows nothing, the end included; complete once every frame was read."""
        ends = [(self.seconds, self.seconds + self._missing)] if self._missing > MISSING_SECONDS else []
        return (self._pauses if self._count(self._lost) else []) + ends

    @property
    def damage(self) -> str:
        """One sentence on what was lost so far, and of the end once it was reached; empty if nothing was."""
        lost, faulty = self._count(self._lost), self._count(self._faulty)
        parts = [f"{_frames(lost)} could not be decoded"] if lost else []
        parts += [f"{_frames(faulty)} may show errors"] if faulty else []
        if self._missing > MISSING_SECONDS:
            parts.append(f"the last {self._missing:.1f} s are missing")
        elif self._cut:
            parts.append("the end is missing")
        if not parts:
            return ""
        whole = f"{self.frames} frames, {self.seconds:.1f} s, were used"
        return f"{self.path} is damaged: {', '.join(parts)}; {whole}. Copy it again from where it came from."

    @property
    def _missing(self) -> float:
        """Seconds that the container announces and does not hold.

        A container may count the frames or only know its length, from which OpenCV then derives a count.
        """
        if not self._ended or self.frames + len(self._lost) >= self._announced:
            return 0.0
        return max(0.0, self._announced / self.rate - self.seconds)

    @property
    def _cut(self) -> bool:
        """Whether the end is missing: a long one by the container's length, any other by the decoder's complaint."""
        complained = self._complained_after and (self._missing > 0 or not self._announced)
        return complained or self._missing > MISSING_SECONDS

    def _count(self, faults: list[float]) -> int:
        """Faults but for those of a missing end.

        A decoder that holds frames back gives the last of them after it met the cut, and complains of it in between.
        """
        return sum(at < self.seconds - MISSING_SECONDS for at in faults) if self._cut else len(faults)

    def _next(self) -> Frame | None:
        for failed in range(max(LEAST_ATTEMPTS, self._announced - self.frames)):
            complaints = self._messages.complaints
            with self._messages.collected():
                read, image = self._capture.read()
            complained = self._messages.complaints > complaints
            if read:
                return self._frame(image, failed, complained=complained)
            self._complained_after |= complained
        self._ended = True
        return None

    def _frame(self, image: np.ndarray, failed: int, *, complained: bool) -> Frame:
        seconds = self._clock.read(self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000)
        if seconds - self.seconds > MISSING_SECONDS:
            self._pauses.append((self.seconds, seconds))
        self._lost += [self.seconds] * failed
        self._faulty += [seconds] * complained
        self._complained_after = False
        self.frames += 1
        self.seconds = seconds + 1 / self.rate
        return Frame(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), seconds)

    def _opened_name(self) -> str:
        """An absolute path, in which FFmpeg finds no protocol; OpenCV crashes on a name that is not UTF-8."""
        try:
            name = str(self.path.absolute())
            name.encode()
        except UnicodeEncodeError:
            return f"/proc/self/fd/{self._file.fileno()}"
        return name

    def _number(self, of: int) -> float:
        value = self._capture.get(of)
        return value if math.isfinite(value) else 0.0


def _frames(count: int) -> str:
    return f"{count} frame" if count == 1 else f"{count} frames"
