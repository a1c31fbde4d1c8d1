"""The command of a benchmark that counts under QEMU: print its tables, save its record, draw it, keep the page true."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from card import with_figures
from emulated import HERE
from tables import TextTable

from tests.arm.cache import NotReachedError

PAGE = HERE / "README.md"

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
    shown = [table.markdown() for table in tables(record)]
    sys.stdout.write("\n\n".join(shown) + "\n")
    if arguments.json:
        arguments.json.write_text(json.dumps(record, indent=1) + "\n")
    if arguments.json and arguments.json.samefile(committed):
        PAGE.write_text(with_figures(PAGE.read_text(), shown, by=by))
    if arguments.png:
        draw(record, arguments.png)
    return 0


def _arguments(description: str | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    parser.add_argument("--png", type=Path, metavar="FILE", help="draw them there")
    return parser.parse_args()
