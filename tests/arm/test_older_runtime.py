"""tflite-runtime on a Pi with numpy 1 puts a face on the same side of the threshold as LiteRT does here."""

import json

import cv2
import pytest

from edge.demo.faces import demo_faces

from .debian import BOOKWORM
from .emulated_pi import CPUS, HERE

pytestmark = pytest.mark.arm

FACES = 16


@pytest.fixture(scope="module")
def faces(work):
    folder = work / "faces"
    folder.mkdir()
    for number, (crop, _) in enumerate(demo_faces(FACES, seed=2)):
        assert cv2.imwrite(str(folder / f"{number:02}.png"), crop[:, :, ::-1])
    return folder


def test_the_older_runtime_takes_the_same_sides(make_pi, here, faces):
    sides_here = json.loads(here(HERE / "guest" / "sides.py", "ai_edge_litert", faces))
    judged = make_pi(CPUS[1], BOOKWORM, tflite=True).python("/mnt/guest/sides.py", "tflite_runtime", "/mnt/desk/faces")
    assert judged.returncode == 0, judged.stderr
    assert json.loads(judged.stdout) == sides_here
    assert set(sides_here) == {True, False}
