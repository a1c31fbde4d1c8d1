from pathlib import Path

import numpy as np
import pytest

SHIPPED = Path(__file__).parent.parent / "edge" / "models"


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
