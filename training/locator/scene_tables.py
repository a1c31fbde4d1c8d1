"""Scenes whose boxes are in CSV files, one for each split."""

from collections import defaultdict
from pathlib import Path

import numpy as np

from training.common.listing import entries, find_folder, find_table, is_picture, walk, why_no_picture
from training.common.names import comparable, printable
from training.common.splits import FOLDERS
from training.common.tables import Row, read_table
from training.locator.box_checks import LONGEST_SIDE_PX
from training.locator.found import AnnotatedPicture, Reading

TABLES = FOLDERS | {"extra": "train", "unseen": "unseen"}
"""Names of the CSV files, each beside a folder of its name, and the split that its scenes belong to."""

SIDES = ("xmin", "ymin", "xmax", "ymax")
COLUMNS = ("image", *SIDES)
DEFAULT_LABEL = "face"


def has_tables(folder: Path) -> bool:
    """Whether a folder holds a `train.csv`.

    Raises:
        UserError: It holds a table of that name in a form that is not read.
    """
    return find_table(folder, "train") is not None


def read_tables(folder: Path, apart: tuple[str, ...]) -> Reading:
    """Read the tables of a folder and the pictures beside them.

    Args:
        folder: That of the tables.
        apart: Names of folders that belong to another table.

    Raises:
        UserError: A table cannot be read, or a line of it is wrong.
    """
    reading = Reading()
    suspects = _read_suspects(folder)
    tables = {name: table for name in TABLES if (table := find_table(folder, name))}
    for name, table in tables.items():
        _read_split(reading, folder, table, TABLES[name], suspects)
    for path in entries(folder):
        if path.is_dir() and comparable(path.name) not in (*tables, *apart):
            reading.leave_out(path.name, f"is a folder without a table {path.name}.csv beside it")
        elif is_picture(path):
            reading.leave_out(path.name, "lies outside the folders of the tables")
    return reading


def _read_split(reading: Reading, folder: Path, table: Path, split: str, suspects: dict[str, int]) -> None:
    images = find_folder(folder, table.stem)
    rows = _rows_by_picture(table)
    for path in walk(images) if images else ():
        name = path.relative_to(images or folder)
        shown = f"{table.stem}/{name}"
        of_picture = rows.pop(comparable(name.as_posix()), None)
        if not is_picture(path):
            if reason := why_no_picture(path):
                reading.leave_out(shown, reason, annotated=of_picture is not None)
        elif of_picture is None and len(name.parts) > 1:
            reading.leave_out(shown, f"lies in a folder below {table.stem} and has no row in {table.name}")
        else:
            # A picture without a row is a scene without a face, which is as useful as any other.
            reading.notes[f"without a row in {table.name}: used as scenes without a face"] += of_picture is None
            suspect = suspects.get(comparable(f"{table.stem}/{path.name}"), 0)
            reading.pictures.append(_annotated(path, split, of_picture or [], suspect))
    for of_picture in rows.values():
        image = printable(of_picture[0].text("image"))
        reading.leave_out(f"{table.stem}/{image}", "is named in the CSV but is not there", annotated=True)


def _rows_by_picture(table: Path) -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in read_table(table, *COLUMNS):
        parts = row.path("image")
        if not parts:
            raise row.error("names no image")
        if comparable(parts[0]) == comparable(table.stem) and len(parts) > 1:
            parts = parts[1:]
        rows[comparable("/".join(parts))].append(row)
    return dict(rows)


def _annotated(path: Path, split: str, rows: list[Row], suspect: int) -> AnnotatedPicture:
    boxes = np.array([[row.number(side) for side in SIDES] for row in rows], np.float64).reshape(-1, 4)
    labels = tuple(row.text("label") or DEFAULT_LABEL for row in rows)
    sizes = {size for row in rows if (size := _size(row))}
    if len(sizes) > 1:
        raise rows[-1].error("states another size of its image than a line before")
    return AnnotatedPicture(path, split, boxes, labels, next(iter(sizes), None), suspect)


def _size(row: Row) -> tuple[int, int] | None:
    if not (row.text("width") and row.text("height")):
        return None
    width, height = round(row.number("width")), round(row.number("height"))
    if max(width, height) > LONGEST_SIDE_PX:
        raise row.error("states a size that no picture has")
    return (width, height) if min(width, height) > 0 else None


def _read_suspects(folder: Path) -> dict[str, int]:
    """Faces that may lack a box, by `split/file name`."""
    table = find_table(folder, "manifest", refuse=("",))
    rows = read_table(table, "path") if table else []
    suspects = {}
    for row in rows:
        count = row.number("n_unannotated_suspect") if row.text("n_unannotated_suspect") else 0
        if not 0 <= count < 1e6:
            raise row.error("has no count in column n_unannotated_suspect")
        suspects[comparable("/".join(row.path("path")[-2:]))] = int(count)
    return suspects
