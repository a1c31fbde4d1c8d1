import os
import resource

import cv2
import numpy as np
import pytest

from edge.errors import UserError
from edge.replay.clip import AnnotatedClip
from edge.replay.video_writer import CODECS, h264_encoder


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


def test_without_a_result_no_file_is_written(tmp_path):
    with AnnotatedClip(tmp_path / "clip.webm", 10):
        pass
    assert list(tmp_path.iterdir()) == []


def test_opencvs_messages_are_silenced(tmp_path, frame_result, capfd):
    with AnnotatedClip(tmp_path / "clip.webm", 10) as clip:
        clip.publish(frame_result())
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("name", ["clip.gif", "clip", "nowhere/clip.webm"])
def test_a_name_that_cannot_be_written_is_refused(name, tmp_path):
    with pytest.raises(UserError):
        AnnotatedClip(tmp_path / name, 10)


@pytest.mark.parametrize("suffix", CODECS)
@pytest.mark.parametrize("size", [(1, 1), (1, 300), (8, 9000), (480, 641)])
def test_a_picture_of_any_size_becomes_a_video(suffix, size, tmp_path, frame_result):
    with AnnotatedClip(tmp_path / f"clip{suffix}", 10) as clip:
        for number in range(3):
            clip.publish(frame_result(number / 10, size=size))
    assert frames_of(clip.path) == 3


def test_a_clip_that_could_not_be_written_whole_is_none(tmp_path, frame_result):
    """As when a disk is full: encoders do not say so."""
    (tmp_path / "clip.webm").write_text("an older clip")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)

    def write():
        with AnnotatedClip(tmp_path / "clip.webm", 10, force=True) as clip:
            for number in range(30):
                clip.publish(noisy(frame_result(number / 10)))

    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, limits[1]))
    try:
        with pytest.raises(UserError, match="could not be written whole: make room"):
            write()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("clip.webm", "an older clip")]


def noisy(frame_result):
    frame_result.frame.image[:] = np.random.default_rng(1).integers(0, 255, frame_result.frame.image.shape)
    return frame_result


def test_a_disk_that_fills_up_ends_the_work(tmp_path, frame_result, monkeypatch):
    with pytest.raises(UserError, match="No space left on device"), AnnotatedClip(tmp_path / "clip.avi", 10) as clip:
        monkeypatch.setattr("edge.replay.clip.LEAST_FREE_BYTES", 1 << 62)
        clip.publish(frame_result())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(h264_encoder() is None, reason="this machine's ffmpeg, if any, writes no H.264")
def test_an_mp4_is_h264_where_ffmpeg_can(tmp_path, frame_result):
    with AnnotatedClip(tmp_path / "clip.mp4", 10) as clip:
        clip.publish(frame_result())
    assert b"avc1" in clip.path.read_bytes()


@pytest.mark.parametrize("fault", ["exit 1", "exec sleep 60"])
def test_an_ffmpeg_that_cannot_is_passed_over(fault, tmp_path, frame_result, monkeypatch):
    program(tmp_path / "bin", fault)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=os.pathsep)
    monkeypatch.setattr("edge.replay.video_writer.PROBE_SECONDS", 0.05)
    with AnnotatedClip(tmp_path / "clip.mp4", 10) as clip:
        clip.publish(frame_result())
    assert frames_of(clip.path) == 1


def test_an_ffmpeg_that_dies_in_between_is_told_with_its_reason(tmp_path, frame_result, monkeypatch):
    program(tmp_path / "bin", 'case "$*" in *lavfi*) ;; *) echo "x264: out of luck." >&2; exit 1;; esac')
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=os.pathsep)

    def write():
        with AnnotatedClip(tmp_path / "clip.mp4", 10) as clip:
            for number in range(100):
                clip.publish(frame_result(number / 10))

    with pytest.raises(UserError, match="ffmpeg stopped: x264: out of luck"):
        write()
    assert not (tmp_path / "clip.mp4").exists()


def program(folder, script):
    """An ffmpeg that does what the script says."""
    folder.mkdir()
    (folder / "ffmpeg").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "ffmpeg").chmod(0o755)


def test_a_name_that_is_not_utf8_is_refused(tmp_path, frame_result):
    with pytest.raises(UserError, match="no name in UTF-8"), AnnotatedClip(tmp_path / "caf\udce9.webm", 10) as clip:
        clip.publish(frame_result(0.0))
