"""`manifest.csv`: what is known of each picture of a folder."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from edge.errors import UserError
from training.common.listing import find_table
from training.common.names import comparable, printable
from training.common.splits import FOLDERS
from training.common.tables import Row, read_table


@dataclass
class Manifest:
    """The rows of a manifest by the end of their paths, which may start at any folder."""

    rows: list[Row] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    """Lines that belong to a picture."""

    def __post_init__(self) -> None:
        self._by_end: dict[tuple[str, ...], list[Row]] = defaultdict(list)
        for row in self.rows:
            parts = tuple(map(comparable, row.path("path")))
            for length in {2, 3} & set(range(len(parts) + 1)):
                self._by_end[parts[-length:]].append(row)

    def row(self, path: PurePath) -> Row | None:
        """The row of a picture, by its path in the folder: split, class and name agree, or class and name.

        A row that names another split is not of this picture.

        Raises:
            UserError: Two rows fit that say different things.
        """
        parts = tuple(map(comparable, path.parts))
        found = self._by_end.get(parts[-3:], []) if len(parts) > 2 else []
        found = found or [row for row in self._by_end.get(parts[-2:], []) if not _in_another_split(row, path)]
        if any(row.cells != found[0].cells for row in found[1:]):
            raise found[1].error(f"says something else of {printable(path)} than line {found[0].line}")
        self.used.update(row.line for row in found)
        return found[0] if found else None

    def notes(self, pictures: int) -> Sequence[str]:
        """What does not fit between the rows and the pictures of the folder.

        Raises:
            UserError: Nothing fits.
        """
        if not self.rows:
            return []
        if not self.used:
            first = self.rows[0]
            raise UserError(
                f"No row of {printable(first.table)} names a picture here, such as {printable(first.text('path'))}",
                "its column path must end in the class folder and the name of each picture",
            )
        unused, without = len(self.rows) - len(self.used), pictures - len(self.used)
        notes = [f"{unused} rows of manifest.csv name no picture here"] if unused else []
        return notes + ([f"{without} pictures have no row in manifest.csv"] if without > 0 else [])


def _in_another_split(row: Row, picture: PurePath) -> bool:
    """Whether the folders of a row and of a picture, both class and name, lie in two splits."""
    splits = (FOLDERS.get(comparable(parts[-3])) for parts in (row.path("path"), picture.parts) if len(parts) > 2)
    return len({split for split in splits if split}) > 1


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a folder; without one, there are no rows.

    Raises:
        UserError: There is one that cannot be read. Without it, near-duplicates would be in several splits.
    """
    table = find_table(folder, "manifest", refuse=("",))
    return Manifest(read_table(table, "path") if table else [])
