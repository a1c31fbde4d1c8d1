"""Silencing libraries in C++, which write to the terminal themselves and ignore Python's redirections."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

STDERR = 2
"""Its file descriptor."""


@contextmanager
def silenced_stderr() -> Iterator[None]:
    """Within it, what C++ writes to standard error is dropped."""
    if sys.stderr is None:  # closed when the program began
        yield
        return
    sys.stderr.flush()
    with Path(os.devnull).open("w") as nowhere:
        terminal = os.dup(STDERR)
        os.dup2(nowhere.fileno(), STDERR)
        try:
            yield
        finally:
            os.dup2(terminal, STDERR)
            os.close(terminal)
