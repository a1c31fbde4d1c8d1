"""Which face of a frame belongs to whom.

IoU alone loses people at ten frames a second: a person who crosses at a walk (1.4 m/s) goes nine widths of their face a
second, so two successive boxes need not touch. A face may therefore be as far from its expected place as a person can
walk in the time, measured in sizes of the face, and must be about as large. Of these pairs the best is matched first.

Taking the best pair first is not always the best over all people together, as the Hungarian method is. But the two
differ only where two people and two faces all lie within one another's reach; there the pairs' costs are those of the
predicted paths, and the person nearest to a path is taken to be on it. In exchange it is a sort, which stays cheap with
twenty faces on a small processor.

Where one person leaves in front of the next, as at every door, the next one's face lies within the first one's reach.
The pictures in the boxes tell them apart: a face that is neither where one was expected nor resembles it belongs to
another person.
"""

import math
from collections.abc import Callable, Sequence

from edge.tracking.motion import Motion
from edge.vision.boxes import iou
from edge.vision.face import Face

WALKING = 9.0
"""Face sizes a second of a person who crosses at a walk: the reach of a face whose velocity is not known."""

TURNING = 4.0
"""The same for the change of a known velocity."""

JITTER = 0.5
"""Reach, in face sizes, that costs no time."""

FARTHEST = 2.0
"""Reach, in face sizes, that no time exceeds."""

EXPECTED = 0.25
"""IoU from which a face is where it was expected, and may look different: a hand, a mask or a shadow came.

In this project's clips the boxes of a person who moved a mask or turned the head overlapped by 0.29 or more.
"""

SAME = 0.1
"""How much a face there must resemble the last one at least; 1 is the same, and unrelated pictures give about 0.

In this project's clips a mask that was put on between two frames, and heads that turned, gave 0.14 or more.
"""

ALIKE = 0.25
"""How much a face elsewhere must resemble the last one.

A limit of 0.4 broke the tracks of people in this project's clips who turned their heads.
"""

APPEARANCE_COST = 2.0
"""The cost of a different appearance, in reaches."""

RATIO = 1.8
"""Between two frames a face grows or shrinks by less than this."""


def match(
    seconds: float, people: Sequence[Motion], faces: Sequence[Face], alike: Callable[[int, int], float]
) -> dict[int, int]:
    """Pair people with faces.

    Args:
        seconds: When the frame was taken.
        people: How each was last seen to move.
        faces: The frame's faces.
        alike: How much a person looked like a face, both by index; from -1 to 1, the same.

    Returns:
        For each person that was found, by index, the index of their face.
    """
    places = [(face.center, max(face.size, 1.0)) for face in faces]
    pairs: list[tuple[float, int, int]] = []
    for person, motion in enumerate(people):
        expected = motion.at(seconds)
        center, size = expected.center, max(expected.size, 1.0)
        reach = _reach(seconds, motion) * size
        for face, (found_center, found_size) in enumerate(places):
            far = math.dist(center, found_center) / reach
            if far > 1:  # as most pairs are
                continue
            grown = abs(math.log(found_size / size)) / math.log(RATIO)
            overlap = iou(expected.box, faces[face].box)
            if grown <= 1 and (likeness := alike(person, face)) >= (SAME if overlap >= EXPECTED else ALIKE):
                pairs.append((far + grown / 2 - overlap + APPEARANCE_COST * (1 - likeness), person, face))
    return _best_first(pairs)


def _best_first(pairs: Sequence[tuple[float, int, int]]) -> dict[int, int]:
    """Of pairs with their costs, the cheapest of each person and face."""
    taken: dict[int, int] = {}
    for _, person, face in sorted(pairs):
        if person not in taken and face not in taken.values():
            taken[person] = face
    return taken


def _reach(seconds: float, motion: Motion) -> float:
    """How far a face may be from its expected place, in sizes of the face."""
    speed = TURNING if motion.settled else WALKING
    return min(JITTER + speed * (seconds - motion.seconds), FARTHEST)
