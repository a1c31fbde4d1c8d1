import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import UserError
from edge.stats.database import HOUR, Database, hourly
from edge.stream.messages import Position
from edge.stream.visits import BlindTime, Visit, Visits

NOON = 1_780_000_000 // HOUR * HOUR


@pytest.fixture
def path(tmp_path):
    return tmp_path / "counts.db"


def recorded(path, *items):
    with Database(path) as database:
        database.record(Position("run", 1), Visits(), items)
        return database.hours()


def test_visits_add_up_by_the_hour_in_which_they_began(path):
    visits = (
        Visit(NOON + 5, "compliant", 1.0),
        Visit(NOON + 9, "not compliant", 3.0),
        Visit(NOON + HOUR, "undecided", None),
    )
    first, second = recorded(path, *visits)
    assert (first.hour, first.people, first.compliant, first.not_compliant) == (NOON, 2, 1, 1)
    assert (first.verdicts, first.verdict_seconds) == (2, 4.0)
    assert (second.hour, second.people, second.verdicts) == (NOON + HOUR, 1, 0)


@given(st.floats(0, 3e9), st.floats(0, 200_000))
def test_blind_time_is_split_between_the_hours_that_it_touches(began, seconds):
    counts = hourly(BlindTime(began, seconds))
    assert sum(hour.blind_seconds for hour in counts) == pytest.approx(seconds, abs=1e-3)
    assert all(0 < hour.blind_seconds <= HOUR + 1e-6 for hour in counts)


def test_open_visits_are_stored_with_the_last_event(path):
    visits = Visits(open={7: Visit(NOON, "compliant", 0.5)}, blind_since=NOON + 3.0, at=NOON + 4.0)
    with Database(path) as database:
        database.record(Position("run", 12), visits, [])
    with Database(path) as database:
        assert database.progress() == (Position("run", 12), visits)


def test_old_hours_are_forgotten(path):
    with Database(path) as database:
        database.record(
            Position("run", 1), Visits(), [Visit(NOON, "compliant", 1.0), Visit(NOON + HOUR, "compliant", 1.0)]
        )
        database.forget_before(NOON + HOUR + 1)
        assert [hour.hour for hour in database.hours()] == [NOON + HOUR]


def test_a_reader_may_read_while_another_process_counts(path):
    with Database(path) as writing:
        writing.record(Position("run", 1), Visits(), [Visit(NOON, "compliant", 1.0)])
        with Database(path, read_only=True) as reading:
            assert reading.hours() == writing.hours()


def test_a_reader_needs_nobody_who_counts(path):
    before = recorded(path, Visit(NOON, "compliant", 1.0))
    path.chmod(0o440)
    with Database(path, read_only=True) as reading:
        assert reading.hours() == before


def test_a_file_that_is_no_database_is_refused_and_left_alone(path):
    path.write_text("These are my notes, and no database. " * 40)
    with pytest.raises(UserError, match="cannot be used"):
        Database(path)
    assert path.read_text().startswith("These are my notes")


def test_a_database_of_something_else_is_refused(path):
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE hours (something TEXT)")
    with pytest.raises(UserError, match="cannot be used"):
        Database(path, read_only=False).record(Position("run", 1), Visits(), [Visit(NOON, "compliant", 1.0)])
