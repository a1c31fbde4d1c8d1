"""What a run has learned of each training picture: it must not change under a run that goes on."""

from collections import defaultdict
from pathlib import Path

from edge.errors import UserError
from training.common.names import printable
from training.common.records import read_rows

TAUGHT = {"label": "labels", "labels": "labels", "boxes": "boxes", "ignored": "boxes"}
"""Columns of a split that say what is learned of a picture, and what they hold."""

Row = dict[str, str]


def refuse_other_answers(before: Path, now: Path, run: Path) -> None:
    """Compare what two splits, as they were saved, say of the same training pictures.

    Columns that one of them lacks are not compared: an older version wrote it.

    Args:
        before: The split that a run was begun with.
        now: The split of the data as they are now.
        run: Folder of the run.

    Raises:
        UserError: A training picture has another label, or its faces are elsewhere; or a file is damaged.
    """
    was, is_now = _training_rows(before), _training_rows(now)
    changed: dict[str, set[str]] = defaultdict(set)
    for sha256, rows in is_now.items():
        for column in TAUGHT.keys() & rows[0].keys() & was.get(sha256, rows)[0].keys():
            if sorted(row[column] for row in rows) != sorted(row[column] for row in was.get(sha256, rows)):
                changed[sha256].add(TAUGHT[column])
    if changed:
        first, *others = (Path(is_now[sha256][0]["path"]).name for sha256 in changed)
        what = " and ".join(sorted(set().union(*changed.values())))
        more = f" and {len(others)} more training pictures" if others else ""
        raise UserError(
            f"{printable(run)} was begun with other {what} of {printable(first)}{more}",
            "go on with those, or name another folder",
        )


def _training_rows(split: Path) -> dict[str, list[Row]]:
    """The rows of training pictures, by the SHA-256 of their files."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in read_rows(split, _whole):
        if row["split"] == "train":
            found[row["sha256"]].append(row)
    return found


def _whole(row: Row) -> Row:
    if not {"path", "split", "sha256"} <= row.keys() or None in row.values():
        raise ValueError("no row of a split")
    return row
