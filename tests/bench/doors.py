"""A minute at three doors, made from clips: empty, one person who stays, ten people who come and go."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from service import RATE, hall_frames, write

SECONDS = 60
FRAMES = SECONDS * RATE

STAYS = "laptop_woman_masked"

COME_AND_GO = (
    *("bearded_man_no_mask", "cafe_man_masked", "laptop_woman_masked", "lecturer_no_mask", "nurse_masked"),
    *("studio_man_no_mask", "student_puts_on_mask", "studio_woman_puts_on_mask", "tutorial_mask_on"),
    "woman_takes_mask_off",
)

PLACES = ((0, 0), (320, 0), (0, 240), (320, 240))
"""Left and top of the quarters of the picture in which people come and go."""


def make_doors(clips: Path, folder: Path) -> dict[str, Path]:
    """The three minutes as MJPEG at 640x480, ten frames a second, by name."""
    makers = {"empty": hall_frames(FRAMES), "settled": _stays(clips / f"{STAYS}.mp4"), "busy": _busy(clips)}
    paths = {}
    for name, frames in makers.items():
        paths[name] = folder / f"{name}.avi"
        write(paths[name], frames)
    return paths


def _stays(clip: Path) -> Iterator[np.ndarray]:
    """To and fro, so that nobody jumps."""
    pictures = _pictures(clip, (640, 480))
    for number in range(FRAMES):
        yield _at(pictures, number)


def _busy(clips: Path) -> Iterator[np.ndarray]:
    """Each comes after an equal pause, and stays until another takes the place."""
    people = [_pictures(clips / f"{name}.mp4", (320, 240)) for name in COME_AND_GO]
    pause = FRAMES / (len(people) + len(PLACES) - 1)
    for number, empty in zip(range(FRAMES), hall_frames(FRAMES), strict=True):
        picture = empty.copy()
        for which, person in enumerate(people):
            here = number - round(which * pause)
            if 0 <= here < round(len(PLACES) * pause):
                left, top = PLACES[which % len(PLACES)]
                picture[top : top + 240, left : left + 320] = _at(person, here)
        yield picture


def _at(pictures: list[np.ndarray], number: int) -> np.ndarray:
    turn = number % (2 * len(pictures) - 2)
    return pictures[min(turn, 2 * len(pictures) - 2 - turn)]


def _pictures(clip: Path, size: tuple[int, int]) -> list[np.ndarray]:
    """A clip at ten frames a second, its middle cut to the shape of a size."""
    capture = cv2.VideoCapture(str(clip))
    step = max(1, round(capture.get(cv2.CAP_PROP_FPS) / RATE))
    numbers = itertools.takewhile(lambda _: capture.grab(), itertools.count())
    return [_fitted(capture.retrieve()[1], size) for number in numbers if number % step == 0]


def _fitted(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    height, width = image.shape[:2]
    shape = size[0] / size[1]
    wide, high = min(width, round(height * shape)), min(height, round(width / shape))
    left, top = (width - wide) // 2, (height - high) // 2
    return cv2.resize(image[top : top + high, left : left + wide], size, interpolation=cv2.INTER_AREA)
