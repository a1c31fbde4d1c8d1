"""TensorFlow's C++ part writes to the terminal past Python and past its own log level."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

STDERR = 2
"""Its file descriptor."""


@contextmanager
def silenced_stderr() -> Iterator[None]:
    """Drop what C++ writes to the terminal before TensorFlow has read its log level."""
    sys.stderr.flush()
    with Path(os.devnull).open("w") as nowhere:
        terminal = os.dup(STDERR)
        os.dup2(nowhere.fileno(), STDERR)
        try:
            yield
        finally:
            os.dup2(terminal, STDERR)
            os.close(terminal)
