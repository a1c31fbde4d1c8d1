import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import csv

import cv2
import numpy as np
import pytest

HEADER = ("image", "width", "height", "xmin", "ymin", "xmax", "ymax", "label")


@pytest.fixture
def draw_scenes():
    """Fills a folder and the CSV beside it with scenes: dark, each with bright discs for faces."""

    def draw(folder, split, count=24, first=0):
        (folder / split).mkdir(parents=True, exist_ok=True)
        rng = np.random.default_rng(first)
        with (folder / f"{split}.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(HEADER)
            for number in range(first, first + count):
                name = f"{number:03}.png"
                scene, box = _scene(rng)
                assert cv2.imwrite(str(folder / split / name), scene)
                writer.writerow([name, 160, 120, *box, "with_mask"])

    return draw


@pytest.fixture
def scenes_folder(tmp_path, draw_scenes):
    """A folder of scenes with the three splits."""
    folder = tmp_path / "scenes"
    for i, (split, count) in enumerate((("train", 24), ("val", 4), ("test", 4))):
        draw_scenes(folder, split, count, first=100 * i)
    return folder


def _scene(rng):
    scene = rng.integers(0, 60, (120, 160, 3), np.uint8)
    radius = int(rng.integers(10, 25))
    x, y = int(rng.integers(radius, 160 - radius)), int(rng.integers(radius, 120 - radius))
    cv2.circle(scene, (x, y), radius, (150, 190, 230), -1)
    return scene, (x - radius, y - radius, x + radius, y + radius)
