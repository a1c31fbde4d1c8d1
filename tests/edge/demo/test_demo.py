import io
import subprocess
import sys

import cv2
import pytest
from rich.console import Console

from edge.demo.demo import run_demo
from edge.errors import UserError
from edge.settings.schema import CameraSettings, Settings
from edge.settings.values import Region


@pytest.fixture
def clip(tmp_path, gray_frame):
    path = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, gray_frame.shape[1::-1])
    for _ in range(8):
        writer.write(gray_frame)
    writer.release()
    return path


def test_a_clip_leaves_an_annotated_clip_a_timeline_and_a_summary(clip, tmp_path):
    console = Console(file=(screen := io.StringIO()), width=100)
    assert run_demo(str(clip), Settings(), tmp_path / "new" / "out", console) == 0
    assert {path.name for path in (tmp_path / "new" / "out").iterdir()} == {"annotated.webm", "timeline.png"}
    text = screen.getvalue()
    assert "Frames     8" in text
    assert "Verdicts" not in text  # nobody knows what was so


def test_a_camera_that_hangs_on_its_side_is_shown_upright_and_cut(clip, gray_frame, tmp_path):
    settings = Settings(camera=CameraSettings(rotation=90, region=Region(0.0, 0.0, 0.5, 1.0)))
    assert run_demo(str(clip), settings, tmp_path / "out", Console(file=io.StringIO())) == 0
    written = cv2.VideoCapture(str(tmp_path / "out" / "annotated.webm"))
    assert written.get(cv2.CAP_PROP_FRAME_WIDTH) == gray_frame.shape[0] / 2
    assert written.get(cv2.CAP_PROP_FRAME_HEIGHT) > gray_frame.shape[1]  # a bar with the time is below


def test_a_missing_source_is_a_user_s_error(tmp_path):
    with pytest.raises(UserError):
        run_demo(str(tmp_path / "nothing.mp4"), Settings(), tmp_path / "out", Console(file=io.StringIO()))


def test_an_output_folder_that_cannot_be_made_is_a_user_s_error(clip):
    with pytest.raises(UserError, match="--out"):
        run_demo(str(clip), Settings(), clip / "out", Console(file=io.StringIO()))


@pytest.mark.parametrize("package", ["rich", "skimage", "matplotlib"])
def test_a_missing_package_is_named(package, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(UserError, match=r"pip install 'maskwatch\[demo\]'"):
        run_demo(None, Settings(), tmp_path)


def test_importing_the_demo_pulls_in_neither_matplotlib_nor_rich():
    code = "import sys, edge.demo.demo; sys.exit(bool({'matplotlib', 'rich', 'skimage'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
