"""Our driver on the real picamera2 and libcamera: every call that the stand-in of its other tests answers."""

import pytest

pytestmark = pytest.mark.libcamera


def test_every_call_is_one_that_picamera2_takes(said):
    assert "error" not in said, said["error"]


def test_pictures_are_as_large_as_asked_for_and_show_something(said):
    assert [picture["shape"] for picture in said["pictures"]] == [[480, 640, 3]] * 3
    assert {picture["type"] for picture in said["pictures"]} == {"uint8"}
    assert all(picture["rows"] > 20 for picture in said["pictures"])  # the sensor's color bars


def test_a_picture_that_does_not_come_in_time_is_told_and_the_next_one_comes(said):
    assert said["late"] == "The camera stopped giving pictures: see to its ribbon cable."
    assert said["after"] == [480, 640, 3]


def test_a_camera_that_was_closed_can_be_opened_again(said):
    assert said["again"]
