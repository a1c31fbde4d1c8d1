import io
import json
import resource
from contextlib import suppress

import pytest

from edge.events.journal import Journal
from edge.events.types import TrackBegan


class Disk(io.StringIO):
    """A stream that can be full, or whose reader can have gone."""

    error: OSError | None = None

    def write(self, text):
        if self.error:
            raise self.error
        return super().write(text)


def test_a_full_disk_does_not_end_the_log_and_lost_events_are_counted():
    disk = Disk()
    journal = Journal(disk)
    disk.error = OSError(28, "No space left on device")
    for number in (1, 2):
        journal.write(TrackBegan(at=1.0, track=number))
    disk.error = None
    journal.write(TrackBegan(at=2.0, track=3))
    events = [json.loads(line) for line in disk.getvalue().splitlines()]
    assert events == [
        {"at": 2.0, "event": "log_lost", "events": 2},
        {"at": 2.0, "event": "track_began", "track": 3},
    ]


@pytest.mark.parametrize(
    ("rooms", "lines"),
    [
        ([99, 0, 50, 199], [("track_began", 1), ("log_lost", 1), ("log_lost", 1), ("track_began", 4)]),
        ([99, 0, 20, 199], [("track_began", 1), ("log_lost", 2), ("track_began", 4)]),
        ([47, 99], [("track_began", 1), ("track_began", 2)]),
    ],
    ids=["a torn event", "a torn count", "only the end of the line is missing"],
)
def test_a_disk_that_fills_up_within_a_line_makes_no_event_count_twice(rooms, lines, tmp_path):
    """`rooms` says how many bytes the disk takes of each event and of what is written before it."""
    path = tmp_path / "log"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with path.open("w") as stream:
        journal = Journal(stream)
        try:
            for number, room in enumerate(rooms, 1):
                resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + room, hard))
                journal.write(TrackBegan(at=float(number), track=number))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    events = []
    for line in path.read_text().splitlines():
        with suppress(json.JSONDecodeError):
            events.append(json.loads(line))
    assert [(event["event"], event.get("track") or event["events"]) for event in events] == lines


def test_a_reader_that_has_gone_is_told_of():
    disk = Disk()
    disk.error = BrokenPipeError()
    with pytest.raises(BrokenPipeError):
        Journal(disk).write(TrackBegan(at=1.0, track=1))


def test_times_follow_a_wall_clock_that_is_set():
    epoch, log = [0.0], io.StringIO()
    journal = Journal(log, epoch=lambda: epoch[0])
    journal.write(TrackBegan(at=5.0, track=1))
    epoch[0] = 1_760_000_000.0
    journal.write(TrackBegan(at=6.0, track=2))
    assert [json.loads(line)["at"] for line in log.getvalue().splitlines()] == [5.0, 1_760_000_006.0]
