"""A person at the drawn doorway: the demo's portraits come with packages that a device does not have."""

import math
from collections.abc import Iterator
from typing import Self

import cv2
import numpy as np

from edge.camera.frame import Frame
from edge.demo.doorway import DESK_TOP, HEIGHT, WIDTH, paint_desk, paint_doorway

RATE = 10
"""Frames a second, on the scene's own clock."""

FACE = (320, 215, 62)
"""Middle of the face, and half its width, in pixels."""

SWAY = (14, 5)
"""How far they sway to the side and up, in pixels."""

NOISE = 3.0
"""Standard deviation of the sensor's noise, in gray levels."""

SMOOTHNESS = 4
"""Shapes are drawn this many times larger, and shrunk."""

Color = tuple[int, int, int]
SKIN, SHADE, HAIR, EYE, WHITE = (214, 168, 140), (182, 132, 106), (62, 44, 34), (44, 32, 28), (244, 240, 236)
LIPS, SHIRT, BROW = (176, 92, 84), (70, 92, 128), (80, 56, 42)


class DrawnPerson:
    """A camera before which a person without a mask stands and sways: the same pictures on every machine.

    What is drawn once is kept small, for the memory of the process is measured.
    """

    epoch, live = 0.0, False

    def __init__(self, frames: int, *, seed: int = 1) -> None:
        """Draw the scene's parts; `frames` says how long it lasts."""
        self._frames = frames
        self._empty = _empty_doorway()
        self._person, self._left, self._top = _cut_out(paint_person())
        random = np.random.default_rng(seed)
        self._noise = (NOISE * random.standard_normal(self._empty.shape, np.float32)).round().astype(np.int16)

    def __iter__(self) -> Iterator[Frame]:
        """The frames."""
        for number in range(self._frames):
            yield Frame(self.picture(number / RATE), number / RATE)

    def __enter__(self) -> Self:
        """Nothing to open."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Nothing to close."""

    def picture(self, seconds: float) -> np.ndarray:
        """What the camera sees at a time, uint8 (HEIGHT, WIDTH, 3), RGB."""
        image = self._empty.copy()
        left = self._left + round(SWAY[0] * math.sin(seconds * 2.1))
        top = self._top + round(SWAY[1] * math.sin(seconds * 3.3))
        person = self._person[: DESK_TOP - top]
        place = image[top : top + person.shape[0], left : left + person.shape[1]]
        place[:] = place * (1 - person[..., 3:]) + person[..., :3]
        noise = np.roll(self._noise, round(seconds * 1000) * 37, axis=1)
        return cv2.add(image, noise, dtype=cv2.CV_8U)


def _empty_doorway() -> np.ndarray:
    image = paint_doorway()
    image[DESK_TOP:] = paint_desk()[DESK_TOP:]
    return np.round(image).astype(np.uint8)


def _cut_out(picture: np.ndarray) -> tuple[np.ndarray, int, int]:
    """The part in which there is anything, and its left and top."""
    rows, columns = (np.flatnonzero(picture[..., 3].any(axis=axis)) for axis in (1, 0))
    top, left = int(rows[0]), int(columns[0])
    return picture[top : rows[-1] + 1, left : columns[-1] + 1].copy(), left, top


def paint_person() -> np.ndarray:
    """Head and shoulders, float32 (HEIGHT, WIDTH, 4): RGB multiplied by alpha, which is 0 to 1."""
    brush = EllipseCanvas()
    brush.ellipse(0, 2.6, 1.75, 1.3, SHIRT)
    brush.ellipse(0, 1.35, 0.42, 0.6, SHADE)
    brush.ellipse(0, -0.22, 1.12, 1.3, HAIR)
    brush.ellipse(0, 0.12, 0.93, 1.22, SKIN)
    brush.ellipse(0, 0.3, 0.8, 1.0, (222, 178, 150))
    for side in (-1, 1):
        brush.ellipse(0.97 * side, 0.1, 0.1, 0.24, SHADE)
        brush.ellipse(0.4 * side, -0.08, 0.26, 0.15, SHADE)
        brush.ellipse(0.4 * side, -0.06, 0.19, 0.09, WHITE)
        brush.ellipse(0.4 * side, -0.06, 0.085, 0.09, EYE)
        brush.ellipse(0.4 * side, -0.3, 0.25, 0.05, BROW)
        brush.ellipse(0.1 * side, 0.45, 0.06, 0.04, (120, 78, 62))
    brush.ellipse(0, 0.38, 0.17, 0.16, SHADE)
    brush.ellipse(0, 0.2, 0.08, 0.32, (230, 190, 164))
    brush.ellipse(0, 0.78, 0.34, 0.1, LIPS)
    brush.ellipse(0, 0.77, 0.3, 0.025, (110, 54, 50))
    brush.ellipse(0, -0.95, 0.8, 0.42, HAIR)
    return brush.finish()


class EllipseCanvas:
    """Fills ellipses, in half widths of the face from its middle, on a large canvas."""

    def __init__(self) -> None:
        self._canvas = np.zeros((HEIGHT * SMOOTHNESS, WIDTH * SMOOTHNESS, 4), np.uint8)

    def ellipse(self, x: float, y: float, wide: float, high: float, color: Color) -> None:
        """Fill one around (x, y)."""
        middle_x, middle_y, unit = (value * SMOOTHNESS for value in FACE)
        middle = (round(middle_x + x * unit), round(middle_y + y * unit))
        cv2.ellipse(self._canvas, middle, (round(wide * unit), round(high * unit)), 0, 0, 360, (*color, 255), -1)

    def finish(self) -> np.ndarray:
        """The picture in its size."""
        sharp = cv2.resize(self._canvas, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA).astype(np.float32)
        small = np.asarray(cv2.GaussianBlur(sharp, (0, 0), 1.2), np.float32)
        small[..., 3] /= 255
        small[..., :3] *= small[..., 3:]
        return small
