import json
import socket
from dataclasses import asdict, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import UserError
from edge.runtime.heartbeat import Heartbeat
from edge.runtime.status import Status, StatusRecord, read_status, status_file

WATCHING = Status(state="watching", frames_per_second=9.8, milliseconds=12.4, celsius=48.3)


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (Status(), "starting"),
        (Status(state="watching"), "watching"),
        (WATCHING, "9.8 frames a second, 12 ms each, nobody in view, 48 °C"),
        (replace(WATCHING, people=1, celsius=None), "9.8 frames a second, 12 ms each, 1 person in view"),
        (Status(state="blind", trouble="No\npicture", remedy="plug it in"), "No picture: plug it in."),
    ],
)
def test_a_status_is_one_line(status, text):
    assert status.text() == text


@given(st.builds(Status, people=st.integers(0, 99), celsius=st.none() | st.floats(-40, 120), fault=st.text()))
def test_what_is_written_is_read(tmp_path_factory, status):
    path = tmp_path_factory.mktemp("run") / "status.json"
    record = StatusRecord(status, path=path, clock=lambda: 1000.0)
    assert record.update(state="blind") == read_status(path)


def test_a_state_begins_when_it_changes(tmp_path):
    now = iter([10.0, 11.0, 12.0, 13.0])
    record = StatusRecord(path=tmp_path / "status.json", clock=lambda: next(now))
    moments = [record.update(state=state) for state in ("starting", "starting", "watching", "watching")]
    assert [(status.since, status.at) for status in moments] == [(10, 10), (10, 11), (12, 12), (12, 13)]


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"state": "well"}', '{"people": "many"}', '{"color": 1}', "x" * 70_000]
)
def test_a_broken_file_is_no_status(content, tmp_path):
    path = tmp_path / "status.json"
    path.write_text(content)
    assert read_status(path) is None


def test_without_a_file_there_is_no_status(tmp_path):
    assert read_status(tmp_path / "status.json") is None


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path):
    (tmp_path / "file").write_text("")
    assert StatusRecord(path=tmp_path / "file" / "status.json").update(people=2).people == 2


def test_the_file_lies_where_systemd_says(tmp_path):
    assert status_file({"RUNTIME_DIRECTORY": f"{tmp_path}:/run/other"}) == tmp_path / "status.json"
    assert status_file({}) is None


def test_the_heartbeat_keeps_the_record(tmp_path, frame_result, person):
    now, path = [100.0], tmp_path / "status.json"
    systemd, environment = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM), {"NOTIFY_SOCKET": str(tmp_path / "notify")}
    systemd.bind(environment["NOTIFY_SOCKET"])
    record = StatusRecord(Status(source="picamera2", version="1"), path=path, clock=lambda: now[0])
    with (
        systemd,
        Heartbeat(record=record, temperature=lambda: 50.0, environment=environment, clock=lambda: now[0]) as heartbeat,
    ):
        assert json.loads(path.read_text()) == asdict(Status(source="picamera2", version="1", since=100.0, at=100.0))
        heartbeat.publish(frame_result(0.0, person()))
        assert read_status(path).state == "watching"
        now[0] += 2.0
        heartbeat.publish(frame_result(2.0, person()))
        status = read_status(path)
        assert (status.frames_per_second, status.people, status.celsius) == (0.5, 1, 50.0)
        heartbeat.beat(UserError("The picture is black", "take the cover off the lens"))
        dark = read_status(path)
        assert (dark.state, dark.since) == ("blind", 102.0)
        assert (dark.trouble, dark.remedy) == ("The picture is black", "take the cover off the lens")
