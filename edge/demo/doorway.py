"""The drawn doorway: a corridor seen through a door frame, and the desk that the camera stands behind."""

import cv2
import numpy as np

WIDTH, HEIGHT = 640, 480
"""Of the picture, in pixels."""

HORIZON = (320, 202)
"""Where the corridor's lines meet: at the height of the eyes, as the camera's."""

OPENING = (178, 34, 462, HEIGHT)
"""Left, top, right and bottom of the doorway, in pixels."""

DESK_TOP = 398
"""The desk's upper edge, in pixels."""

FINENESS = 3
"""The picture is drawn this many times larger and shrunk, which smooths its lines."""

Color = tuple[int, int, int]


class Painter:
    """Fills shapes, in pixels of the small picture, on a large one."""

    def __init__(self) -> None:
        self.canvas = np.zeros((HEIGHT * FINENESS, WIDTH * FINENESS, 3), np.float32)

    def fill(self, points: list[tuple[float, float]], first: Color, last: Color | None = None) -> None:
        """Fill a polygon; with two colors, from its upper end to its lower one."""
        corners = np.round(np.array(points) * FINENESS).astype(np.int32)
        (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
        place = self.canvas[max(top, 0) : bottom + 1, max(left, 0) : right + 1]
        mask = cv2.fillPoly(np.zeros(place.shape[:2], np.uint8), [corners - np.maximum((left, top), 0)], 1).astype(bool)
        along = np.linspace(0, 1, bottom - top + 1)[max(-top, 0) :][: len(place), np.newaxis, np.newaxis]
        colors = np.array(first) * (1 - along) + np.array(last or first) * along
        place[mask] = np.broadcast_to(colors, place.shape)[mask]

    def box(
        self, left: float, top: float, right: float, bottom: float, first: Color, last: Color | None = None
    ) -> None:
        """Fill a rectangle."""
        self.fill([(left, top), (right, top), (right, bottom), (left, bottom)], first, last)

    def shade(self, x: float, y: float, wide: float, high: float, by: float) -> None:
        """Make a soft ellipse around (x, y) brighter (`by` > 0) or darker."""
        rows, columns = np.ogrid[: self.canvas.shape[0], : self.canvas.shape[1]]
        far = ((columns / FINENESS - x) / wide) ** 2 + ((rows / FINENESS - y) / high) ** 2
        self.canvas *= (1 + by * np.exp(-far))[..., np.newaxis]

    def finish(self, blur: float) -> np.ndarray:
        """The picture in its size, float32 (HEIGHT, WIDTH, 3), out of focus by `blur` pixels."""
        small = cv2.resize(self.canvas, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
        return cv2.GaussianBlur(small, (0, 0), blur).clip(0, 255)


def paint_doorway() -> np.ndarray:
    """All that lies behind the people, float32 (HEIGHT, WIDTH, 3), RGB, 0 to 255."""
    painter = Painter()
    _paint_wall(painter)
    _paint_corridor(painter)
    _paint_frame(painter)
    painter.shade(HORIZON[0], 190, 330, 260, 0.08)
    return painter.finish(1.5)


def paint_desk() -> np.ndarray:
    """The desk in front of them, float32 (HEIGHT, WIDTH, 3), RGB; only rows from DESK_TOP on count."""
    painter = Painter()
    painter.box(0, DESK_TOP, WIDTH, DESK_TOP + 26, (196, 158, 116), (176, 136, 96))
    painter.box(0, DESK_TOP, WIDTH, DESK_TOP + 2, (226, 194, 154))
    painter.box(0, DESK_TOP + 26, WIDTH, HEIGHT, (112, 82, 58), (86, 62, 44))
    painter.box(0, DESK_TOP + 26, WIDTH, DESK_TOP + 30, (70, 50, 36))
    for x in range(64, WIDTH, 128):
        painter.box(x - 1, DESK_TOP + 30, x + 1, HEIGHT, (74, 54, 38))
    painter.shade(HORIZON[0], DESK_TOP + 10, 240, 40, 0.16)
    return painter.finish(0.8)


def _paint_wall(painter: Painter) -> None:
    painter.box(0, 0, WIDTH, HEIGHT, (206, 204, 196), (176, 170, 160))
    painter.box(0, 300, WIDTH, 306, (226, 222, 214))  # a rail to lean chairs on
    painter.box(0, 306, WIDTH, HEIGHT, (126, 150, 148), (104, 126, 126))
    # A notice on the left, a picture of hills on the right.
    painter.box(46, 118, 128, 232, (150, 146, 138))
    painter.box(43, 114, 125, 228, (246, 246, 242))
    painter.box(43, 114, 125, 140, (52, 106, 140))
    for row, right in enumerate((112, 104, 110, 92)):
        painter.box(54, 156 + 15 * row, right, 160 + 15 * row, (168, 174, 178))
    painter.box(514, 120, 612, 202, (140, 136, 128))
    painter.box(511, 116, 609, 198, (84, 66, 50))
    painter.box(517, 122, 603, 192, (186, 210, 222), (236, 226, 200))
    painter.fill(
        [(517, 192), (517, 170), (545, 150), (572, 172), (603, 158), (603, 192)], (116, 146, 118), (84, 118, 92)
    )


def _paint_corridor(painter: Painter) -> None:
    left, top, right, bottom = OPENING
    far = (268, 164, 372, 262)  # its end wall
    painter.fill([(left, top), (right, top), (far[2], far[1]), (far[0], far[1])], (196, 192, 184), (210, 206, 198))
    painter.fill([(left, top), (far[0], far[1]), (far[0], far[3]), (left, bottom)], (204, 202, 196), (170, 166, 158))
    painter.fill([(right, top), (far[2], far[1]), (far[2], far[3]), (right, bottom)], (216, 212, 204), (178, 172, 162))
    painter.fill(
        [(far[0], far[3]), (far[2], far[3]), (right, bottom), (left, bottom)], (150, 132, 112), (186, 162, 134)
    )
    painter.box(*far, (226, 224, 218), (204, 200, 192))
    painter.box(296, 186, 344, 262, (142, 116, 92), (126, 100, 78))  # the door at the end
    painter.box(302, 192, 338, 222, (222, 234, 238))
    for near, beyond in ((0.93, 0.66), (0.52, 0.4)):
        _paint_lamp(painter, near, beyond)
    for side in (left, right):
        _paint_side_door(painter, side)
    painter.shade(HORIZON[0], 190, 110, 150, 0.10)


def _towards_horizon(x: float, y: float, share: float) -> tuple[float, float]:
    """The point that lies on the line from the horizon to (x, y), at this share of the way."""
    return HORIZON[0] + (x - HORIZON[0]) * share, HORIZON[1] + (y - HORIZON[1]) * share


def _paint_lamp(painter: Painter, near: float, beyond: float) -> None:
    top = OPENING[1]
    ends = [(HORIZON[0] - 44, near), (HORIZON[0] + 44, near), (HORIZON[0] + 44, beyond), (HORIZON[0] - 44, beyond)]
    painter.fill([_towards_horizon(x, top, share) for x, share in ends], (255, 252, 240))


def _paint_side_door(painter: Painter, side: int) -> None:
    upper, lower = OPENING[1] + 70, OPENING[3] - 8
    corners = [(upper, 0.78), (upper, 0.56), (lower, 0.56), (lower, 0.78)]
    painter.fill([_towards_horizon(side, y, share) for y, share in corners], (150, 122, 96), (122, 98, 78))


def _paint_frame(painter: Painter) -> None:
    left, top, right, bottom = OPENING
    for x, outwards in ((left, -1), (right, 1)):
        painter.box(x, top - 16, x + 18 * outwards, bottom, (236, 230, 218), (206, 198, 184))
        painter.box(x, top, x + 4 * outwards, bottom, (168, 158, 142))
        painter.box(x + 18 * outwards, top - 16, x + 21 * outwards, bottom, (158, 154, 146))
    painter.box(left - 18, top - 18, right + 18, top, (242, 237, 226), (226, 219, 206))
    painter.box(left, top - 4, right, top, (168, 158, 142))
    painter.box(left - 21, top - 20, right + 21, top - 18, (158, 154, 146))
