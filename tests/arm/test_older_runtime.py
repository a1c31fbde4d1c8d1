"""tflite-runtime on a Pi with numpy 1 puts a face on the same side of the threshold as LiteRT does here."""

import json
import shutil

import pytest

from .debian import BOOKWORM
from .emulated_pi import CPUS, HERE

pytestmark = pytest.mark.arm

EVERY = 3
"""One of so many drawn faces is judged: emulated, a face takes seconds."""


@pytest.fixture(scope="module")
def faces(work, drawn_faces):
    folder = work / "faces"
    folder.mkdir()
    for path in sorted(drawn_faces.glob("*/*.png"))[::EVERY]:
        shutil.copy(path, folder)
    return folder


def test_the_older_runtime_takes_the_same_sides(make_pi, here, faces):
    sides_here = json.loads(here(HERE / "guest" / "sides.py", "ai_edge_litert", faces))
    judged = make_pi(CPUS[1], BOOKWORM, tflite=True).python("/mnt/guest/sides.py", "tflite_runtime", "/mnt/desk/faces")
    assert judged.returncode == 0, judged.stderr
    assert json.loads(judged.stdout) == sides_here
    assert set(sides_here) == {True, False}
