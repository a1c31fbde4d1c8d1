import json
from itertools import islice

import cv2
import pytest

from edge.camera.frame import Frame
from edge.cli import main
from edge.demo.scene import RATE, DoorwayScene
from edge.replay.pace import at_rate


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


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["none.mp4"], "none.mp4: name a clip"),
        (["CLIP", "--rate", "0"], "--rate 0.0 cannot be"),
        (["CLIP", "--timeline", "nowhere/x.png"], "no folder nowhere"),
        (["CLIP", "--timeline", "x.tex"], "name that ends in .png"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(clip, arguments, said, capsys):
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


def test_clips_are_not_scored_at_no_rate(annotated, capsys):
    assert main(["evaluate", annotated("with_mask", "without_mask"), "--rate", "0"]) == 2
    assert "--rate 0.0 cannot be" in capsys.readouterr().err


def test_clips_are_scored_in_a_table(annotated, capsys):
    assert main(["evaluate", annotated("with_mask", "without_mask")]) == 0
    shown = capsys.readouterr().out
    assert "door" in shown
    assert "100 %" in shown
    assert "Passed: 1 of 1" in shown


def test_a_clip_that_fails_ends_with_status_1_unless_it_is_only_reported(annotated, capsys):
    folder = annotated("without_mask", "with_mask")  # the wrong way round
    assert main(["evaluate", folder]) == 1
    assert main(["evaluate", folder, "--only-report", "door"]) == 0


def test_a_clip_to_report_that_is_none_is_refused(annotated, capsys):
    assert main(["evaluate", annotated("with_mask", "without_mask"), "--only-report", "dor"]) == 2
    assert 'no clip "dor"' in capsys.readouterr().err


def test_a_slower_rate_leaves_frames_out(grey_frame):
    frames = [Frame(grey_frame, tick / 25) for tick in range(25)]
    assert [frame.seconds for frame in at_rate(frames, 5)] == pytest.approx([0, 0.2, 0.4, 0.6, 0.8])


def test_a_rate_above_the_source_keeps_every_frame(grey_frame):
    frames = [Frame(grey_frame, tick / 10) for tick in range(20)]
    assert list(at_rate(frames, 30)) == frames
