"""Write the tables of a record into the model card, between its two marks.

    PYTHONPATH=. python tests/bench/card.py figures.json edge/models/README.md

`tests/bench/accuracy.py DATA --json figures.json` makes the record.
"""

import argparse
import json
import sys
from pathlib import Path

from tables import tables_of

from edge.errors import UserError

BEGIN, END = "<!-- figures: tests/bench/{} writes from here -->", "<!-- to here -->"


def main() -> int:
    """Run the command; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("record", type=Path, metavar="JSON")
    parser.add_argument("card", type=Path, metavar="CARD")
    arguments = parser.parse_args()
    tables = [table.markdown() for table in tables_of(json.loads(arguments.record.read_text()))]
    try:
        arguments.card.write_text(with_figures(arguments.card.read_text(), tables, by="card.py"))
    except UserError as error:
        sys.stderr.write(f"card: {arguments.card}: {error}\n")
        return 2
    return 0


def with_figures(card: str, tables: list[str], *, by: str) -> str:
    """The card, or another page, with the tables in place of what stands between its marks.

    Args:
        card: The page as it is.
        tables: Each in Markdown.
        by: The command that the first mark names.

    Raises:
        UserError: It has no such marks.
    """
    begins = BEGIN.format(by)
    before, begin, rest = card.partition(begins)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise UserError(f'it has no "{begins}" followed by "{END}"', "add both where the tables are to stand")
    return "\n\n".join([before + begins, *tables, END + after])


if __name__ == "__main__":
    sys.exit(main())
