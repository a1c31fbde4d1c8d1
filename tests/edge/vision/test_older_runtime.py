"""The last tflite-runtime must come to the same decisions as LiteRT."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[3]

SCORE = """
import json, sys
from pathlib import Path
from edge.runtime.pipeline import load_classifier
from edge.settings.schema import ModelSettings
from edge.camera.still_pictures import Pictures
from edge.vision.preprocessing import whole_picture
classifier, _ = load_classifier(ModelSettings(runtime=sys.argv[1]))
images = [next(iter(Pictures([path]))).image for path in sorted(Path(sys.argv[2]).glob("*/*.png"))]
scores = [classifier.score(image, [whole_picture(image)])[0, 0] for image in images]
print(json.dumps([bool(score >= classifier.threshold) for score in scores]))
"""


def decisions(python, runtime, folder):
    finished = subprocess.run(
        [python, "-c", SCORE, runtime, folder], capture_output=True, text=True, check=True, cwd=REPOSITORY
    )
    return json.loads(finished.stdout)


@pytest.fixture(scope="module")
def older_python(tmp_path_factory):
    if sys.version_info[:2] != (3, 11):
        pytest.skip("not run, because tflite-runtime ends at Python 3.11")
    folder = tmp_path_factory.mktemp("older") / "venv"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    installed = subprocess.run([python, "-m", "pip", "install", "-q", f"{REPOSITORY}[tflite]"], check=False)
    if installed.returncode:
        pytest.skip("not run, because the package registry is not reached")
    return python


@pytest.mark.slow
def test_tflite_runtime_decides_as_litert_does(older_python, drawn_faces):
    older = decisions(older_python, "tflite_runtime", drawn_faces)
    newer = decisions(sys.executable, "ai_edge_litert", drawn_faces)
    assert len(newer) >= 48
    assert older == newer
