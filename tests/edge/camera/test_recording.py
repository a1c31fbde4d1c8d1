import cv2
import numpy as np
import pytest

from edge.camera.recording import open_recording
from edge.errors import UserError


@pytest.fixture
def clip(tmp_path):
    path = tmp_path / "clip.mp4"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 20.0, (64, 48))
    for brightness in range(0, 200, 20):
        writer.write(np.full((48, 64, 3), brightness, np.uint8))
    writer.release()
    return path


def picture(path, colour=(0, 0, 255)):
    image = np.empty((48, 64, 3), np.uint8)
    image[:] = colour
    assert cv2.imwrite(str(path), image)
    return path


def test_a_clip_gives_every_frame_at_its_own_time(clip):
    with open_recording(clip) as camera:
        assert [frame.seconds for frame in camera] == pytest.approx([n / 20 for n in range(10)])


def test_frames_are_rgb(tmp_path):
    with open_recording(picture(tmp_path / "red.png")) as camera:
        assert next(iter(camera)).image[0, 0].tolist() == [255, 0, 0]


def test_a_picture_is_held_for_a_second(tmp_path):
    with open_recording(picture(tmp_path / "red.png")) as camera:
        times = [frame.seconds for frame in camera]
    assert (times[0], times[-1], len(times)) == (0.0, 0.9, 10)


def test_a_folder_gives_its_pictures_in_the_order_of_their_names(tmp_path):
    picture(tmp_path / "b.png", (0, 0, 0))
    picture(tmp_path / "a.png", (255, 255, 255))
    with open_recording(tmp_path) as camera:
        shades = [int(frame.image[0, 0, 0]) for frame in camera]
    assert shades == [255] * 10 + [0] * 10


def test_times_never_run_back_in_a_folder(tmp_path):
    for name in "abc":
        picture(tmp_path / f"{name}.png")
    with open_recording(tmp_path) as camera:
        times = [frame.seconds for frame in camera]
    assert times == sorted(set(times))


def test_nothing_there_is_refused(tmp_path):
    with pytest.raises(UserError, match="There is no"):
        open_recording(tmp_path / "none.mp4")


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(UserError, match="holds no pictures"):
        open_recording(tmp_path)


@pytest.mark.parametrize("name", ["text.mp4", "text.jpg", "text.unknown"])
def test_a_file_that_is_no_picture_is_refused(tmp_path, name):
    (tmp_path / name).write_text("not a picture")
    with pytest.raises(UserError, match="cannot be read as a"):
        open_recording(tmp_path / name)


def test_a_clip_cut_short_gives_the_frames_it_has_or_is_refused(clip, tmp_path):
    short = tmp_path / "short.mp4"
    short.write_bytes(clip.read_bytes()[:300])
    with pytest.raises(UserError, match="cannot be read as a video"):
        open_recording(short)
