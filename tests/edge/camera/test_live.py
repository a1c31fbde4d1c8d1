import sys
from types import ModuleType

import numpy as np
import pytest

from edge.camera.sources import open_camera
from edge.errors import UserError


class StandInPicamera2:
    """picamera2's own call shapes, with a red picture."""

    def __init__(self):
        self.calls = []

    def create_video_configuration(self, main):
        assert main["format"] == "BGR888"  # R, G, B in memory
        return {"main": main}

    def configure(self, configuration):
        self.size = configuration["main"]["size"]

    def start(self):
        self.calls.append("start")

    def capture_array(self, name):
        assert name == "main"
        width, height = self.size
        image = np.zeros((height, width, 3), np.uint8)
        image[:, :, 0] = 255
        return image

    def stop(self):
        self.calls.append("stop")

    def close(self):
        self.calls.append("close")


@pytest.fixture
def picamera2(monkeypatch):
    module = ModuleType("picamera2")
    module.Picamera2 = StandInPicamera2
    monkeypatch.setitem(sys.modules, "picamera2", module)


@pytest.mark.usefixtures("picamera2")
def test_a_raspberry_pi_camera_gives_rgb_frames_and_is_let_go():
    with open_camera("picamera2") as camera:
        frame = next(iter(camera))
        device = camera._camera
    assert frame.image.shape == (480, 640, 3)
    assert frame.image[0, 0].tolist() == [255, 0, 0]
    assert device.calls == ["start", "stop", "close"]


def test_without_picamera2_the_apt_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "picamera2", None)
    with pytest.raises(UserError, match="sudo apt install python3-picamera2"):
        open_camera("picamera2")


@pytest.mark.parametrize("source", ["/dev/video97", "97"])
def test_a_camera_that_is_not_there_is_refused(source):
    with pytest.raises(UserError, match="There is no camera /dev/video97"):
        open_camera(source)


def test_a_device_that_is_no_camera_is_refused():
    with pytest.raises(UserError, match="gives no pictures"):
        open_camera("/dev/null")
