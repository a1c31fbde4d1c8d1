import os
import subprocess
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import cv2
import numpy as np
import pytest

from training.cli import main

REPOSITORY = Path(__file__).parent.parent.parent


@pytest.fixture(scope="session")
def start_python():
    """Starts Python with arguments and this repository's code in another process."""

    def start(*arguments):
        return subprocess.Popen(
            [sys.executable, "-u", *arguments],
            cwd=REPOSITORY,
            env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    return start


@pytest.fixture(scope="session")
def classifier_command(drawn_faces):
    """The arguments of `maskwatch-train` that fit a small classifier on drawn faces in a folder."""

    def command(run, *options, data=drawn_faces, network="seed_cnn"):
        return ["classifier", str(data), "--network", network, "--out", str(run), *map(str, options)]

    return command


@pytest.fixture
def refusal(capsys):
    """The one sentence with which `maskwatch-train` refuses its arguments."""

    def refusal(arguments):
        assert main(arguments) == 2
        sentence = capsys.readouterr().err
        assert sentence.startswith("maskwatch-train: ")
        assert sentence.count("\n") == 1
        return sentence

    return refusal


@pytest.fixture
def draw_class():
    """Fills a folder with plain colored pictures, each of its own content."""

    def draw(folder, count=24, side=24, first=0):
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(first, first + count):
            picture = np.full((side, side, 3), 40, np.uint8)
            cv2.putText(picture, str(number), (0, side - 4), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (200, 220, 240))
            picture[0, 0] = (number % 256, number // 256, sum(folder.name.encode()) % 256)
            assert cv2.imwrite(str(folder / f"{number:03}.png"), picture)

    return draw


@pytest.fixture
def two_classes(tmp_path, draw_class):
    """A folder with 24 pictures of either class that must be there."""
    folder = tmp_path / "data"
    draw_class(folder / "with_mask")
    draw_class(folder / "without_mask")
    return folder
