import json
import subprocess
import sys

import cv2
import numpy as np
import pytest

from edge.cli import main


@pytest.fixture
def picture(tmp_path):
    """A picture, which is held for ten frames."""
    path = tmp_path / "picture.png"
    assert cv2.imwrite(str(path), np.full((96, 128, 3), 90, np.uint8))
    return str(path)


def test_the_command_measures_the_drawn_doorway(tmp_path):
    saved = tmp_path / "bench.json"
    command = [sys.executable, "-m", "edge", "bench", "--frames", "3", "--warm-up", "5", "--json", str(saved)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "whole frame" in done.stdout
    report = json.loads(saved.read_text())
    assert (report["frames"], report["people_per_frame"]) == (3, 1.0)
    assert list(report["stages"]) == ["locate", "follow", "classify", "judge"]
    assert report["imports_s"] > 0


def test_decoding_a_clip_is_a_stage(picture, tmp_path):
    saved = tmp_path / "bench.json"
    assert main(["bench", "--source", picture, "--warm-up", "2", "--json", str(saved)]) == 0
    report = json.loads(saved.read_text())
    assert (report["frames"], report["width_px"], report["height_px"]) == (8, 128, 96)
    assert next(iter(report["stages"])) == "capture"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--source", "none.mp4"], "There is no file"),
        (["--source", "{picture}"], "too few frames"),
        (["--source", "{picture}", "--warm-up", "1", "--json", "/proc/none/b.json"], "There is no folder /proc/none"),
    ],
)
def test_a_measurement_that_fails_is_explained_in_a_sentence(options, said, picture, capsys):
    assert main(["bench", *(option.format(picture=picture) for option in options)]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "number", "lowest"),
    [("--frames", "0", 1), ("--warm-up", "-1", 0), ("--frames", "9" * 30, 1), ("--warm-up", "9" * 30, 0)],
)
def test_a_measurement_of_so_many_frames_is_refused(option, number, lowest, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["bench", option, number])
    assert f"{option}: must be a whole number from {lowest} to 1000000, not {number}" in capsys.readouterr().err


def test_figures_replace_no_file_without_force_and_no_input_at_all(picture, tmp_path, capsys):
    saved = tmp_path / "folder" / "bench.json"
    saved.parent.mkdir()
    saved.write_text("figures of yesterday")
    command = ["bench", "--source", picture, "--warm-up", "2", "--json"]
    assert main([*command, str(saved)]) == 2
    assert saved.read_text() == "figures of yesterday"
    assert main([*command, picture, "--force"]) == 2
    assert cv2.imread(picture) is not None
    assert main([*command, str(saved), "--force"]) == 0
    assert json.loads(saved.read_text())["frames"] == 8
