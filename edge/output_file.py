"""Where a command writes: whether it may and can is found out before the work, not after it."""

import errno
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from edge.errors import UserError

LEAST_FREE_BYTES = 1_000_000
"""With less on the disk nothing is begun."""


def check_output(
    path: Path, *, what: str, endings: Iterable[str] = (), inputs: Iterable[Path] = (), force: bool = False
) -> None:
    """Refuse a file that must not be written, or cannot be.

    Args:
        path: The file to be.
        what: It is to hold, such as "clip".
        endings: In small letters, those that its name may have; any if there are none.
        inputs: What the command reads: files, and folders of which it reads every file.
        force: Whether a file that exists may be replaced, if it is no input.

    Raises:
        UserError: The name has another ending, the file is an input or exists, or it cannot be written.
    """
    endings = tuple(endings)
    if endings and path.suffix.lower() not in endings:
        raise UserError(f"{path} cannot be written", f"give the {what} a name that ends in {', '.join(endings)}")
    _check_inputs(path, what, inputs)
    try:
        _check_existing(path, what, force=force)
    except OSError as error:
        raise cannot_write(path, what, error) from error
    _check_folder(path, what)


def part_of(path: Path) -> Path:
    """Where a file is written before it gets its name: beside it, under a name that nothing else has."""
    return path.with_name(f".{path.stem}.part{os.getpid()}{path.suffix}")


def cannot_write(path: Path, what: str, error: OSError) -> UserError:
    """The sentence for a file that the operating system refuses to write."""
    reason = error.strerror or str(error)
    remedy = "name another place"
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        remedy = "make room or name another place"
    return UserError(f"The {what} cannot be written to {path} ({reason})", remedy)


def _check_inputs(path: Path, what: str, inputs: Iterable[Path]) -> None:
    for source in inputs:
        if not source.exists():
            continue
        if source.is_dir():
            if path.parent.exists() and path.parent.samefile(source):
                raise UserError(
                    f"{path} would lie among the files that are read", f"write the {what} to another folder"
                )
            files = [file for file in source.iterdir() if file.is_file()]
        else:
            files = [source]
        if path.exists() and any(path.samefile(file) for file in files):
            raise UserError(f"{path} is read by this command and would be lost", f"give the {what} another name")


def _check_existing(path: Path, what: str, *, force: bool) -> None:
    if path.is_dir():
        raise UserError(f"{path} is a folder", f"name a file for the {what}")
    if path.exists() and not path.is_file():
        raise UserError(f"{path} is no ordinary file", f"name another for the {what}")
    if not force and (path.exists() or path.is_symlink()):
        raise UserError(f"{path} exists", f"give the {what} another name, or replace it with --force")


def _check_folder(path: Path, what: str) -> None:
    folder = path.parent
    if not folder.is_dir():
        raise UserError(f"There is no folder {folder} to write the {what} {path.name} into", "make it first")
    try:
        probe = part_of(path)
        os.close(os.open(probe, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        probe.unlink()
        if shutil.disk_usage(folder).free < LEAST_FREE_BYTES:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    except OSError as error:
        raise cannot_write(path, what, error) from error
