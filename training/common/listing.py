"""What lies in a folder of data: its pictures, and a reason for each other file that could be one."""

from collections.abc import Iterator
from pathlib import Path

from edge.errors import UserError
from training.common.names import comparable, is_companion, printable
from training.common.pictures import SUFFIXES

DOCUMENTS = {
    "", ".txt", ".md", ".csv", ".json", ".jsonl", ".yaml", ".yml", ".xml", ".html", ".log", ".cache", ".toml", ".py",
    ".ipynb", ".names", ".rst",
}  # fmt: skip
"""Endings, in lower case, of files that are not meant as pictures."""

SPREADSHEETS = (".xlsx", ".xlsm", ".xls", ".ods", ".numbers", ".tsv", ".csv.txt", ".csv.xlsx")


def entries(folder: Path) -> list[Path]:
    """What lies directly in a folder, in a fixed order, without the companion files that systems leave there.

    Raises:
        UserError: The folder cannot be read.
    """
    try:
        return sorted(path for path in folder.iterdir() if not is_companion(Path(path.name)))
    except OSError as error:
        raise UserError(f"The folder {printable(folder)} cannot be read ({error.strerror}).") from error


def walk(folder: Path) -> Iterator[Path]:
    """Every file below a folder, in a fixed order, without companions; links to folders are not followed."""
    for path in entries(folder):
        if path.is_dir() and not path.is_symlink():
            yield from walk(path)
        elif not path.is_dir():
            yield path


def is_picture(path: Path) -> bool:
    """Whether a file's ending is one of a picture's."""
    return path.suffix.lower() in SUFFIXES


def why_no_picture(path: Path) -> str | None:
    """Why a file is not used as a picture, by its ending; None for a file that is not meant as a picture."""
    suffix = path.suffix.lower()
    if suffix in DOCUMENTS:
        return None
    if suffix in (".heic", ".heif"):
        return "is in Apple's HEIC format, which is not read: save it as JPEG"
    return f"has the ending {printable(suffix)}, which is not read: save it as JPEG or PNG if it is a picture"


def count_pictures(folder: Path) -> int:
    """How many pictures lie in and below a folder."""
    return sum(is_picture(path) for path in walk(folder))


def find_folder(folder: Path, name: str) -> Path | None:
    """The folder of a name in a folder, in capitals or not; None if there is none.

    Raises:
        UserError: There is more than one.
    """
    named = [path for path in entries(folder) if comparable(path.name) == comparable(name) and path.is_dir()]
    if len(named) > 1:
        raise UserError(f"{printable(folder)} has {' and '.join(printable(p.name) for p in named)}", "keep one of them")
    return named[0] if named else None


def find_table(folder: Path, stem: str, *, refuse: tuple[str, ...] = SPREADSHEETS) -> Path | None:
    """The table `stem.csv` of a folder, in capitals or not; None if there is nothing of that name.

    Raises:
        UserError: There is a file of that name that is not read, or more than one table.
    """
    named = [path for path in entries(folder) if comparable(path.name).startswith(f"{stem}.") and not path.is_dir()]
    tables = [path for path in named if comparable(path.name) == f"{stem}.csv"]
    if len(tables) > 1:
        raise UserError(
            f"{printable(folder)} has {' and '.join(printable(p.name) for p in tables)}", "keep one of them"
        )
    others = [path for path in named if comparable(path.name).removeprefix(stem).endswith(refuse)]
    if others and not tables:
        raise UserError(f"{printable(others[0])} is not read", f"save the table as {stem}.csv")
    return tables[0] if tables else None
