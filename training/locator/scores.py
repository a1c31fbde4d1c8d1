"""How well faces are found: matching, recall at a rate of false faces, the score from which a box counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from edge.vision.boxes import as_boxes, ious
from edge.vision.face import Face

MIN_OVERLAP = 0.3
"""Intersection over union from which a box has found a face; mutual centers inside will do as well."""

SMALL_PX, FULL_PX = 16.0, 32.0
"""Shorter side of a face in the scene as stored: below the first it is ignored, from the second on it must be found."""

NO_FACE = -1
"""Marks a box that found no face."""

IGNORED = -2
"""Marks a box whose find is neither a face nor a mistake."""

MIN_SHARE_IGNORED = 0.5
"""Share of a box that must lie in an ignored one for it to be passed over; or they overlap as a face would."""

MAX_FALSE_FACES = 0.40
"""False faces an image that the locator may find: the score threshold is chosen by it.

At so many nearly every face is found, and the classifier's P(clear) throws out what is none.
"""

SELECTION_RATES = (0.05, 0.10, 0.20)
"""Rates of false faces at which recall is averaged to compare epochs: less noisy than one alone."""

SMALL_SHARE = 0.15
"""How much the recall of small faces counts when epochs are compared."""


@dataclass(frozen=True)
class Detections:
    """A locator's results on some scenes, compared with the annotation."""

    scores: np.ndarray
    """Of each box that found a face or was wrong, float (n,); boxes on ignored faces are left out."""
    sizes: np.ndarray
    """Shorter side of the face that each box found, in pixels, float (n,); 0 if it found none."""
    lengths: np.ndarray
    """Shorter side of each box itself, in pixels, float (n,)."""
    images: int
    faces: int
    """How many faces of at least FULL_PX there are."""
    small_faces: int
    """How many of SMALL_PX to FULL_PX."""

    @property
    def _false(self) -> np.ndarray:
        # Only what is large enough to raise an alert counts against the locator, as only such faces count for it.
        return (self.sizes == 0) & (self.lengths >= FULL_PX)

    @property
    def thresholds(self) -> np.ndarray:
        """Every score that occurs, highest first."""
        return np.unique(self.scores)[::-1]

    def at(self, threshold: float) -> "LocatorScores":
        """The scores if boxes below the threshold are not shown."""
        shown = self.scores >= threshold
        sizes, false = self.sizes[shown], self._false[shown]
        found, small = int(np.sum(sizes >= FULL_PX)), int(np.sum((sizes > 0) & (sizes < FULL_PX)))
        return LocatorScores(
            images=self.images,
            faces=self.faces,
            small_faces=self.small_faces,
            threshold=threshold,
            recall=found / max(self.faces, 1),
            small_recall=small / max(self.small_faces, 1),
            false_faces_an_image=int(false.sum()) / max(self.images, 1),
        )

    def best_threshold(self, max_false_faces: float = MAX_FALSE_FACES) -> float:
        """The lowest score, and so the best recall, with at most so many false faces an image; 1 if there is none."""
        order = np.argsort(-self.scores, kind="stable")
        scores, false = self.scores[order], np.cumsum(self._false[order])
        # A score that several boxes share lets them all in: judge by the last of them.
        last = np.append(scores[:-1] != scores[1:], True) if scores.size else np.zeros(0, bool)
        allowed = scores[last & (false <= max_false_faces * self.images)]
        return float(allowed.min()) if allowed.size else 1.0

    @property
    def selection_score(self) -> float:
        """The one figure that epochs are compared by, 0 to 1."""
        rated = [self.at(self.best_threshold(rate)) for rate in SELECTION_RATES]
        return float(np.mean([(1 - SMALL_SHARE) * s.recall + SMALL_SHARE * s.small_recall for s in rated]))


@dataclass(frozen=True)
class LocatorScores:
    """How well faces are found at one threshold."""

    images: int
    faces: int
    small_faces: int
    threshold: float
    recall: float
    """Share of the faces of at least 32 px, by their shorter side, that are found."""
    small_recall: float
    """Share of those of 16 to 32 px."""
    false_faces_an_image: float
    """Boxes of at least 32 px that hit no face, and such second boxes on one."""


class Annotated(Protocol):
    """What is known of a picture's faces; a `Scene` is such."""

    @property
    def boxes(self) -> np.ndarray:
        """Its faces, float (n, 4)."""
        ...

    @property
    def ignored(self) -> np.ndarray:
        """Boxes that are neither faces nor false ones, float (m, 4)."""
        ...


def match_faces(found: Sequence[Sequence[Face]], scenes: Sequence[Annotated]) -> Detections:
    """Match the boxes of each scene with its faces, the surest box first.

    Args:
        found: The faces that a locator gave, by scene.
        scenes: What is true of each.
    """
    pairs = [match(faces, scene) for faces, scene in zip(found, scenes, strict=True)]
    sizes = np.concatenate([face_sizes(scene.boxes) for scene in scenes]) if scenes else np.zeros(0)
    return Detections(
        scores=np.concatenate([scores for scores, _, _ in pairs]) if pairs else np.zeros(0),
        sizes=np.concatenate([hit for _, hit, _ in pairs]) if pairs else np.zeros(0),
        lengths=np.concatenate([lengths for _, _, lengths in pairs]) if pairs else np.zeros(0),
        images=len(scenes),
        faces=int(np.sum(sizes >= FULL_PX)),
        small_faces=int(np.sum((sizes >= SMALL_PX) & (sizes < FULL_PX))),
    )


def match(faces: Sequence[Face], scene: Annotated) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Match one scene's boxes.

    Returns:
        Scores (n,), sizes of the faces found (n,) and lengths of the boxes (n,), as in `Detections`.
    """
    hits = assign(faces, scene)
    # The last sizes are those of IGNORED and of NO_FACE.
    found = np.append(face_sizes(scene.boxes), (0.0, 0.0))[hits]
    counted = (hits == NO_FACE) | (found >= SMALL_PX)
    scores = np.array([face.score for face in faces], np.float64)
    return scores[counted], found[counted], face_sizes(as_boxes(list(faces)))[counted]


def assign(faces: Sequence[Face], scene: Annotated) -> np.ndarray:
    """Which face each box of a scene has found, the surest box having the first choice.

    Args:
        faces: n boxes.
        scene: What is true of it; m faces.

    Returns:
        int (n,), index among its faces, NO_FACE or IGNORED. A face is found once; only those below SMALL_PX, which
        do not count, may be hit many times.
    """
    truth = scene.boxes
    boxes, sizes = as_boxes(list(faces)), face_sizes(truth)
    iou = ious(boxes, truth)
    hits = _hits(boxes, truth, iou)
    # A face counts before one that is ignored, and overlap before mere neighborhood.
    rank = np.where(hits, 1 + iou + 2 * (sizes >= SMALL_PX), 0.0)
    found = np.full(len(faces), NO_FACE)
    for row in sorted(range(len(faces) if len(truth) else 0), key=lambda row: -faces[row].score):
        best = int(np.argmax(rank[row]))
        if rank[row, best] > 0:
            found[row] = best
            rank[:, best] *= sizes[best] < SMALL_PX
    found[(found == NO_FACE) & _passed_over(boxes, scene.ignored)] = IGNORED
    return found


def _hits(boxes: np.ndarray, truth: np.ndarray, iou: np.ndarray) -> np.ndarray:
    return (iou >= MIN_OVERLAP) | (_centers_inside(boxes, truth) & _centers_inside(truth, boxes).T)


def _passed_over(boxes: np.ndarray, ignored: np.ndarray) -> np.ndarray:
    """Whether each of n boxes lies on one of the ignored ones, bool (n,)."""
    if not len(ignored):
        return np.zeros(len(boxes), bool)
    low = np.maximum(boxes[:, np.newaxis, :2], ignored[np.newaxis, :, :2])
    high = np.minimum(boxes[:, np.newaxis, 2:], ignored[np.newaxis, :, 2:])
    area = np.prod(np.maximum(boxes[:, 2:] - boxes[:, :2], 1e-6), 1)
    share = np.prod(np.maximum(high - low, 0), -1) / area[:, np.newaxis]
    return ((share >= MIN_SHARE_IGNORED) | _hits(boxes, ignored, ious(boxes, ignored))).any(1)


def face_sizes(boxes: np.ndarray) -> np.ndarray:
    """The shorter side of each box, float (n,): by it, and not by the longer one, the peers were measured."""
    return (boxes[:, 2:] - boxes[:, :2]).min(1, initial=np.inf)


def _centers_inside(inner: np.ndarray, outer: np.ndarray) -> np.ndarray:
    """Whether the middle of each of n boxes lies in each of m, bool (n, m)."""
    x, y = (inner[:, [0]] + inner[:, [2]]) / 2, (inner[:, [1]] + inner[:, [3]]) / 2
    return (x >= outer[:, 0]) & (x <= outer[:, 2]) & (y >= outer[:, 1]) & (y <= outer[:, 3])
