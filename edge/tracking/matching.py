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

import numpy as np

from edge.tracking.motion import Motion
from edge.vision.boxes import as_boxes, distances, ious, sizes
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

LOOKS = 2.0
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
    expected, found = as_boxes([motion.at(seconds) for motion in people]), as_boxes(faces)
    reach = np.array([_reach(seconds, motion) for motion in people]) * sizes(expected)
    far = distances(expected, found) / reach[:, None]
    grown = np.abs(np.log(sizes(found)[None] / sizes(expected)[:, None])) / math.log(RATIO)
    overlap = ious(expected, found)
    costs = far + grown / 2 - overlap
    possible = (far <= 1) & (grown <= 1)
    for person, face in zip(*np.nonzero(possible), strict=True):
        likeness = alike(int(person), int(face))
        costs[person, face] += LOOKS * (1 - likeness)
        possible[person, face] = likeness >= (SAME if overlap[person, face] >= EXPECTED else ALIKE)
    return _best_first(costs, possible)


def _best_first(costs: np.ndarray, possible: np.ndarray) -> dict[int, int]:
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for _, person, face in sorted((costs[pair], *pair) for pair in zip(*np.nonzero(possible), strict=True)):
        if person not in pairs and face not in taken:
            pairs[int(person)] = int(face)
            taken.add(face)
    return pairs


def _reach(seconds: float, motion: Motion) -> float:
    speed = TURNING if motion.settled else WALKING
    return min(JITTER + speed * (seconds - motion.seconds), FARTHEST)
