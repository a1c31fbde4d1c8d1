"""What turns drawn frames into a video file: the machine's ffmpeg for H.264, or else what OpenCV brings."""

import contextlib
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from edge.errors import UserError
from edge.stderr import silenced_stderr

CODECS = {".webm": "VP80", ".mp4": "mp4v", ".avi": "MJPG"}
"""What OpenCV's own FFmpeg can write: VP8 plays in browsers too, MPEG-4 is the fastest to write."""

H264_ENCODERS = ("libx264", "libopenh264", "h264_v4l2m2m")
"""ffmpeg's names for them, the best first; the last is a Raspberry Pi's own."""

PROBE_SECONDS = 10.0
"""How long ffmpeg may take to encode one frame before it counts as unable to."""

LONGEST_SIDE = 3840
"""Of a video, in pixels: every codec can write so much, and every player can show it."""

SHORTEST_SIDE = 64
"""Of a video, in pixels: OpenCV's encoders damage the memory at a few pixels."""


class VideoWriter(Protocol):
    """Writes frames of one size to a file."""

    def write(self, image: np.ndarray, /) -> object:
        """Add a frame, uint8 (height, width, 3), BGR."""
        ...

    def release(self) -> None:
        """Finish the file."""
        ...


class FfmpegWriter:
    """Writes H.264 through the machine's ffmpeg, which plays everywhere."""

    def __init__(self, ffmpeg: str, encoder: str, path: Path, rate: float, size: tuple[int, int]) -> None:
        """Start ffmpeg; `size` is width and height, both even."""
        width, height = size
        options = ["-preset", "veryfast"] if encoder == "libx264" else []
        command = [
            ffmpeg, "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "bgr24", "-s", f"{width}x{height}",
            "-r", str(rate), "-i", "-", "-an", "-c:v", encoder, *options, "-pix_fmt", "yuv420p",
            "-movflags", "+faststart", "-f", "mp4", "-y", str(path.absolute()),
        ]  # fmt: skip
        self._messages = tempfile.TemporaryFile()  # noqa: SIM115 - release() closes it
        # A session of its own: Ctrl-C ends the recording, and ffmpeg then still has to finish the file.
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=self._messages, start_new_session=True
        )

    def write(self, image: np.ndarray, /) -> None:
        """Add a frame, uint8 (height, width, 3), BGR.

        Raises:
            UserError: ffmpeg gave up.
        """
        assert self._process.stdin
        try:
            self._process.stdin.write(image.tobytes())
        except OSError as error:
            raise UserError(f"ffmpeg stopped: {self._reason()}") from error

    def release(self) -> None:
        """Finish the file."""
        assert self._process.stdin
        with contextlib.suppress(OSError):  # it has ended already, and the check of the file finds out
            self._process.stdin.close()
        self._process.wait()
        self._messages.close()

    def _reason(self) -> str:
        self._messages.seek(0)
        lines = self._messages.read().decode(errors="replace").strip().splitlines()
        return lines[-1].strip(" .") if lines else "it does not say why"


def open_writer(path: Path, rate: float, size: tuple[int, int]) -> VideoWriter:
    """Begin a video.

    Args:
        path: The file; its ending, one of CODECS, says which kind.
        rate: Frames a second.
        size: Width and height in pixels, both even.

    Raises:
        UserError: No codec on this machine can write such a video, or the path is not UTF-8.
    """
    try:
        str(path).encode()
    except UnicodeEncodeError as error:  # with such a name OpenCV ends the process
        raise UserError(f"{path} is no name in UTF-8", "give the video, or its folder, another name") from error
    suffix = path.suffix.lower()
    found = h264_encoder() if suffix == ".mp4" else None
    if found:
        return FfmpegWriter(*found, path, rate, size)
    with silenced_stderr():  # OpenCV remarks that WebM knows no codec tags, which is as it should be
        writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*CODECS[suffix]), rate, size)
    if not writer.isOpened():
        raise UserError(
            f"This machine cannot write a {suffix} video of {size[0]} x {size[1]} pixels at {rate:g} frames a second",
            f"try a name that ends in {', '.join(other for other in CODECS if other != suffix)}",
        )
    return writer


def h264_encoder() -> tuple[str, str] | None:
    """The machine's ffmpeg and the encoder that it has for H.264, tried on one frame; None if there is none."""
    ffmpeg = shutil.which("ffmpeg")
    return next(((ffmpeg, encoder) for encoder in H264_ENCODERS if ffmpeg and _encodes(ffmpeg, encoder)), None)


def _encodes(ffmpeg: str, encoder: str) -> bool:
    trial = "color=size=64x64:rate=10:duration=0.1"
    command = [ffmpeg, "-f", "lavfi", "-i", trial, "-c:v", encoder, "-pix_fmt", "yuv420p", "-f", "null", "-"]
    try:
        run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PROBE_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return run.returncode == 0
