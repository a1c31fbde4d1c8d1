import cv2
import pytest

from edge.errors import UserError
from edge.replay.clip import CODECS, AnnotatedClip


def frames_of(path):
    capture = cv2.VideoCapture(str(path))
    count = 0
    while capture.read()[0]:
        count += 1
    return count


@pytest.mark.parametrize("suffix", CODECS)
def test_every_frame_result_becomes_a_frame(suffix, tmp_path, frame_result, person):
    with AnnotatedClip(tmp_path / f"clip{suffix}", 10) as clip:
        for number in range(12):
            clip.publish(frame_result(number / 10, person()))
    assert frames_of(clip.path) == clip.frames == 12
    assert cv2.VideoCapture(str(clip.path)).get(cv2.CAP_PROP_FPS) == pytest.approx(10)


def test_the_clip_keeps_the_frames_own_times(tmp_path, frame_result):
    with AnnotatedClip(tmp_path / "clip.avi", 10) as clip:
        for seconds in (5.0, 5.01, 5.02, 5.1, 5.5):  # two too early, and a gap
            clip.publish(frame_result(seconds))
    assert frames_of(clip.path) == 6


def test_pictures_of_other_sizes_fit_in(tmp_path, frame_result):
    with AnnotatedClip(tmp_path / "clip.avi", 10) as clip:
        for number, size in enumerate([(240, 320), (480, 320), (100, 700)]):
            clip.publish(frame_result(number / 10, size=size))
    assert frames_of(clip.path) == 3


def test_a_clip_that_fails_leaves_no_file(tmp_path, frame_result):
    def fail():
        with AnnotatedClip(tmp_path / "clip.webm", 10) as clip:
            clip.publish(frame_result())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_nothing_published_nothing_written(tmp_path):
    with AnnotatedClip(tmp_path / "clip.webm", 10):
        pass
    assert list(tmp_path.iterdir()) == []


def test_opencv_s_remarks_stay_away(tmp_path, frame_result, capfd):
    with AnnotatedClip(tmp_path / "clip.webm", 10) as clip:
        clip.publish(frame_result())
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("name", ["clip.gif", "clip", "nowhere/clip.webm"])
def test_a_name_that_cannot_be_written_is_refused(name, tmp_path):
    with pytest.raises(UserError):
        AnnotatedClip(tmp_path / name, 10)
