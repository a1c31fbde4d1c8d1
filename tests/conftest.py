from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import settings

from edge.demo.faces import demo_faces

SHIPPED = Path(__file__).parent.parent / "edge" / "models"

DRAWN_PER_CLASS = 24

# A busy machine is slow, not wrong: times belong in benchmarks.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


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


@pytest.fixture
def grey_frame():
    return np.full((240, 320, 3), 128, np.uint8)


@pytest.fixture(scope="session")
def drawn_faces(tmp_path_factory):
    """A small set of faces: the demo's portraits, bare and masked, each time a little different."""
    folder = tmp_path_factory.mktemp("faces")
    for number, (crop, label) in enumerate(demo_faces(2 * DRAWN_PER_CLASS, seed=1)):
        (folder / label).mkdir(exist_ok=True)
        assert cv2.imwrite(str(folder / label / f"{number:02}.png"), crop[:, :, ::-1])
    return folder
