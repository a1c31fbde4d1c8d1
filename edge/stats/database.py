"""The counts, in an SQLite file that survives a crash or a power cut at any moment."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Self

from edge.errors import UserError
from edge.stream.messages import Position
from edge.stream.visits import COMPLIANT, NOT_COMPLIANT, BlindTime, Visit, Visits

HOUR = 3600

BUSY_SECONDS = 10.0
"""How long a process waits while another one has locked the file."""

APPLICATION_ID = 0x6D61736B
"""Marks our files, for SQLite and for `file`: "mask"."""

TABLES = f"""
PRAGMA application_id = {APPLICATION_ID};
CREATE TABLE IF NOT EXISTS hours (
    hour INTEGER PRIMARY KEY,
    people INTEGER NOT NULL DEFAULT 0,
    compliant INTEGER NOT NULL DEFAULT 0,
    not_compliant INTEGER NOT NULL DEFAULT 0,
    verdicts INTEGER NOT NULL DEFAULT 0,
    verdict_seconds REAL NOT NULL DEFAULT 0,
    blind_seconds REAL NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE IF NOT EXISTS progress (
    only INTEGER PRIMARY KEY CHECK (only = 1), run TEXT NOT NULL, number INTEGER NOT NULL, visits TEXT NOT NULL
) STRICT;
"""

ADD = """
INSERT INTO hours VALUES (:hour, :people, :compliant, :not_compliant, :verdicts, :verdict_seconds, :blind_seconds)
ON CONFLICT (hour) DO UPDATE SET people = people + excluded.people, compliant = compliant + excluded.compliant,
    not_compliant = not_compliant + excluded.not_compliant, verdicts = verdicts + excluded.verdicts,
    verdict_seconds = verdict_seconds + excluded.verdict_seconds, blind_seconds = blind_seconds + excluded.blind_seconds
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """The counts of one hour or one day."""

    hour: int
    """Unix time at which it begins, in seconds."""
    people: int = 0
    compliant: int = 0
    not_compliant: int = 0
    verdicts: int = 0
    """People who got a verdict."""
    verdict_seconds: float = 0.0
    """Sum of their times to the first verdict."""
    blind_seconds: float = 0.0


class Database:
    """The open database, a context manager. One process writes, and any number may read.

    Raises:
        UserError: The file cannot be opened, or is not such a database.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        """Open the file; create it if it is missing, unless it is opened only for reading."""
        self.path = path
        with self._in_words():
            self._connection = _connect(path, read_only=read_only)

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        """Say in a sentence what is wrong with the file."""
        try:
            yield
        except sqlite3.Error as error:
            full = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
            remedy = "make room" if full else "use sudo, or move the file away"
            raise UserError(f"The counts in {self.path} cannot be used ({error})", remedy) from error

    def progress(self) -> tuple[Position | None, Visits]:
        """The last counted event, and the visits that were open then."""
        with self._in_words():
            row = self._connection.execute("SELECT run, number, visits FROM progress").fetchone()
        if row is None:
            return None, Visits()
        state = json.loads(row[2])
        people = {int(track): Visit(**visit) for track, visit in state.pop("open").items()}
        return Position(row[0], row[1]), Visits(open=people, **state)

    def record(self, position: Position, visits: Visits, completed: Iterable[Visit | BlindTime]) -> None:
        """Add what an event completed and store that the event is counted, in one transaction."""
        with self._in_words(), self._connection:
            for item in completed:
                for counts in hourly(item):
                    self._connection.execute(ADD, asdict(counts))
            state = json.dumps(asdict(visits))
            self._connection.execute(
                "INSERT OR REPLACE INTO progress VALUES (1, ?, ?, ?)", (position.run, position.number, state)
            )

    def forget_before(self, unix_seconds: float) -> None:
        """Delete the hours before a time."""
        with self._in_words(), self._connection:
            self._connection.execute("DELETE FROM hours WHERE hour < ?", (int(unix_seconds) // HOUR * HOUR,))

    def hours(self, since: float = 0.0) -> list[Counts]:
        """The hours from a Unix time on in which anything was counted, oldest first."""
        with self._in_words():
            rows = self._connection.execute("SELECT * FROM hours WHERE hour >= ? ORDER BY hour", (since,))
            names = [column[0] for column in rows.description]
            return [Counts(**dict(zip(names, row, strict=True))) for row in rows]

    def __enter__(self) -> Self:
        """Return the database, which is already open."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Close the file."""
        self._connection.close()


def local_midnight(days_ago: int = 0) -> float:
    """The Unix time at which today began, or an earlier day, by local time."""
    return datetime.combine(date.today() - timedelta(days=days_ago), time.min).timestamp()


def hourly(item: Visit | BlindTime) -> list[Counts]:
    """What a visit or a blind time adds to each hour that it touches."""
    if isinstance(item, BlindTime):
        return _blind_hours(item)
    decided = item.verdict_seconds is not None
    return [
        Counts(
            hour=int(item.began) // HOUR * HOUR,
            people=1,
            compliant=int(item.outcome == COMPLIANT),
            not_compliant=int(item.outcome == NOT_COMPLIANT),
            verdicts=int(decided),
            verdict_seconds=item.verdict_seconds or 0.0,
        )
    ]


def _blind_hours(blind: BlindTime) -> list[Counts]:
    first, end = int(blind.began) // HOUR * HOUR, blind.began + blind.seconds
    hours = range(first, int(end) + 1, HOUR)
    return [
        Counts(hour=hour, blind_seconds=min(end, hour + HOUR) - max(blind.began, hour))
        for hour in hours
        if min(end, hour + HOUR) > max(blind.began, hour)
    ]


def _connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    # Without a write-ahead log nobody writes at the moment; a reader that may not make one must be told so.
    immutable = read_only and not path.with_name(path.name + "-wal").exists()
    how = "mode=ro&immutable=1" if immutable else "mode=ro" if read_only else "mode=rwc"
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True, timeout=BUSY_SECONDS)
    try:
        _refuse_others(connection, empty=not read_only)
        if not read_only:
            # FULL: counts that were shown once survive a power cut. A door has only a few events a minute.
            connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;" + TABLES)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _refuse_others(connection: sqlite3.Connection, *, empty: bool) -> None:
    """Check that a file is one of our databases; it may be empty if we are to write it."""
    (ours,), (tables,) = (
        connection.execute(query).fetchone()
        for query in ("PRAGMA application_id", "SELECT count(*) FROM sqlite_schema")
    )
    if not tables and not empty:
        raise sqlite3.DatabaseError("it is empty")
    if tables and ours != APPLICATION_ID:
        raise sqlite3.DatabaseError("it is a database of another program")
