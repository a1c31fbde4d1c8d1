"""How the three programs end."""

import errno
import io
import os
import sys
from collections.abc import Callable
from contextlib import suppress

from edge.errors import UserError

REMEDIES = {
    errno.EACCES: "use sudo, or name another place",
    errno.EPERM: "use sudo, or name another place",
    errno.ENAMETOOLONG: "name a shorter one",
    errno.ENOSPC: "make room, or name another place",
    errno.EDQUOT: "make room, or name another place",
    errno.EROFS: "name another place",
}
"""Errors of files that a person can fix, and how. Any other is a fault of ours, and shows where it arose."""


def exit_status(program: str, command: Callable[[], int]) -> int:
    """Run a program's command.

    Args:
        program: Its name, with which the sentence about a mistake begins.
        command: Returns its own exit status.

    Returns:
        That status; 2 for something that the person can fix, and 1 if nobody reads the output any longer.
    """
    _print_every_name()
    try:
        status = command()
        sys.stdout.flush()
    except UserError as error:
        return _refused(program, error)
    except BrokenPipeError:
        _discard_output()
        return 1
    except OSError as error:
        if error.errno not in REMEDIES:
            raise
        if not error.filename:
            _discard_output()
        what = error.filename or "The output"
        return _refused(program, UserError(f"{what} cannot be used ({error.strerror})", REMEDIES[error.errno]))
    return status


def _refused(program: str, error: UserError) -> int:
    with suppress(OSError):
        sys.stderr.write(f"{program}: {error}\n")
    return 2


def _print_every_name() -> None:
    """Let a name that is not UTF-8, such as one from an old disk, be printed with escapes instead of failing."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _discard_output() -> None:
    """Keep Python from failing once more at exit, where it writes what is left."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
