import sys
from itertools import cycle, islice
from types import ModuleType

import numpy as np
import pytest

from edge.camera.picamera2 import RaspberryPiCamera, widest_mode
from edge.camera.sources import open_camera
from edge.errors import UserError
from edge.settings.schema import CameraSettings

NOISE = cycle(range(200))
"""No two pictures of a sensor are equal."""


class StandInRequest:
    def __init__(self, size, calls):
        self.size, self.calls = size, calls
        self.noise = next(NOISE)

    def make_array(self, name):
        assert name == "main"
        image = np.zeros((self.size[1], self.size[0], 3), np.uint8)
        image[:, :, 0] = 255
        image[1, 1, 1] = self.noise
        return image

    def release(self):
        self.calls.append("release")


def mode(size, fps, crop):
    return {"size": size, "bit_depth": 10, "fps": fps, "crop_limits": crop}


IMX219 = [
    mode((640, 480), 206.65, (1000, 752, 1280, 960)),
    mode((1640, 1232), 41.85, (0, 0, 3280, 2464)),
    mode((1920, 1080), 47.57, (680, 692, 1920, 1080)),
    mode((3280, 2464), 21.19, (0, 0, 3280, 2464)),
]
"""Camera Module 2, as picamera2 lists its modes."""

IMX708 = [
    mode((1536, 864), 120.13, (768, 432, 3072, 1728)),
    mode((2304, 1296), 56.03, (0, 0, 4608, 2592)),
    mode((4608, 2592), 14.35, (0, 0, 4608, 2592)),
]
"""Camera Module 3."""


OFFERED = {"FrameDurationLimits": (33333, 1000000, None)}


class StandInPicamera2:
    """picamera2's own call shapes, with a red picture."""

    calls: list[str]
    times_out = False
    sensor_modes = IMX219
    camera_controls = OFFERED

    def create_video_configuration(self, *, main, controls, queue, sensor):
        assert main["format"] == "BGR888"  # R, G, B in memory
        assert not queue
        return {"main": main, "controls": controls, "sensor": sensor}

    def configure(self, configuration):
        self.configuration = configuration

    def start(self):
        self.calls.append("start")

    def capture_request(self, *, wait):
        assert wait > 0
        if self.times_out:
            raise TimeoutError
        return StandInRequest(self.configuration["main"]["size"], self.calls)

    def cancel_all_and_flush(self):
        self.calls.append("cancel_all_and_flush")

    def stop(self):
        self.calls.append("stop")

    def close(self):
        self.calls.append("close")


@pytest.fixture
def picamera2(monkeypatch):
    module = ModuleType("picamera2")
    stand_in = type("Picamera2", (StandInPicamera2,), {"calls": []})
    monkeypatch.setattr(module, "Picamera2", stand_in, raising=False)
    monkeypatch.setitem(sys.modules, "picamera2", module)
    return module


@pytest.mark.usefixtures("picamera2")
def test_it_gives_rgb_frames_of_the_size_asked_for():
    with open_camera(CameraSettings(width=320, height=240)) as camera:
        frame = next(iter(camera))
    assert frame.image.shape == (240, 320, 3)
    assert frame.image[0, 0].tolist() == [255, 0, 0]


def test_every_picture_is_given_back_and_the_camera_let_go(picamera2):
    with open_camera(CameraSettings(frames_per_second=120.0)) as camera:
        list(islice(iter(camera), 3))
    calls = picamera2.Picamera2.calls
    assert calls[0] == "start"
    assert calls[-2:] == ["stop", "close"]
    assert calls.count("release") >= 3


def test_the_sensor_itself_keeps_the_frame_rate(picamera2):
    driver = RaspberryPiCamera(CameraSettings(frames_per_second=10.0))
    assert driver._camera.configuration["controls"] == {"FrameDurationLimits": (100_000, 100_000)}


def test_a_picture_that_never_comes_lets_the_camera_be_closed(picamera2):
    driver = RaspberryPiCamera(CameraSettings())
    picamera2.Picamera2.times_out = True
    with pytest.raises(OSError, match="see to its ribbon cable"):
        driver.grab()
    driver.close()
    assert picamera2.Picamera2.calls == ["start", "cancel_all_and_flush", "stop", "close"]


def raising(error):
    def fail(*_):
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (IndexError("list index out of range"), "No camera is connected"),
        (RuntimeError("Camera __init__ sequence did not complete."), "close the program that uses it"),
    ],
)
def test_no_camera_or_one_in_use_is_refused_in_a_sentence(picamera2, error, said):
    picamera2.Picamera2 = raising(error)
    with pytest.raises(UserError, match=said):
        open_camera(CameraSettings())


def test_a_camera_that_does_not_start_is_let_go(picamera2):
    picamera2.Picamera2.start = raising(RuntimeError("Failed to start camera"))
    with pytest.raises(UserError, match=r"cannot be opened.*Failed to start camera"):
        open_camera(CameraSettings())
    assert picamera2.Picamera2.calls == ["close"]


def test_without_picamera2_the_apt_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "picamera2", None)
    with pytest.raises(UserError, match="sudo apt install python3-picamera2"):
        open_camera(CameraSettings())


@pytest.mark.parametrize(
    ("modes", "settings", "size"),
    [
        (IMX219, {}, (1640, 1232)),
        (IMX708, {}, (2304, 1296)),
        (IMX219, {"width": 1920, "height": 1080}, (3280, 2464)),
        (IMX219, {"frames_per_second": 45.0}, (1920, 1080)),
    ],
)
def test_the_sensor_shows_all_that_it_can_at_the_frame_rate(modes, settings, size):
    assert widest_mode(modes, CameraSettings(**settings)) == {"output_size": size, "bit_depth": 10}


def test_a_camera_without_a_frame_rate_to_set_keeps_its_own(picamera2):
    picamera2.Picamera2.camera_controls = {"Brightness": (-1.0, 1.0, 0.0)}
    assert RaspberryPiCamera(CameraSettings())._camera.configuration["controls"] == {}


# The second is what picamera2 0.3.38 says of the kernel's virtual sensor, which has no raw stream.
@pytest.mark.parametrize("modes", [[], [{"format": "BGR888"}, {"format": "RGB888"}]])
def test_a_camera_without_modes_is_left_to_itself(picamera2, modes):
    picamera2.Picamera2.sensor_modes = modes
    assert RaspberryPiCamera(CameraSettings())._camera.configuration["sensor"] is None
