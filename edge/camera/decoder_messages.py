"""What decoders written in C say about damaged files.

They write to standard error, dozens of lines for one broken byte. A person needs one sentence, and a program needs
to know which frames are damaged.
"""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

STDERR = 2
"""Its file descriptor."""

DECODERS = re.compile(
    r"\[[\w,]+ @ 0x|\[ ?(WARN|ERROR|INFO):|OpenCV|libpng|\s*Last message repeated|Corrupt JPEG|Premature end|"
    r"Invalid (SOS|JPEG)|Unsupported marker|Inconsistent|Quantization|Warning: unknown JFIF"
)
"""How a line begins that FFmpeg, OpenCV, libpng or libjpeg wrote."""


class DecoderMessages:
    """Takes decoders' lines off standard error and counts the calls that they complained in."""

    def __init__(self) -> None:
        self.complaints = 0
        """Calls in which a decoder found a fault."""
        self._kept: BinaryIO = os.fdopen(os.memfd_create("decoder"), "r+b")

    @contextmanager
    def collected(self) -> Iterator[None]:
        """Within it, decoders' lines are kept; what other threads write in the meantime is passed on afterwards."""
        try:
            terminal = os.dup(STDERR)
        except OSError:  # closed when the program began
            yield
            return
        if sys.stderr is not None:
            sys.stderr.flush()
        os.dup2(self._kept.fileno(), STDERR)
        try:
            yield
        finally:
            os.dup2(terminal, STDERR)
            os.close(terminal)
            self._sift()

    def close(self) -> None:
        """Give the memory back."""
        self._kept.close()

    def _sift(self) -> None:
        """The kept file shares its position with standard error, so it is at 0 if nothing was written."""
        descriptor = self._kept.fileno()
        written = os.lseek(descriptor, 0, os.SEEK_CUR)
        if not written:
            return
        lines = os.pread(descriptor, written, 0).splitlines(keepends=True)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.ftruncate(descriptor, 0)
        foreign = [line for line in lines if not DECODERS.match(line.decode(errors="replace"))]
        self.complaints += len(foreign) < len(lines)
        if foreign:
            os.write(STDERR, b"".join(foreign))
