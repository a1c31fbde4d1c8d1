"""How well faces are found: matching, recall at a rate of false faces, the score from which a box counts."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edge.vision.anchor_free import overlaps
from edge.vision.face import Face
from edge.vision.letterbox import boxes_of

MIN_OVERLAP = 0.3
"""Intersection over union from which a box has found a face; mutual centres inside will do as well."""

SMALL_PX, FULL_PX = 16.0, 32.0
"""Shorter side of a face in the scene as stored: below the first it is ignored, from the second on it must be found."""

NO_FACE = -1
"""Stands for the face that a wrong box has not found."""

MAX_FALSE_FACES = 0.10
"""False faces an image that the device may show: the score threshold is chosen by it."""

SELECTION_RATES = (0.05, 0.10, 0.20)
"""Rates of false faces at which recall is averaged to compare epochs: less noisy than one alone."""

SMALL_SHARE = 0.15
"""How much the recall of small faces counts when epochs are compared."""


@dataclass(frozen=True)
class Detections:
    """What a locator said of some scenes, held against the truth."""

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


def hold_against(found: Sequence[Sequence[Face]], truths: Sequence[np.ndarray]) -> Detections:
    """Match the boxes of each scene with its faces, the surest box first.

    Args:
        found: The faces that a locator gave, by scene.
        truths: The true boxes by scene, float (n, 4).
    """
    pairs = [match(faces, truth) for faces, truth in zip(found, truths, strict=True)]
    sizes = np.concatenate([face_sizes(truth) for truth in truths]) if truths else np.zeros(0)
    return Detections(
        scores=np.concatenate([scores for scores, _, _ in pairs]) if pairs else np.zeros(0),
        sizes=np.concatenate([hit for _, hit, _ in pairs]) if pairs else np.zeros(0),
        lengths=np.concatenate([lengths for _, _, lengths in pairs]) if pairs else np.zeros(0),
        images=len(truths),
        faces=int(np.sum(sizes >= FULL_PX)),
        small_faces=int(np.sum((sizes >= SMALL_PX) & (sizes < FULL_PX))),
    )


def match(faces: Sequence[Face], truth: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Match one scene's boxes.

    Returns:
        Scores (n,), sizes of the faces found (n,) and lengths of the boxes (n,), as in `Detections`.
    """
    hits = assign(faces, truth)
    # The last size is that of NO_FACE.
    found = np.append(face_sizes(truth), 0.0)[hits]
    counted = (hits == NO_FACE) | (found >= SMALL_PX)
    scores = np.array([face.score for face in faces], np.float64)
    return scores[counted], found[counted], face_sizes(boxes_of(list(faces)))[counted]


def assign(faces: Sequence[Face], truth: np.ndarray) -> np.ndarray:
    """Which face each box of a scene has found, the surest box having the first choice.

    Args:
        faces: n boxes.
        truth: The true boxes, float (m, 4).

    Returns:
        int (n,), index in `truth` or NO_FACE. A face is found once; only those below SMALL_PX, which do not
        count, may be hit many times.
    """
    boxes, sizes = boxes_of(list(faces)), face_sizes(truth)
    iou = overlaps(boxes, truth)
    hits = (iou >= MIN_OVERLAP) | (_centres_inside(boxes, truth) & _centres_inside(truth, boxes).T)
    # A face counts before one that is ignored, and overlap before mere neighbourhood.
    rank = np.where(hits, 1 + iou + 2 * (sizes >= SMALL_PX), 0.0)
    found = np.full(len(faces), NO_FACE)
    for row in sorted(range(len(faces) if len(truth) else 0), key=lambda row: -faces[row].score):
        best = int(np.argmax(rank[row]))
        if rank[row, best] > 0:
            found[row] = best
            rank[:, best] *= sizes[best] < SMALL_PX
    return found


def face_sizes(boxes: np.ndarray) -> np.ndarray:
    """The shorter side of each box, float (n,): by it, and not by the longer one, the peers were measured."""
    return (boxes[:, 2:] - boxes[:, :2]).min(1, initial=np.inf)


def _centres_inside(inner: np.ndarray, outer: np.ndarray) -> np.ndarray:
    """Whether the middle of each of n boxes lies in each of m, bool (n, m)."""
    x, y = (inner[:, [0]] + inner[:, [2]]) / 2, (inner[:, [1]] + inner[:, [3]]) / 2
    return (x >= outer[:, 0]) & (x <= outer[:, 2]) & (y >= outer[:, 1]) & (y <= outer[:, 3])
