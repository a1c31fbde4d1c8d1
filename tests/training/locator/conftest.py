import os
import shutil
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import pytest


@pytest.fixture(scope="session")
def drawn_scenes(tmp_path_factory, draw_scenes):
    """A folder of scenes with the three splits, which no test may change."""
    folder = tmp_path_factory.mktemp("drawn") / "scenes"
    for i, (split, count) in enumerate((("train", 24), ("val", 4), ("test", 4))):
        draw_scenes(folder, split, count, first=100 * i)
    return folder


@pytest.fixture
def scenes_folder(drawn_scenes, tmp_path):
    """The same, as the test's own."""
    return Path(shutil.copytree(drawn_scenes, tmp_path / "scenes"))
