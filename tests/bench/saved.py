"""What every benchmark does with its record: it goes into a file, and from the committed file onto the page."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from card import with_figures
from tables import TextTable

PAGE = Path(__file__).parent / "README.md"


def save(record: dict[str, Any], path: Path, tables: Sequence[TextTable], *, committed: Path, by: str) -> None:
    """Write a record as JSON.

    Args:
        record: All figures.
        path: Where to.
        tables: Of the record.
        committed: The record in the repository; with it the tables in PAGE are replaced.
        by: The benchmark's file name, which marks its tables in PAGE.
    """
    path.write_text(json.dumps(record, indent=1) + "\n")
    if path.samefile(committed):
        shown = [table.markdown() for table in tables]
        PAGE.write_text(with_figures(PAGE.read_text(), shown, by=by))
