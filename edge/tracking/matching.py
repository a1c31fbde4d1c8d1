"""Which face of a frame belongs to whom.

IoU alone loses people at ten frames a second: somebody crossing at a walk (1.4 m/s) goes nine widths of their face a
second, so that two boxes in a row need not touch. So a face may be as far from where it is expected as somebody could
have come in the time, measured in sizes of the face, and must be about as large; among these the best pair goes first.

Taking the best pair first is not always the best over all people together, as the Hungarian method is. But the two
differ only where two people and two faces all lie within one another's reach; there the pairs' costs are those of the
predicted paths, and whoever is nearest to a path is taken to be on it. In exchange it is a sort, and stays cheap with
twenty faces on a small processor.
"""

import math
from collections.abc import Sequence

from edge.tracking.motion import Motion
from edge.vision.face import Face

WALKING = 9.0
"""Face sizes a second of somebody crossing at a walk: the reach of a face whose velocity is not known."""

TURNING = 4.0
"""The same for the change of a known velocity."""

JITTER = 0.5
"""Reach, in face sizes, that costs no time."""

FARTHEST = 2.0
"""Reach, in face sizes, that no time exceeds."""

RATIO = 1.8
"""Between two frames a face grows or shrinks by less than this."""


def match(seconds: float, people: Sequence[Motion], faces: Sequence[Face]) -> dict[int, int]:
    """Pair people with faces.

    Args:
        seconds: When the frame was taken.
        people: How each was last seen to move.
        faces: The frame's faces.

    Returns:
        For each person that was found, by index, the index of their face.
    """
    costs = []
    for person, motion in enumerate(people):
        expected, reach = motion.at(seconds), _reach(seconds, motion)
        for index, face in enumerate(faces):
            cost = _cost(expected, face, reach)
            if cost is not None:
                costs.append((cost, person, index))
    return _best_first(costs)


def iou(a: Face, b: Face) -> float:
    """The area that two boxes share over the area that they cover."""
    width = min(a.right, b.right) - max(a.left, b.left)
    height = min(a.bottom, b.bottom) - max(a.top, b.top)
    shared = max(width, 0.0) * max(height, 0.0)
    return shared / max(_area(a) + _area(b) - shared, 1e-9)


def distance(a: Face, b: Face) -> float:
    """Between the middles of two boxes, in pixels."""
    return math.hypot(a.centre[0] - b.centre[0], a.centre[1] - b.centre[1])


def _best_first(costs: list[tuple[float, int, int]]) -> dict[int, int]:
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for _, person, face in sorted(costs):
        if person not in pairs and face not in taken:
            pairs[person] = face
            taken.add(face)
    return pairs


def _reach(seconds: float, motion: Motion) -> float:
    speed = TURNING if motion.settled else WALKING
    return min(JITTER + speed * (seconds - motion.seconds), FARTHEST)


def _cost(expected: Face, face: Face, reach: float) -> float | None:
    """None for two that cannot be the same; else the lower, the likelier they are."""
    far = distance(expected, face) / (reach * max(expected.size, 1.0))
    grown = abs(math.log(max(face.size, 1.0) / max(expected.size, 1.0))) / math.log(RATIO)
    return None if far > 1 or grown > 1 else far + grown / 2 - iou(expected, face)


def _area(face: Face) -> float:
    return max(face.right - face.left, 0.0) * max(face.bottom - face.top, 0.0)
