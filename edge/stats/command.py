"""`maskwatch stats`: counts, or shows the counts."""

from contextlib import closing
from pathlib import Path
from typing import TextIO

from edge.errors import UserError
from edge.output_file import cannot_write, check_output
from edge.settings.schema import Settings
from edge.stats.database import Database, local_midnight
from edge.stats.recorder import record
from edge.stats.report import rows, write_csv, write_json, write_png, write_table
from edge.stream.client import StreamClient
from edge.stream.messages import Position
from edge.stream.waiting import announced

FORMATS = {"table": write_table, "csv": write_csv, "json": write_json}


def record_visits(settings: Settings) -> int:
    """Count the door's visitors until stopped, which may happen at any moment; returns the exit status.

    Raises:
        UserError: The database cannot be opened.
    """
    stats = settings.stats
    with Database(Path(stats.database)) as database:
        position, _ = database.progress()
        # Position() asks for everything that the door still keeps.
        door = Path(settings.stream.socket)
        with closing(StreamClient(door, after=position or Position())) as client:
            record(announced(client, door), database, keep_days=stats.keep_days)
    return 0


def show_stats(
    settings: Settings,
    out: TextIO,
    *,
    days: int,
    hourly: bool,
    form: str,
    png: Path | None = None,
    force: bool = False,
) -> int:
    """Show the counts of the last days; returns the exit status.

    Args:
        settings: Where the database is.
        out: Gets the table, CSV or JSON.
        days: How many days, today among them.
        hourly: Whether each hour has a line of its own.
        form: A key of FORMATS.
        png: The picture to write instead; None for none.
        force: Whether an existing picture may be replaced.

    Raises:
        UserError: There are no counts, matplotlib is missing, or the picture exists or cannot be written.
    """
    path = Path(settings.stats.database)
    if not path.exists():
        raise UserError(f"Nothing has been counted yet, because there is no {path}: start `maskwatch-stats.service`.")
    if png:
        check_output(png, what="picture", endings=[".png"], inputs=[path], force=force)
    with Database(path, read_only=True) as database:
        shown = rows(database.hours(local_midnight(days - 1)), hourly=hourly)
    if png is None:
        FORMATS[form](shown, out)
        return 0
    try:
        write_png(shown, png)
    except ImportError as error:
        raise UserError(f"Pictures need matplotlib ({error}): run `sudo apt install python3-matplotlib`.") from error
    except OSError as error:
        raise cannot_write(png, "picture", error) from error
    return 0
