import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import pytest


@pytest.fixture
def scenes_folder(tmp_path, draw_scenes):
    """A folder of scenes with the three splits."""
    folder = tmp_path / "scenes"
    for i, (split, count) in enumerate((("train", 24), ("val", 4), ("test", 4))):
        draw_scenes(folder, split, count, first=100 * i)
    return folder
