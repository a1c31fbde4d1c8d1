"""CSV files that a run writes and reads again: every file name survives, even one that is not UTF-8."""

import csv
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from edge.errors import UserError
from training.common.names import printable

Value = TypeVar("Value")


def save_rows(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write rows below a line of column names."""
    with path.open("w", newline="", encoding="utf-8", errors="surrogateescape") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)


def read_rows(path: Path, parse: Callable[[dict[str, str]], Value]) -> list[Value]:
    """Read what `save_rows` wrote.

    Args:
        path: The file.
        parse: Makes one value of a row, by column.

    Raises:
        UserError: The file is missing or damaged; the sentence names the line.
    """
    line = 1
    try:
        with path.open(newline="", encoding="utf-8", errors="surrogateescape") as file:
            reader: Any = csv.DictReader(file)
            values = []
            for row in reader:
                line = reader.line_num
                values.append(parse(row))
            return values
    except OSError as error:
        raise UserError(f"{printable(path)} cannot be read ({error.strerror})", "begin a new run") from error
    except (KeyError, ValueError, TypeError, AttributeError, RecursionError, OverflowError, csv.Error) as error:
        raise UserError(f"Line {line} of {printable(path)} is damaged", "begin a new run") from error
