"""Small smooth drawings: writing, signs and symbols, painted large and shrunk."""

import cv2
import numpy as np

from edge.replay.palette import Color
from edge.tracking.track import Verdict

FINENESS = 4
"""Drawings are this many times larger before they are shrunk, which smooths them."""

FONT = cv2.FONT_HERSHEY_DUPLEX
CAPITAL = 22
"""Height of the font's capitals at scale 1, in pixels."""


class Brush:
    """Draws in one color after the other on an RGB picture; all lengths in its pixels."""

    def __init__(self, width: int, height: int, ground: Color) -> None:
        self.large = np.empty((height * FINENESS, width * FINENESS, 3), np.uint8)
        self.large[:] = ground
        self.size = (width, height)

    def finish(self) -> np.ndarray:
        """The picture, uint8 (height, width, 3)."""
        return cv2.resize(self.large, self.size, interpolation=cv2.INTER_AREA)

    def write(self, text: str, left: float, middle: float, high: float, color: Color) -> None:
        """Write capitals `high` pixels high, from `left` on, around the height `middle`."""
        scale, weight = _font(high)
        origin = (round(left * FINENESS), round((middle + high / 2) * FINENESS))
        cv2.putText(self.large, text, origin, FONT, scale, color, weight, cv2.LINE_AA)

    def disc(self, x: float, y: float, radius: float, color: Color, thickness: float | None = None) -> None:
        """A disc, or a ring of a thickness."""
        line = -1 if thickness is None else _thick(thickness)
        cv2.circle(self.large, (round(x * FINENESS), round(y * FINENESS)), round(radius * FINENESS), color, line)

    def area(self, points: list[tuple[float, float]], color: Color) -> None:
        """A filled polygon."""
        cv2.fillPoly(self.large, [_corners(points)], color)

    def line(self, points: list[tuple[float, float]], color: Color, thickness: float) -> None:
        """A line through points."""
        cv2.polylines(self.large, [_corners(points)], False, color, _thick(thickness))

    def arc(self, x: float, y: float, radius: float, color: Color, thickness: float) -> None:
        """A quarter of a ring, open to the left."""
        center, axes = (round(x * FINENESS), round(y * FINENESS)), (round(radius * FINENESS),) * 2
        cv2.ellipse(self.large, center, axes, 0, -45, 45, color, _thick(thickness))


def writing_width(text: str, high: float) -> float:
    """How wide a text is when its capitals are `high` pixels high, in pixels."""
    scale, weight = _font(high)
    return cv2.getTextSize(text, FONT, scale, weight)[0][0] / FINENESS


def draw_sign(brush: Brush, verdict: Verdict, x: float, y: float, size: float, color: Color) -> None:
    """The verdict's sign around (x, y): an exclamation mark, a tick, or three dots."""
    thick = size * 0.17
    if verdict is Verdict.NOT_COMPLIANT:
        brush.line([(x, y - size * 0.42), (x, y + size * 0.12)], color, thick * 1.2)
        brush.disc(x, y + size * 0.40, thick * 0.7, color)
    elif verdict is Verdict.COMPLIANT:
        corners = [(x - size * 0.42, y), (x - size * 0.12, y + size * 0.34), (x + size * 0.44, y - size * 0.36)]
        brush.line(corners, color, thick)
    else:
        for step in (-1, 0, 1):
            brush.disc(x + step * size * 0.36, y, thick * 0.6, color)


def draw_lamp(brush: Brush, x: float, y: float, size: float, *, on: bool, lit: Color, unlit: Color) -> None:
    """An LED around (x, y): a filled disc with rays when on, a ring when off."""
    if not on:
        brush.disc(x, y, size * 0.30, unlit, size * 0.08)
        return
    brush.disc(x, y, size * 0.30, lit)
    for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1), (0.7, 0.7), (-0.7, 0.7), (0.7, -0.7), (-0.7, -0.7)):
        ends = [(x + dx * size * 0.40, y + dy * size * 0.40), (x + dx * size * 0.54, y + dy * size * 0.54)]
        brush.line(ends, lit, size * 0.09)


def draw_speaker(brush: Brush, x: float, y: float, size: float, *, on: bool, lit: Color, unlit: Color) -> None:
    """A buzzer around (x, y): a loudspeaker, with waves when on."""
    color = lit if on else unlit
    left, flare = x - size * 0.42, x - size * 0.22
    mouth = x + size * 0.06
    brush.area([(left, y - size * 0.16), (flare, y - size * 0.16), (mouth, y - size * 0.40), (mouth, y + size * 0.40),
                (flare, y + size * 0.16), (left, y + size * 0.16)], color)  # fmt: skip
    for radius in (0.22, 0.42) if on else ():
        brush.arc(mouth, y, size * radius, color, size * 0.09)


def _font(high: float) -> tuple[float, int]:
    scale = high * FINENESS / CAPITAL
    return scale, max(1, round(scale * 1.7))


def _thick(thickness: float) -> int:
    return max(1, round(thickness * FINENESS))


def _corners(points: list[tuple[float, float]]) -> np.ndarray:
    return np.round(np.array(points) * FINENESS).astype(np.int32)
