"""Pictures for the cost of a frame: more and more people in it, and one person in larger and larger pictures."""

from pathlib import Path

import cv2
import numpy as np

from edge.bench.people import DrawnPerson

FACES = range(21)

SIZES = ((320, 240), (640, 480), (800, 600), (1024, 768), (1280, 720), (1280, 960), (1920, 1080))

FRAMES = 9
"""The later ones count: at first everybody is new."""

ROWS, COLUMNS = 3, 7

PERSON = (205, 90, 435, 480)
"""Left, top, right and bottom of the drawn person in the picture, in pixels."""


def write_crowds(folder: Path) -> dict[str, int]:
    """Scenes of 640x480 with so many people, uint8 (FRAMES, 480, 640, 3); the number of people by file name."""
    people = [frame.image for frame in DrawnPerson(FRAMES)]
    named = {f"faces-{number:02}.npy": number for number in FACES}
    for name, number in named.items():
        np.save(folder / name, np.stack([_crowd(picture, number) for picture in people]))
    return named


def write_sizes(folder: Path) -> dict[str, str]:
    """Scenes with one person in pictures of each size; the size, such as "640x480", by file name."""
    people = [frame.image for frame in DrawnPerson(FRAMES)]
    named = {f"size-{wide}x{high}.npy": (wide, high) for wide, high in SIZES}
    for name, size in named.items():
        np.save(folder / name, np.stack([_enlarged(picture, *size) for picture in people]))
    return {name: f"{wide}x{high}" for name, (wide, high) in named.items()}


def _crowd(picture: np.ndarray, number: int) -> np.ndarray:
    """So many small copies of the person, side by side before the doorway's wall."""
    height, width = picture.shape[:2]
    left, top, right, bottom = PERSON
    cell_width, cell_height = width // COLUMNS, height // ROWS
    small = cv2.resize(picture[top:bottom, left:right], (cell_width, cell_height), interpolation=cv2.INTER_AREA)
    crowd = cv2.resize(picture[:60, :80], (width, height), interpolation=cv2.INTER_LINEAR)
    for place in range(number):
        row, column = divmod(place, COLUMNS)
        y, x = row * cell_height, column * cell_width
        crowd[y : y + cell_height, x : x + cell_width] = small
    return crowd


def _enlarged(picture: np.ndarray, width: int, height: int) -> np.ndarray:
    """As high as the size; a wider size shows the picture's edges on both sides."""
    scaled = cv2.resize(picture, (round(height * 4 / 3), height), interpolation=cv2.INTER_AREA)
    beside = width - scaled.shape[1]
    return cv2.copyMakeBorder(scaled, 0, 0, beside // 2, beside - beside // 2, cv2.BORDER_REPLICATE)
