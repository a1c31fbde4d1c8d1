"""The command of a benchmark that counts under QEMU: print its tables, save its record, draw it, keep the page true."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from saved import save
from tables import TextTable

from tests.arm.cache import NotReachedError

Record = TypeVar("Record", bound=dict[str, Any])


def run_command(
    description: str | None,
    *,
    count: Callable[[], Record],
    tables: Callable[[Record], Sequence[TextTable]],
    draw: Callable[[Record, Path], None],
    committed: Path,
    by: str,
) -> int:
    """Run the command; returns the exit status.

    Args:
        description: What `--help` says.
        count: Gives the record.
        tables: Of a record.
        draw: Draws a record into a PNG file.
        committed: The record in the repository; with it the tables in PAGE are replaced.
        by: The benchmark's file name, which marks its tables in PAGE.
    """
    arguments = _arguments(description)
    try:
        record = count()
    except NotReachedError as reason:
        sys.stderr.write(f"{Path(by).stem}: nothing was counted, because {reason}\n")
        return 2
    sys.stdout.write("\n\n".join(table.markdown() for table in tables(record)) + "\n")
    if arguments.json:
        save(record, arguments.json, tables(record), committed=committed, by=by)
    if arguments.png:
        draw(record, arguments.png)
    return 0


def _arguments(description: str | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    parser.add_argument("--png", type=Path, metavar="FILE", help="draw them there")
    return parser.parse_args()
