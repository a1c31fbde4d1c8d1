import os
import re
import struct
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.camera.recording import open_recording
from edge.camera.video import Video
from edge.errors import UserError


@pytest.fixture
def clip(tmp_path):
    path = tmp_path / "clip.mp4"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 20.0, (64, 48))
    for brightness in range(0, 200, 20):
        writer.write(np.full((48, 64, 3), brightness, np.uint8))
    writer.release()
    return path


@pytest.fixture(scope="module")
def noisy_clip(tmp_path_factory):
    """Sixty frames that compress badly, so that every byte of the film counts."""
    return write_noise(tmp_path_factory.mktemp("clip") / "clip.avi", "mp4v")


def write_noise(path, codec):
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*codec), 20.0, (128, 96))
    random = np.random.default_rng(1)
    for _ in range(60):
        writer.write(random.integers(0, 255, (96, 128, 3), np.uint8))
    writer.release()
    return path


def lasting(clip, ticks):
    """Let the frames of an mp4 last so many ticks of its clock each, as phones and screen recorders do.

    The table of durations grows, and with it every box around it; it lies behind the film, where nothing else moves.
    """
    content = bytearray(clip.read_bytes())
    table = content.rindex(b"stts") - 4
    size = struct.unpack_from(">I", content, table)[0]
    entries = b"".join(struct.pack(">II", 1, each) for each in ticks)
    new = struct.pack(">I4sII", 16 + len(entries), b"stts", 0, len(ticks)) + entries
    content[table : table + size] = new
    for box in (b"moov", b"trak", b"mdia", b"minf", b"stbl"):
        at = content.rindex(box) - 4
        struct.pack_into(">I", content, at, struct.unpack_from(">I", content, at)[0] + len(new) - size)
    clip.write_bytes(content.replace(b"edts", b"free"))  # the edit list would cut the film to its old length
    return clip


def tables_first(clip):
    """Move an mp4's tables before its film, as for streaming: cut short, it can still be read."""
    content = clip.read_bytes()
    film, tables = content.index(b"mdat") - 4, content.rindex(b"moov") - 4
    moved = bytearray(content[tables:])
    at = moved.index(b"stco") + 8
    (chunks,) = struct.unpack_from(">I", moved, at)
    for chunk in range(at + 4, at + 4 + 4 * chunks, 4):
        struct.pack_into(">I", moved, chunk, struct.unpack_from(">I", moved, chunk)[0] + len(moved))
    clip.write_bytes(content[:film] + moved + content[film:tables])
    return clip


def everything(path):
    with open_recording(path) as recording:
        return list(recording), recording


def picture(path, color=(0, 0, 255)):
    image = np.empty((48, 64, 3), np.uint8)
    image[:] = color
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


def test_a_recording_may_have_a_camera_s_name(clip, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    clip.rename("0")
    assert len(everything(Path("0"))[0]) == 10


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


def test_the_time_is_the_container_s_and_not_the_number_of_the_frame(clip):
    frames, _ = everything(lasting(clip, [512] * 10))
    tick = (frames[1].seconds - frames[0].seconds) / 512
    frames, recording = everything(lasting(clip, [10 * 512] * 4 + [512] * 6))
    expected = [0, 10, 20, 30, 40, 41, 42, 43, 44, 45]
    assert [frame.seconds for frame in frames] == pytest.approx([512 * tick * n for n in expected])
    assert recording.damage == ""


def test_numbered_pictures_come_in_the_order_of_their_numbers(tmp_path):
    names = ["frame1", "frame2", "Frame3", "frame10", "frame011", "frame100"]
    for shade, name in enumerate(names):
        picture(tmp_path / f"{name}.png", (0, 0, shade))
    frames, _ = everything(tmp_path)
    assert [int(frame.image[0, 0, 0]) for frame in frames[::10]] == list(range(6))


def test_a_mac_s_companion_files_are_no_pictures(tmp_path):
    picture(tmp_path / "a.png")
    (tmp_path / "._a.png").write_bytes(b"\0\5\26\7")
    assert len(everything(tmp_path)[0]) == 10


@pytest.mark.parametrize("name", ["%03d.mp4", "a:b.mp4", "http:x.mp4", os.fsdecode(b"caf\xe9.mp4"), "-i.mp4"])
def test_a_clip_of_any_name_is_read(clip, name, tmp_path, monkeypatch):
    clip.rename(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    with open_recording(type(tmp_path)(name)) as recording:
        assert len(list(recording)) == 10


def test_a_picture_whose_name_is_no_utf8_is_read(tmp_path):
    picture(tmp_path / "a.png").rename(tmp_path / os.fsdecode(b"caf\xe9.png"))
    assert len(everything(tmp_path)[0]) == 10


def test_a_whole_clip_has_no_damage(noisy_clip):
    frames, recording = everything(noisy_clip)
    assert (len(frames), recording.damage, recording.gaps) == (60, "", [])


def test_a_clip_that_a_person_stops_is_not_damaged(noisy_clip):
    with open_recording(noisy_clip) as recording:
        next(iter(recording))
    assert (recording.damage, recording.gaps) == ("", [])


def damaged(clip, tmp_path, change):
    content = bytearray(clip.read_bytes())
    change(content)
    path = tmp_path / "damaged.avi"
    path.write_bytes(content)
    return path


def test_a_damaged_clip_is_read_to_its_end_and_reported_in_one_sentence(noisy_clip, tmp_path, capfd):
    def overwrite(content):
        third = len(content) // 3
        content[third : third + third // 4] = bytes(third // 4)

    frames, recording = everything(damaged(noisy_clip, tmp_path, overwrite))
    assert frames[-1].seconds > 2.5  # of 3.0: it was read past the hole
    assert re.search(r"is damaged: \d+ frames? (could not be decoded|may show errors)", recording.damage)
    assert capfd.readouterr().err == ""


def test_a_clip_that_was_cut_off_says_how_much_is_missing(tmp_path, capfd):
    path = write_noise(tmp_path / "clip.webm", "VP80")
    os.truncate(path, path.stat().st_size // 2)
    capfd.readouterr()  # the writer's own remarks
    frames, recording = everything(path)
    assert 20 < len(frames) < 40
    ((begin, end),) = recording.gaps
    assert (begin, end) == (pytest.approx(len(frames) / 20), pytest.approx(3.0))
    assert f"the last {end - begin:.1f} s are missing" in recording.damage
    assert capfd.readouterr().err == ""


CUT = r"[^ ]+ is damaged: the last \d\.\d s are missing; \d+ frames, \d\.\d s, were used\."


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("clip.webm", "VP80"),
        ("clip.avi", "MJPG"),
        ("clip.mkv", "MPG2"),  # its decoder holds frames back, and gives them after it met the cut
        ("clip.mp4", "mp2v"),  # also complains of each frame that the tables name
    ],
)
@pytest.mark.parametrize("share", [0.5, 0.51, 0.52])
def test_a_cut_is_no_fault_of_the_frames_before_it(tmp_path, name, codec, share):
    path = write_noise(tmp_path / name, codec)
    if path.suffix == ".mp4":
        tables_first(path)
    os.truncate(path, int(share * path.stat().st_size))
    assert re.match(CUT, everything(path)[1].damage)


def test_a_frame_lost_right_before_the_cut_is_part_of_the_missing_end(tmp_path):
    path = write_noise(tmp_path / "clip.avi", "MJPG")
    content = bytearray(path.read_bytes())
    chunks = [match.start() for match in re.finditer(b"00dc", content)]
    content[chunks[28] + 8 : chunks[29]] = bytes(chunks[29] - chunks[28] - 8)
    path.write_bytes(content[: chunks[30]])
    assert re.match(CUT, everything(path)[1].damage)


def test_a_fault_long_before_the_cut_is_still_told(noisy_clip, tmp_path):
    def overwrite(content):
        third = len(content) // 3
        content[third : third + 2000] = bytes(2000)
        del content[len(content) * 3 // 4 :]

    _, recording = everything(damaged(noisy_clip, tmp_path, overwrite))
    assert re.search(r"\d frames? (could not be decoded|may show errors), the last .* s are missing", recording.damage)


@pytest.mark.parametrize(("share", "announced"), [(0.95, True), (0.5, False)])
def test_a_missing_end_that_is_short_or_of_unknown_length_is_told(tmp_path, share, announced):
    path = write_noise(tmp_path / "clip.webm", "VP80")
    content = path.read_bytes()
    if not announced:  # as a browser's recorder leaves it: the element that tells the length becomes a void
        content = content.replace(b"\x44\x89\x88", b"\xec\x89\0", 1)
    path.write_bytes(content[: int(share * len(content))])
    frames, recording = everything(path)
    assert len(frames) < 60
    assert f"is damaged: the end is missing; {len(frames)} frames" in recording.damage


def test_a_picture_with_a_fault_inside_is_told(tmp_path, capfd):
    noise = np.random.default_rng(1).integers(0, 255, (96, 128, 3), np.uint8)
    content = bytearray(cv2.imencode(".jpg", noise)[1])
    content[len(content) // 2 : len(content) // 2 + 300] = bytes(300)
    (tmp_path / "damaged.jpg").write_bytes(content)
    picture(tmp_path / "whole.png")
    _, recording = everything(tmp_path)
    assert "damaged.jpg is damaged (1 of 2 pictures)" in recording.damage
    assert capfd.readouterr().err == ""


def test_what_others_write_to_standard_error_meanwhile_gets_there(tmp_path, capfd, monkeypatch):
    picture(tmp_path / "a.png")

    def decode(*_):
        os.write(2, b"[h264 @ 0x55a0] error while decoding MB 2 1\nthe door is open\n")
        return np.zeros((48, 64, 3), np.uint8)

    monkeypatch.setattr(cv2, "imdecode", decode)
    _, recording = everything(tmp_path)
    assert capfd.readouterr().err == "the door is open\n"
    assert recording.damage


def test_a_video_of_huge_frames_is_refused_before_one_is_decoded(clip, monkeypatch):
    monkeypatch.setattr("edge.camera.picture_file.MOST_PIXELS", 64 * 48 - 1)
    monkeypatch.setattr(Video, "_next", lambda self: pytest.fail("decoded"))
    with pytest.raises(UserError, match=r"too large \(64 x 48 pixels\)"):
        open_recording(clip)
