import csv
import os
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import settings

from edge.demo.portraits import load_portraits

from .portrait_faces import portrait_faces

SHIPPED = Path(__file__).parent.parent / "edge" / "models"

DRAWN_PER_CLASS = 24

SCENE_COLUMNS = ("image", "width", "height", "xmin", "ymin", "xmax", "ymax", "label")

# A busy machine is slow, not wrong: times belong in benchmarks.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


ONE_BOARD = ("systemd", "arm", "machine", "browser")
"""Markers of tests that share one emulated board, or would wait for each other."""


def pytest_xdist_auto_num_workers(config):
    """A process for each core, but for those tests that share a board."""
    chosen = config.getoption("markexpr", "")
    alone = any(marker in chosen.split() and f"not {marker}" not in chosen for marker in ONE_BOARD)
    return 0 if alone else os.cpu_count()


@pytest.fixture(scope="session")
def shared_data():
    """The photographs and clips that this project is developed on; they are not part of it."""
    folder = Path(__file__).parent.parent.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("not run, because ../shared/data is not here")
    return folder


@pytest.fixture(scope="session")
def shipped_model():
    return SHIPPED / "door_cnn.tflite"


@pytest.fixture(scope="session")
def shipped_locator():
    return SHIPPED / "face_cnn.tflite"


@pytest.fixture
def gray_frame():
    return np.full((240, 320, 3), 128, np.uint8)


@pytest.fixture(scope="session")
def portraits():
    """The demo's portraits. To cut them out takes seconds: from then on the demo draws from this one cut."""
    portraits = load_portraits()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("edge.demo.scene.load_portraits", lambda: portraits)
        yield portraits


@pytest.fixture(scope="session")
def draw_faces(portraits):
    """Fills a folder of classes with faces: the demo's portraits, bare and masked, each time a little different."""

    def draw(folder, count=2 * DRAWN_PER_CLASS, seed=1):
        for number, (crop, label) in enumerate(portrait_faces(portraits, count, seed)):
            (folder / label).mkdir(parents=True, exist_ok=True)
            assert cv2.imwrite(str(folder / label / f"{number:02}.png"), crop[:, :, ::-1])

    return draw


@pytest.fixture(scope="session")
def drawn_faces(tmp_path_factory, draw_faces):
    """A small set of faces, which no test may change."""
    folder = tmp_path_factory.mktemp("faces")
    draw_faces(folder)
    return folder


@pytest.fixture(scope="session")
def draw_scenes():
    """Fills a folder and the CSV beside it with scenes: dark, each with bright discs for faces."""

    def draw(folder, split, count=24, first=0):
        (folder / split).mkdir(parents=True, exist_ok=True)
        rng = np.random.default_rng(first)
        with (folder / f"{split}.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(SCENE_COLUMNS)
            for number in range(first, first + count):
                name = f"{number:03}.png"
                scene, box = _scene(rng)
                assert cv2.imwrite(str(folder / split / name), scene)
                writer.writerow([name, 160, 120, *box, "with_mask"])

    return draw


def _scene(rng):
    scene = rng.integers(0, 60, (120, 160, 3), np.uint8)
    radius = int(rng.integers(10, 25))
    x, y = int(rng.integers(radius, 160 - radius)), int(rng.integers(radius, 120 - radius))
    cv2.circle(scene, (x, y), radius, (150, 190, 230), -1)
    return scene, (x - radius, y - radius, x + radius, y + radius)


@pytest.fixture
def eventually():
    """Waits until something is so: on a busy machine another thread's turn may be a long time in coming."""

    def eventually(so, seconds=60.0):
        late = time.monotonic() + seconds
        while not so():
            assert time.monotonic() < late
            time.sleep(0.002)

    return eventually
