"""How the program ends."""

import contextlib
import os
import sys
from typing import NoReturn

INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells have it: 128 and the signal's number."""


def leave(status: int) -> NoReturn:
    """End the process at once, with all output written.

    TensorFlow's threads may call into Python while it shuts down, which ends in an abort or in waiting forever.
    """
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
    os._exit(status)
