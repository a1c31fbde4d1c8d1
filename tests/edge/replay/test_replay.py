import io
import itertools
import json
import re
import shutil
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.alarm.pattern import AlarmState
from edge.camera.frame import Frame
from edge.camera.recording import open_recording
from edge.cli import main
from edge.demo.scene import RATE, DoorwayScene
from edge.replay.pace import at_rate
from edge.replay.summary import Summary
from edge.runtime.frame_result import FrameResult


@pytest.fixture(scope="module")
def clip(tmp_path_factory, portraits):
    """Six seconds of the demo's doorway: a mask, then none."""
    path = tmp_path_factory.mktemp("clip") / "door.mp4"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 10.0, (640, 480))
    for frame in islice(DoorwayScene(), 6 * RATE):
        writer.write(cv2.cvtColor(frame.image, cv2.COLOR_RGB2BGR))
    writer.release()
    return path


def test_a_replay_logs_the_alert_at_the_clip_time(clip, capsys):
    assert main(["replay", str(clip)]) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (at,) = [event["at"] for event in events if event["event"] == "alert_began"]
    assert 3.3 < at < 4.5


def test_a_replay_draws_a_clip_and_a_timeline(clip, tmp_path, capsys):
    out, timeline = tmp_path / "annotated.mp4", tmp_path / "timeline.png"
    assert main(["replay", str(clip), "--out", str(out), "--timeline", str(timeline), "--rate", "5"]) == 0
    written = cv2.VideoCapture(str(out))
    assert written.get(cv2.CAP_PROP_FPS) == 5
    assert cv2.imread(str(timeline)).std() > 10


def test_a_replay_ends_with_a_summary_that_names_what_was_written(clip, tmp_path, capsys):
    out = tmp_path / "annotated.webm"
    assert main(["replay", str(clip), "--out", str(out), "--rate", "5"]) == 0
    said = capsys.readouterr().err
    assert re.search(r"door.mp4: 30 frames up to 5.8 s watched in .* s, \d people followed, 1 alert.", said)
    assert f"Wrote {out} (" in said


def test_a_terminal_is_shown_the_progress(clip, tmp_path):
    with open_recording(clip) as recording:
        terminal = Terminal()
        ticks = itertools.count()
        with Summary(recording, "door.mp4", terminal, clock=lambda: next(ticks)) as summary:
            for frame in recording:
                summary.publish(FrameResult(frame, [], AlarmState(), [], {}))
    assert "\r\x1b[K3.0 of 6.0 s (50 %), 0 alerts" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\x1b[K")


class Terminal(io.StringIO):
    """A text stream that is one."""

    def isatty(self):
        return True


@pytest.mark.parametrize("option", ["--out", "--timeline"])
def test_a_recording_is_never_written_over(clip, option, tmp_path, capsys):
    source = tmp_path / ("x.mp4" if option == "--out" else "x.png")
    if option == "--out":
        shutil.copy(clip, source)
    else:
        assert cv2.imwrite(str(source), np.full((48, 64, 3), 90, np.uint8))
    before = source.read_bytes()
    for force in ([], ["--force"]):
        assert main(["replay", str(source), option, str(source), *force]) == 2
        assert "read by this command" in capsys.readouterr().err
    assert source.read_bytes() == before
    assert list(tmp_path.iterdir()) == [source]


def test_a_damaged_clip_is_told_in_one_line(clip, tmp_path, capfd):
    damaged = bytearray(clip.read_bytes())
    damaged[len(damaged) // 2 : len(damaged) // 2 + 3000] = bytes(3000)
    (tmp_path / "damaged.mp4").write_bytes(damaged)
    assert main(["replay", str(tmp_path / "damaged.mp4")]) == 0
    lines = capfd.readouterr().err.splitlines()
    assert len(lines) == 2
    assert "damaged.mp4 is damaged" in lines[1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["none.mp4"], "none.mp4: name a clip"),
        (["CLIP", "--timeline", "nowhere/x.png"], "no folder nowhere"),
        (["CLIP", "--timeline", "x.tex"], "name that ends in .png"),
    ],
)
def test_impossible_arguments_are_refused_in_a_sentence(clip, arguments, said, capsys):
    assert main(["replay", *(str(clip) if a == "CLIP" else a for a in arguments)]) == 2
    assert said in capsys.readouterr().err


@pytest.fixture
def annotated(clip):
    """Writes what is seen in the clip; gives the folder."""

    def annotated(first, then):
        people = [{"from_s": 0.4, "to_s": 2.8, "people": {first: 1}}, {"from_s": 4, "to_s": 6, "people": {then: 1}}]
        content = {"file": clip.name, "segments": people, "max_people": 2}
        clip.with_suffix(".json").write_text(json.dumps(content))
        return str(clip.parent)

    return annotated


@pytest.mark.parametrize("command", ["replay", "evaluate"])
@pytest.mark.parametrize("rate", ["0", "nan", "inf", "1e9"])
def test_a_recording_is_shown_at_no_impossible_rate(command, rate, capsys):
    with pytest.raises(SystemExit, match="2"):
        main([command, "none", "--rate", rate])
    assert f"--rate: must be a number from 0.1 to 1000.0, not {rate}" in capsys.readouterr().err


def test_clips_are_scored_in_a_table(annotated, capsys):
    assert main(["evaluate", annotated("with_mask", "without_mask")]) == 0
    shown = capsys.readouterr().out
    assert "door" in shown
    assert "100 %" in shown
    assert "Passed: 1 of 1" in shown


def test_a_clip_that_ends_before_its_annotation_fails(clip, annotated, capsys):
    folder = annotated("with_mask", "without_mask")
    description = clip.with_suffix(".json")
    content = json.loads(description.read_text())
    content["segments"].append({"from_s": 6, "to_s": 9, "people": {}})
    description.write_text(json.dumps(content))
    assert main(["evaluate", folder]) == 1
    shown = " ".join(capsys.readouterr().out.split())
    assert "door.mp4 shows nothing from 6.0 to 9.0 s, which are annotated: not passed." in shown
    assert "Passed: 0 of 1 clips; not passed: door." in shown


def test_the_score_is_printed_for_programs(annotated, capsys):
    assert main(["evaluate", annotated("with_mask", "without_mask"), "--json"]) == 0
    score = json.loads(capsys.readouterr().out)
    assert (score["must_pass"], score["passed"], score["frames_per_second"]) == (1, 1, 10.0)
    (clip,) = score["clips"]
    assert (clip["clip"], clip["passed"], clip["false_alerts_s"], clip["damage"]) == ("door.mp4", True, [], "")
    assert 0 <= clip["not_compliant"][0]["alerted_after_s"] < 1


def test_a_clip_that_fails_ends_with_status_1_unless_it_is_only_reported(annotated, capsys):
    folder = annotated("without_mask", "with_mask")  # the wrong way round
    assert main(["evaluate", folder]) == 1
    assert main(["evaluate", folder, "--only-report", "door"]) == 0


def test_a_clip_to_report_that_is_none_is_refused(annotated, capsys):
    assert main(["evaluate", annotated("with_mask", "without_mask"), "--only-report", "dor"]) == 2
    assert 'no clip "dor"' in capsys.readouterr().err


def test_a_slower_rate_leaves_frames_out(gray_frame):
    frames = [Frame(gray_frame, tick / 25) for tick in range(25)]
    assert [frame.seconds for frame in at_rate(frames, 5)] == pytest.approx([0, 0.2, 0.4, 0.6, 0.8])


def test_a_rate_above_the_source_keeps_every_frame(gray_frame):
    frames = [Frame(gray_frame, tick / 10) for tick in range(20)]
    assert list(at_rate(frames, 30)) == frames


def test_clips_that_nothing_describes_are_named(annotated, tmp_path, capsys):
    folder = Path(annotated("with_mask", "without_mask"))
    (folder / "other.MOV").write_bytes(b"a clip")
    (folder / "._door.json").write_bytes(b"a Mac's companion file")
    main(["evaluate", str(folder)])
    said = capsys.readouterr().err
    assert "Not judged, as no NAME.json describes them: " in said
    assert "other.MOV" in said


def test_files_of_a_folder_of_pictures_that_are_not_read_are_named(tmp_path, capsys):
    assert cv2.imwrite(str(tmp_path / "1.png"), np.full((96, 128, 3), 90, np.uint8))
    for name in ("2.HEIC", "3.mp4", "4.tif", "notes.txt", "Thumbs.db", "._1.png"):
        (tmp_path / name).write_bytes(b"something else")
    assert main(["replay", str(tmp_path)]) == 0
    assert capsys.readouterr().err.splitlines()[-1].endswith(".webp): 2.HEIC, 3.mp4, 4.tif.")
