import cv2
import numpy as np
import pytest

from edge.camera.frame_rate import FrameRate
from edge.camera.live import LiveCamera
from edge.doctor.camera import Patience, check_camera, look_at
from edge.errors import UserError
from edge.runtime.status import Status
from edge.settings.schema import CameraSettings, Settings

NOW = 1_795_000_000.0


@pytest.fixture
def picture(tmp_path):
    """The path of a picture in one color."""

    def write(gray):
        path = tmp_path / f"{gray}.png"
        assert cv2.imwrite(str(path), np.full((48, 64, 3), gray, np.uint8))
        return CameraSettings(source=str(path))

    return write


@pytest.mark.parametrize(
    ("status", "level"),
    [
        (None, "ok"),
        (Status(state="watching", at=NOW), "ok"),
        (Status(state="watching", at=NOW, frames_per_second=9.8), "ok"),
        (Status(state="watching", at=NOW, frames_per_second=0.0), "fail"),
        (Status(state="blind", at=NOW, trouble="The camera has given no picture for 5 s."), "fail"),
    ],
)
def test_while_the_service_watches_its_status_counts(status, level, pi, find):
    found = find(check_camera, pi, installed=True, active="active", status=status)
    assert found.level == level


@pytest.mark.parametrize(("status_age", "level"), [(30.0, "ok"), (60.0, "fail")])
def test_a_service_that_had_stopped_reporting_hangs(status_age, level, pi, find):
    found = find(check_camera, pi, installed=True, active="active", status=Status(at=NOW), status_age=status_age)
    assert found.level == level


def test_the_trouble_and_the_remedy_of_a_blind_service_are_the_doctor_s(pi, find):
    status = Status(state="blind", at=NOW, trouble="The picture is black", remedy="take the cover off the lens")
    found = find(check_camera, pi, installed=True, active="active", status=status)
    assert found.text.endswith("The picture is black")
    assert found.remedy == "take the cover off the lens"


def test_a_camera_that_the_service_is_opening_is_left_to_it(pi, find):
    assert find(check_camera, pi, installed=True, active="activating").level == "warn"


def test_a_recordings_size_is_said(picture, pi, find):
    found = find(check_camera, pi, Settings(camera=picture(90)))
    assert found.level == "ok"
    assert found.text.endswith("64 x 48 pixels, a recording")


def test_a_black_picture_fails(picture):
    with pytest.raises(UserError, match="take the cover off the lens"):
        look_at(picture(0))


def test_a_source_that_is_not_there_fails(tmp_path):
    with pytest.raises(UserError, match="There is no file"):
        look_at(CameraSettings(source=str(tmp_path / "none.mp4")))


class CameraDriver:
    """A camera that shows what it is given, again and again."""

    def __init__(self, *pictures):
        self.pictures, self.number = pictures, 0

    def grab(self):
        self.number += 1

    def picture(self):
        return self.pictures[self.number % len(self.pictures)]

    def close(self):
        pass


@pytest.fixture
def live(monkeypatch):
    """Looks at a live camera that gives these pictures."""

    def look(*pictures, patience_seconds=0.0):
        camera = LiveCamera(lambda: CameraDriver(*pictures), rate=FrameRate(1000.0), rebuild_after_seconds=1.0)
        monkeypatch.setattr("edge.camera.sources.open_camera", lambda settings: camera)
        return look_at(CameraSettings(), patience_seconds=patience_seconds)

    return look


def noise(seed, gray=90):
    return np.random.default_rng(seed).integers(gray, gray + 9, (48, 64, 3), np.uint8)


def colored(seed):
    return noise(seed) + np.array([60, 20, 0], np.uint8)


def gray(seed):
    """As by infrared light: the channels differ by a little noise alone."""
    levels = np.random.default_rng(seed).integers(60, 200, (48, 64, 1), np.uint8)
    return levels + np.random.default_rng(seed + 9).integers(0, 4, (48, 64, 3), np.uint8)


def test_a_live_picture_that_changes_passes(live):
    assert live(colored(1), colored(2), colored(3)).level == "ok"


def test_pictures_without_color_are_warned_of(live):
    found = live(gray(1), gray(2), gray(3))
    assert found.level == "warn"
    assert "without color" in found.text


def test_a_gray_wall_with_something_colored_is_no_night_camera(live):
    pictures = [gray(seed) for seed in (1, 2, 3)]
    for picture in pictures:
        picture[:12, :16, 0] = 250
    assert live(*pictures).level == "ok"


def test_a_frozen_picture_fails(live):
    with pytest.raises(UserError, match="the same picture over and over: unplug it"):
        live(noise(1))


def test_a_covered_lens_fails(live):
    with pytest.raises(UserError, match="take the cover off the lens"):
        live(noise(1, gray=0), noise(2, gray=0))


def test_a_camera_may_begin_with_black_pictures():
    now = iter([0.0, 1.0, 2.0])
    patience = Patience(1.5, clock=lambda: next(now))
    patience.wait(UserError("black"))
    with pytest.raises(UserError, match="black"):
        patience.wait(UserError("black"))
