"""Where a face is, and where it will be: an alpha-beta filter on its box."""

import math
from dataclasses import dataclass

from edge.vision.face import Face

ALPHA = 0.7
"""Share of the difference to a new box that the position takes on at once: the locator is right to a few percent."""

BETA = ALPHA**2 / (2 - ALPHA)
"""Share that the velocity takes on (Benedict and Bordner, 1962: the best for a given ALPHA)."""

COASTING_SECONDS = 0.4
"""How long an unseen face is assumed to keep its velocity; people stop and turn.

Its alert stands for the same time. People are remembered for longer, so that one who turns away and back is not new.
"""

SHORTEST_SECONDS = 0.005
"""Frames closer together than this say nothing about speed: their difference is the locator's noise."""

FASTEST_GROWTH = 3.0
"""Most that `log_size` may change in a second, twentyfold: no person comes nearer faster, only a glitch."""


@dataclass(slots=True)
class Motion:
    """Middle and size of a face's box, and how fast they change.

    The size is followed by its logarithm: walking up to a camera, a face grows by shares and not by pixels.
    """

    x: float
    y: float
    log_size: float
    aspect: float
    """Width over height."""
    seconds: float
    """When it was last seen."""
    vx: float = 0.0
    """Pixels a second, as `vy`."""
    vy: float = 0.0
    growth: float = 0.0
    """Of `log_size`, per second."""
    settled: bool = False
    """Whether the velocity is known, which takes two sightings."""

    @classmethod
    def of(cls, seconds: float, face: Face) -> "Motion":
        """A face seen for the first time."""
        x, y = face.center
        return cls(x, y, _log_size(face), _aspect(face), seconds)

    def at(self, seconds: float) -> Face:
        """Where the face should be at a time, not before it was last seen."""
        gone = COASTING_SECONDS * (1 - math.exp(-(seconds - self.seconds) / COASTING_SECONDS))
        return self._box(self.x + self.vx * gone, self.y + self.vy * gone, self.log_size + self.growth * gone)

    def see(self, seconds: float, face: Face) -> None:
        """Update with the place where the face was found."""
        passed, expected = seconds - self.seconds, self.at(seconds)
        (x, y), (ex, ey) = face.center, expected.center
        alpha, beta = (ALPHA, BETA) if self.settled else (1.0, 1.0)
        size = _log_size(face) - _log_size(expected)
        self.x, self.y, self.log_size = ex + alpha * (x - ex), ey + alpha * (y - ey), _log_size(expected) + alpha * size
        self.aspect += ALPHA * (_aspect(face) - self.aspect)
        self.seconds = seconds
        if passed >= SHORTEST_SECONDS:
            self.vx += beta * (x - ex) / passed
            self.vy += beta * (y - ey) / passed
            # Two positions say little about growth, and a wrong growth would soon double the face.
            growth = self.growth + (BETA * size / passed if self.settled else 0.0)
            self.growth = min(max(growth, -FASTEST_GROWTH), FASTEST_GROWTH)
            self.settled = True

    def _box(self, x: float, y: float, log_size: float) -> Face:
        size = math.exp(log_size)
        width, height = (size, size / self.aspect) if self.aspect >= 1 else (size * self.aspect, size)
        return Face(x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def _log_size(face: Face) -> float:
    return math.log(max(face.size, 1.0))


def _aspect(face: Face) -> float:
    return max(face.right - face.left, 1.0) / max(face.bottom - face.top, 1.0)
