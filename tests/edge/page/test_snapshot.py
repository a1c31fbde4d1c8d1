import stat

import cv2
import pytest

from edge.cli import main
from edge.events.types import Blind


@pytest.fixture
def snapshot(tmp_path):
    """Run the command; its exit status and the picture."""
    config = tmp_path / "maskwatch.toml"
    config.write_text(f'[stream]\nsocket = "{tmp_path}/stream.sock"\n')

    def snapshot(name="door.png", *options):
        file = tmp_path / name
        return main(["snapshot", "-o", str(file), "--config", str(config), *options]), file

    return snapshot


def test_a_snapshot_shows_the_frame_with_its_verdicts(door, snapshot, frame_result, person):
    door.stream.publish(frame_result(1.0, person(box=(100, 60, 200, 160))))
    status, file = snapshot()
    picture = cv2.imread(str(file))
    assert status == 0
    assert picture.shape[1] == 320
    assert picture.shape[0] > 240  # with the bar below
    assert picture[110, 100, 2] > 180  # the box's left side, red
    assert picture[110, 100, 0] < 100


def test_a_snapshot_is_for_its_owner_alone(door, snapshot, frame_result):
    door.stream.publish(frame_result(1.0))
    _, file = snapshot()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_snapshot_of_a_blind_door_says_so(door, snapshot, frame_result, capsys):
    door.stream.publish(frame_result(1.0))
    door.journal.write(Blind(at=4.0, reason="see to the cable"))
    assert snapshot("door.jpg")[0] == 0
    assert "see to the cable" in capsys.readouterr().err


def test_without_a_door_the_command_says_how_to_start_it(snapshot, capsys):
    status, file = snapshot()
    assert status == 2
    assert not file.exists()
    assert "systemctl start maskwatch" in capsys.readouterr().err


def test_a_file_that_is_no_picture_is_refused(snapshot, capsys):
    assert snapshot("door.txt")[0] == 2
    assert ".jpg, .jpeg, .png" in capsys.readouterr().err


def test_a_file_that_is_there_is_only_replaced_by_force(door, snapshot, frame_result, tmp_path, capsys):
    door.stream.publish(frame_result(1.0))
    (tmp_path / "door.png").write_bytes(b"a memory")
    assert snapshot()[0] == 2
    assert "replace it with --force" in capsys.readouterr().err
    assert (tmp_path / "door.png").read_bytes() == b"a memory"
    assert snapshot("door.png", "--force")[0] == 0
    assert cv2.imread(str(tmp_path / "door.png")) is not None
