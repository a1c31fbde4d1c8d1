"""`maskwatch doctor` beside the running service, and a model file that goes bad on the card."""

import json

import pytest

from .board import SETTINGS

pytestmark = pytest.mark.systemd

MODEL = "etc/maskwatch/door.tflite"


def examine(board):
    """What the doctor finds, by name."""
    said = board("/opt/maskwatch/current/bin/maskwatch", "doctor", "--json", check=False)
    return {finding["name"]: finding for finding in json.loads(said)}


def wait_for_frames(board):
    board.wait_until(lambda: "frames a second" in board.show("StatusText"))


def test_the_doctor_passes_beside_the_running_service_and_does_not_disturb_it(board):
    wait_for_frames(board)
    watching, before = board.pid, len(board.log())
    found = examine(board)
    assert [name for name, finding in found.items() if finding["level"] == "fail"] == []
    assert "used by the service" in found["camera"]["text"]
    assert "frames a second" in found["service"]["text"]
    assert board.pid == watching
    assert not {event["event"] for event in board.events(since=before)} & {"fault", "blind"}


def test_a_model_file_that_goes_bad_on_the_card_is_replaced_by_its_copy_and_told_of(board, shipped_model):
    file = board.file(MODEL)
    file.write_bytes(shipped_model.read_bytes())
    board.file(SETTINGS).write_text(f'{board.settings}[model]\nclassifier = "/{MODEL}"\n')
    board("systemctl", "restart", "maskwatch")
    wait_for_frames(board)
    before = len(board.log())
    file.write_bytes(file.read_bytes()[:100_000])
    board("systemctl", "restart", "maskwatch")
    assert "a copy of the last good one is used" in board.said("fault", since=before)["reason"]
    assert board.said("started", since=before)["golden"]
    assert examine(board)["classifier"]["level"] == "fail"
