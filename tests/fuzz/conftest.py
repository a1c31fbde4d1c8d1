from types import SimpleNamespace

import cv2
import numpy as np
import pytest


@pytest.fixture(scope="module")
def two_classes(tmp_path_factory):
    """A folder with 24 pictures of either class."""
    folder = tmp_path_factory.mktemp("classes")
    for label, shade in (("with_mask", 40), ("without_mask", 90)):
        (folder / label).mkdir()
        for number in range(24):
            picture = np.full((20, 20, 3), shade, np.uint8)
            picture[0, 0] = number
            assert cv2.imwrite(str(folder / label / f"{number:03}.png"), picture)
    return folder


@pytest.fixture(scope="module")
def scenes_for_fuzzing(tmp_path_factory, draw_scenes):
    """A folder of scenes, and the content of its tables."""
    folder = tmp_path_factory.mktemp("scenes")
    draw_scenes(folder, "train", 40)
    draw_scenes(folder, "val", 4, first=900)
    tables = {name: (folder / f"{name}.csv").read_bytes() for name in ("train", "val")}
    return SimpleNamespace(
        folder=folder, tables=tables | {"manifest": b"path,n_unannotated_suspect\ntrain/000.png,2\n"}
    )
