import json
import os
import pty
import resource
import socket
from contextlib import suppress

import pytest

from edge.events.journal import Journal
from edge.events.types import Fault, TrackBegan


def lines(data):
    """The whole lines as events."""
    events = []
    for line in data.splitlines():
        with suppress(json.JSONDecodeError):
            events.append(json.loads(line))
    return events


def events(journal, count, begin=1):
    for number in range(begin, begin + count):
        journal.write(TrackBegan(at=float(number), track=number))


@pytest.fixture(params=["pipe", "socket", "terminal"])
def stuck(request):
    """A stream whose reader takes nothing, and what reads all that has been written so far."""
    if request.param == "pipe":
        reading, writing = os.pipe()
    elif request.param == "terminal":
        reading, writing = pty.openpty()
    else:
        reading, writing = (end.detach() for end in socket.socketpair())

    def read():
        os.set_blocking(reading, False)
        parts = []
        try:
            while part := os.read(reading, 65536):
                parts.append(part)
        except BlockingIOError:
            pass
        return b"".join(parts)

    with os.fdopen(writing, "w") as stream:
        yield stream, read
    os.close(reading)


def test_a_reader_that_stops_reading_holds_nobody_up_and_what_was_lost_is_counted(stuck):
    stream, read = stuck
    journal = Journal(stream)
    events(journal, 20_000)
    taken = read()
    journal.write(TrackBegan(at=0.0, track=0))
    after = lines(read())
    said = [*lines(taken), *after]
    lost = sum(event["events"] for event in said if event["event"] == "log_lost")
    assert after[-2]["event"] == "log_lost"
    assert lost + sum(event["event"] == "track_began" for event in said) == 20_001
    assert after[-1]["track"] == 0


def test_a_patient_writer_waits_for_the_reader():
    reading, writing = os.pipe()
    asked, data = [], []

    def patient():
        asked.append(True)
        data.append(os.read(reading, 65536))
        return True

    with os.fdopen(writing, "w") as stream:
        events(Journal(stream, patient=patient), 5000)
    with os.fdopen(reading, "rb") as rest:
        data.append(rest.read())
    assert asked
    assert [event["track"] for event in lines(b"".join(data))] == list(range(1, 5001))


def test_a_line_torn_by_a_full_disk_is_closed_before_the_next_begins(tmp_path):
    path = tmp_path / "log"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with path.open("w") as stream:
        journal = Journal(stream)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
        try:
            for number in range(20):
                journal.write(Fault(at=float(number), reason="x" * 100))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        journal.write(TrackBegan(at=99.0, track=1))
    first, torn, *last = path.read_text().splitlines()[-4:]
    assert json.loads(first)["event"] == "fault"
    with pytest.raises(json.JSONDecodeError):
        json.loads(torn)
    assert [json.loads(line)["event"] for line in last] == ["log_lost", "track_began"]
