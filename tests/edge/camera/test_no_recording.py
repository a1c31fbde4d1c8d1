import os
from pathlib import Path

import pytest

from edge.camera.recording import open_recording
from edge.camera.sources import open_camera
from edge.errors import UserError
from edge.settings.schema import CameraSettings


def test_a_missing_recording_is_refused(tmp_path):
    with pytest.raises(UserError, match="There is no"):
        open_recording(tmp_path / "none.mp4")


@pytest.mark.parametrize("name", ["/dev/video0", "/dev/video99", "0", "picamera2"])
def test_a_camera_is_no_recording_and_the_command_for_it_is_named(tmp_path, name, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match="is a camera, not a recording") as refused:
        open_recording(Path(name))
    assert f"`maskwatch run --source {name}` for the camera" in str(refused.value)


def test_a_link_to_a_camera_is_one(tmp_path):
    (tmp_path / "door-camera").symlink_to("/dev/video99")
    with pytest.raises(UserError, match="is a camera, not a recording"):
        open_recording(tmp_path / "door-camera")


def test_a_pipe_is_no_ordinary_file(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UserError, match="pipe is no ordinary file: save the recording as one"):
        open_recording(tmp_path / "pipe")


@pytest.mark.parametrize("repeat", [False, True])
def test_for_a_missing_file_the_places_for_a_camera_are_named(tmp_path, repeat):
    settings = CameraSettings(source=str(tmp_path / "picamera"), repeat=repeat)
    with pytest.raises(UserError, match=r"no file or folder .* name a clip, .* also takes a camera, /dev/videoN or"):
        next(iter(open_camera(settings)))
