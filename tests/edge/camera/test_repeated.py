import cv2
import numpy as np
import pytest

from edge.camera.repeated import RepeatedRecording
from edge.errors import UserError


@pytest.fixture
def clip(tmp_path):
    """Ten frames a second, each 20 brighter than the last."""
    path = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"FFV1"), 10.0, (64, 48))
    for number in range(10):
        writer.write(np.full((48, 64, 3), 20 * number, np.uint8))
    writer.release()
    return path


class Time:
    """A clock that only sleep moves."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


def frames(recording, count):
    for _ in range(count):
        recording.grab()
        yield round(recording.picture().mean() / 20)


def test_a_recording_is_repeated_in_real_time(clip):
    time = Time()
    recording = RepeatedRecording(clip, clock=time, sleep=time.sleep)
    assert list(frames(recording, 21)) == [*range(1, 10), *range(10), 0, 1]
    assert time.now == pytest.approx(2.1)
    recording.close()


def test_frames_whose_time_has_passed_are_left_out(clip):
    time = Time()
    recording = RepeatedRecording(clip, clock=time, sleep=time.sleep)
    time.now = 0.45
    assert list(frames(recording, 1)) == [5]
    recording.close()


def test_a_recording_that_takes_longer_to_decode_than_it_lasts_gives_frames_all_the_same(clip):
    time = Time()

    def slow():
        time.now += 0.3  # a frame lasts 0.1 s, and each is decoded before the clock is read again
        return time.now

    recording = RepeatedRecording(clip, clock=slow, sleep=time.sleep)
    assert len(list(frames(recording, 20))) == 20
    recording.close()


def test_what_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(UserError, match="There is no"):
        RepeatedRecording(tmp_path / "none.mp4")
