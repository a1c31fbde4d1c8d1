"""Reading tables as spreadsheets save them: CSV in any usual encoding, with any usual separator."""

import codecs
import csv
import io
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from edge.errors import UserError
from training.common.names import printable

Value = TypeVar("Value")

SEPARATORS = (",", ";", "\t", "|")
LARGEST_BYTES = 500_000_000

FORMATS = (
    (b"PK\x03\x04", "a spreadsheet's own file (.xlsx or .ods)"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls)"),
    (b"\x1f\x8b", "compressed (gzip)"),
    (b"%PDF", "a PDF"),
    (b"{\\rtf", "a text document (RTF)"),
)
"""First bytes of files that are taken for CSV only by their name, and what they are."""

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte-order marks, and the encodings that they announce."""

NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d{1,3})?", re.ASCII)


def number_of(text: str) -> float | None:
    """A number as people and programs write it, with a decimal point or comma; None of anything else.

    It is infinite where it is written with too large an exponent, such as 1e999.
    """
    return float(text.replace(",", ".")) if NUMBER.fullmatch(text) else None


@dataclass(frozen=True)
class Row:
    """A line of a table."""

    table: Path
    line: int
    """Where it ends in the file, from 1."""
    cells: dict[str, str]
    """By the name of the column, in lower case."""
    separator: str = ","

    def text(self, column: str) -> str:
        """A cell, empty where the line or the table does not have it."""
        return self.cells.get(column, "")

    def number(self, column: str) -> float:
        """A cell as a number; decimal commas are understood where the table's separator leaves no doubt.

        Raises:
            UserError: It is none.
        """
        text = self.text(column)
        number = number_of(text)
        if number is None or math.isinf(number) or ("," in text and self.separator == ","):
            raise self.error(f"has {text!r} in column {column} where a number is needed")
        return number

    def path(self, column: str) -> tuple[str, ...]:
        """A cell as the parts of a path, written with slashes or backslashes."""
        return tuple(part for part in self.text(column).replace("\\", "/").split("/") if part not in ("", "."))

    def parsed(self, column: str, parse: Callable[[str], Value], what: str) -> Value:
        """What `parse` makes of a cell.

        Raises:
            UserError: It raised; the sentence says that `what` is needed.
        """
        try:
            return parse(self.text(column))
        except (ValueError, TypeError, KeyError, RecursionError, OverflowError) as error:
            raise self.error(f"does not hold {what} in column {column}") from error

    def error(self, fault: str) -> UserError:
        """A fault of this line as a sentence."""
        return UserError(f"Line {self.line} of {printable(self.table)} {printable(fault)}", "correct that line")


def read_table(path: Path, *columns: str) -> list[Row]:
    """Read a CSV file with a line of column names.

    UTF-8, UTF-16 and UTF-32 with or without a byte-order mark and Windows-1252 are read; so are commas, semicolons,
    tabs and bars as separators, every kind of line end, quotation marks, and Excel's `sep=` line.

    Args:
        path: The file.
        columns: The columns that it must have; capitals do not matter.

    Raises:
        UserError: It cannot be read, is no CSV, or lacks a column.
    """
    lines = list(_lines(path, columns))
    if not lines:
        raise UserError(f"{printable(path)} is empty", f"it must begin with the column names {', '.join(columns)}")
    (_, header, separator), *rest = lines
    names = [name.strip().lower() for name in header]
    _refuse_columns(path, names, columns)
    return [
        Row(path, line, dict(zip(names, (cell.strip() for cell in cells), strict=False)), separator)
        for line, cells, _ in rest
        if any(cell.strip() for cell in cells)
    ]


def _refuse_columns(path: Path, names: Sequence[str], columns: Sequence[str]) -> None:
    missing = [column for column in columns if column not in names]
    if missing:
        raise UserError(
            f"{printable(path)} has no column {', '.join(missing)} in its first line, "
            f"only {printable(', '.join(names))[:200]}",
            f"save it as CSV with the columns {', '.join(columns)}",
        )
    twice = [column for column in columns if names.count(column) > 1]
    if twice:
        raise UserError(f"{printable(path)} has more than one column {twice[0]}", "keep the right one")


def _lines(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, list[str], str]]:
    text = read_text(path)
    separator, text, skipped = _separator(text, columns)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for cells in reader:
            yield reader.line_num + skipped, _unwrapped(cells, separator), separator
    except csv.Error as error:
        raise UserError(
            f"Line {reader.line_num + skipped} of {printable(path)} is no line of a CSV file ({error})", "correct it"
        ) from error


def _unwrapped(cells: list[str], separator: str) -> list[str]:
    """The cells of a line that was saved whole as one quoted cell."""
    return next(csv.reader(cells, delimiter=separator), cells) if len(cells) == 1 and separator in cells[0] else cells


def _separator(text: str, columns: Sequence[str]) -> tuple[str, str, int]:
    """The separator, the text from the column names on, and the number of lines before."""
    first, end, rest = _first_line(text)
    if (announced := re.fullmatch(r"sep=(.)", first.strip('"'))) and end:
        return announced[1], rest, 1
    header = {separator: _names(first, separator) for separator in SEPARATORS}
    return max(SEPARATORS, key=lambda s: sum(column in header[s] for column in columns)), text, 0


def _names(line: str, separator: str) -> set[str]:
    cells = next(csv.reader([line], delimiter=separator), [])
    return {name.strip().lower() for name in _unwrapped(cells, separator)}


def _first_line(text: str) -> tuple[str, str, str]:
    end = re.search(r"\r\n|\r|\n", text)
    return (text[: end.start()], end[0], text[end.end() :]) if end else (text, "", "")


def read_text(path: Path) -> str:
    """The text of a file in any usual encoding, see `read_table`.

    Raises:
        UserError: It cannot be read, or is no text.
    """
    return _decoded(path, _content(path))


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise UserError(f"{printable(path)} is larger than {LARGEST_BYTES // 10**6} MB", "it cannot be a table")
        content = path.read_bytes()
    except OSError as error:
        raise UserError(f"{printable(path)} cannot be read ({error.strerror})", "put a readable file there") from error
    for beginning, what in FORMATS:
        if content.startswith(beginning):
            raise UserError(f"{printable(path)} is {what}, despite its name", "save the table as CSV (UTF-8)")
    return content


def _decoded(path: Path, content: bytes) -> str:
    for encoding in (announced_encoding(content), "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeError:
            continue
        if "\0" not in text:
            return text
    raise UserError(f"{printable(path)} is no text that can be read", "save it as plain text in UTF-8")


def announced_encoding(content: bytes) -> str:
    """The encoding of a text by its byte-order mark or, for UTF-16, by the zeros in its ASCII letters; else "utf-8"."""
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return encoding
    # A text that begins with column names or with tags begins with ASCII: in UTF-16 every other byte is 0.
    if content[1:40:2].count(0) > 10:
        return "utf-16-le"
    return "utf-16-be" if content[0:40:2].count(0) > 10 else "utf-8"
