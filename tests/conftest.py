from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.demo.face_mask import with_mask
from edge.demo.portraits import load_portraits
from edge.vision.face import Face
from edge.vision.preprocessing import crop_face

SHIPPED = Path(__file__).parent.parent / "edge" / "models"

DRAWN_PER_CLASS = 24


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
    rng = np.random.default_rng(1)
    bare = load_portraits()
    for label, portraits in (("without_mask", bare), ("with_mask", [with_mask(portrait) for portrait in bare])):
        (folder / label).mkdir()
        for number in range(DRAWN_PER_CLASS):
            crop = drawn_crop(portraits[number % 2], rng)
            assert cv2.imwrite(str(folder / label / f"{number:02}.png"), crop[:, :, ::-1])
    return folder


def drawn_crop(portrait, rng):
    """A portrait's face before a wall of any colour, cut a little beside the middle."""
    person, alpha = portrait.image[:, :, :3], portrait.image[:, :, 3:] / 255
    before_wall = (person * alpha + rng.integers(0, 256, 3) * (1 - alpha)).astype(np.uint8)
    shift = rng.uniform(-0.1, 0.1, 2) * portrait.face.size
    left, top, right, bottom = portrait.face.left, portrait.face.top, portrait.face.right, portrait.face.bottom
    face = Face(left + shift[0], top + shift[1], right + shift[0], bottom + shift[1])
    crop = crop_face(before_wall, face)
    return crop[:, ::-1] if rng.random() < 0.5 else crop
