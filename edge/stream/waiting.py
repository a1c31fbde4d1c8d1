"""Says that a reader waits for the door, so that it does not look as if it hangs."""

import errno
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from edge.stream.client import Away, Received, connected, unreachable


def say(line: str) -> None:
    """A line for the person at the terminal, or for the journal; lost where nobody reads it."""
    with suppress(OSError):
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()


def announced(messages: Iterable[Received], address: Path, say: Callable[[str], object] = say) -> Iterator[Received]:
    """The messages as they come; each time the door has ended, `say` gets one line about it.

    Args:
        messages: The door's.
        address: The door's socket.
        say: Gets the line.
    """
    for message in messages:
        if isinstance(message, Away):
            say(_waiting(address, message.reason))
        yield message


def say_if_away(address: Path, say: Callable[[str], object] = say) -> None:
    """Say that the program waits for the door, if the door does not answer now."""
    try:
        connected(address).close()
    except OSError as error:
        say(_waiting(address, error.strerror or str(error)))


def _waiting(address: Path, reason: str) -> str:
    error = PermissionError() if reason == os.strerror(errno.EACCES) else OSError(reason)
    return f"Waiting for the door. {unreachable(address, error)}"
