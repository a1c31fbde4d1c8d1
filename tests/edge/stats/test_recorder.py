import json
import random
import signal
import subprocess
import sys
import time

import pytest

from edge.runtime.stream_server import StreamServer
from edge.stats.database import Database
from edge.stats.recorder import record
from edge.stream.messages import LostEvents, NumberedEvent, Position
from edge.stream.visits import Visits

AT = 1_780_000_000.0


def messages(*events, run="run"):
    return [
        NumberedEvent(Position(run, number), {"at": AT + number, **event}) for number, event in enumerate(events, 1)
    ]


BEGAN, ENDED = {"event": "track_began", "track": 1}, {"event": "track_ended", "track": 1}


@pytest.fixture
def database(tmp_path):
    with Database(tmp_path / "counts.db") as database:
        yield database


def people(database):
    return sum(hour.people for hour in database.hours())


def test_a_visit_is_counted_once(database):
    record(messages(BEGAN, ENDED), database, keep_days=10, clock=lambda: AT)
    assert people(database) == 1


def test_a_visit_goes_on_in_the_next_process(database):
    first, last = messages(BEGAN, ENDED)
    record([first], database, keep_days=10, clock=lambda: AT)
    record([last], database, keep_days=10, clock=lambda: AT)
    assert people(database) == 1


def test_a_person_in_view_when_events_were_lost_counts_once(database):
    first, last = messages(BEGAN, ENDED)
    record([first, LostEvents(3), last], database, keep_days=10, clock=lambda: AT)
    assert people(database) == 1


def test_events_that_count_for_nothing_are_not_written(database):
    record(messages({"event": "alert_began", "track": 1}), database, keep_days=10, clock=lambda: AT)
    assert database.progress() == (None, Visits())


def test_hours_are_kept_as_long_as_the_settings_say(database):
    record(messages(BEGAN, ENDED), database, keep_days=10, clock=lambda: AT)
    record(messages(BEGAN, run="later"), database, keep_days=10, clock=lambda: AT + 12 * 86400)
    assert people(database) == 0


class Recorder:
    """The real program, counting what a real stream offers."""

    def __init__(self, folder):
        self.database = folder / "counts.db"
        settings = folder / "maskwatch.toml"
        settings.write_text(
            f'[stream]\nsocket = "{folder / "stream.sock"}"\n[stats]\ndatabase = "{self.database}"\nkeep_days = 3650\n'
        )
        self.command = [sys.executable, "-m", "edge", "stats", "--record", "--config", str(settings)]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stderr=subprocess.DEVNULL)
        return self

    def __exit__(self, *exception):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def people(self):
        if not self.database.exists():
            return 0
        with Database(self.database) as database:
            return people(database)


def visit(server, track):
    for kind in ("track_began", "track_ended"):
        server.tell(json.dumps({"at": AT + track, "event": kind, "track": track}))


def kill_at_random(folder, times):
    """Kill the recorder again and again while people come and go; returns the totals seen after each death."""
    chance, recorder, seen, visits = random.Random(7), Recorder(folder), [], 0
    refuse = lambda line: b""  # noqa: E731
    with StreamServer(folder / "stream.sock", command=refuse, dropped=lambda *_: None) as server:
        for _ in range(times):
            with recorder:
                end = time.monotonic() + chance.uniform(0.0, 0.8)
                while time.monotonic() < end and visits < 900:
                    visits += 1
                    visit(server, visits)
                    time.sleep(chance.uniform(0.0, 0.02))
            seen.append(recorder.people())
        with recorder:
            for _ in range(600):
                if recorder.people() >= visits:
                    break
                time.sleep(0.1)
            seen.append(recorder.people())
    return seen, visits


@pytest.mark.parametrize("times", [4, pytest.param(100, marks=pytest.mark.slow)])
def test_a_recorder_that_is_killed_at_any_moment_counts_everyone_once(tmp_path, times):
    seen, visits = kill_at_random(tmp_path, times)
    assert seen == sorted(seen)
    assert seen[-1] == visits
