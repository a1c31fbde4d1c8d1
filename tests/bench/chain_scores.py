"""What a chain found in scenes and said of the faces, held against the truth. One way of counting for all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from chains import Chain, Sighting

from training.classifier.datasets import BARE, COMPLIANT, INCORRECT
from training.classifier.slices import Share, share_of
from training.locator.scenes import Scene
from training.locator.scores import (
    FULL_PX,
    IGNORED,
    NO_FACE,
    SMALL_PX,
    Detections,
    assign,
    face_sizes,
    match_faces,
)

RATES = (0.02, 0.05, 0.10, 0.40)
"""False faces an image at which chains are compared, each at the threshold that gives it so many."""


@dataclass(frozen=True)
class TrueFace:
    """A face in a scene, and what a chain made of it at its threshold."""

    scene: Scene
    box: np.ndarray
    """float (4,)."""
    label: str
    size: float
    """Shorter side, in pixels of the scene."""
    found: bool
    not_compliant: bool | None
    """What it was called; None if it was not found, or nobody was asked."""

    @property
    def right(self) -> bool:
        """Whether it was found and its mask's state told rightly."""
        return self.not_compliant is not None and self.not_compliant == (self.label != COMPLIANT)


SLICES: dict[str, Callable[[TrueFace], bool]] = {
    "16-32 px": lambda face: SMALL_PX <= face.size < FULL_PX,
    "32-64 px": lambda face: FULL_PX <= face.size < 64,
    "64-128 px": lambda face: 64 <= face.size < 128,
    "128 px and more": lambda face: face.size >= 128,
    "masked, from 32 px on": lambda face: face.label == COMPLIANT and face.size >= FULL_PX,
    "bare, from 32 px on": lambda face: face.label == BARE and face.size >= FULL_PX,
    "incorrect, from 32 px on": lambda face: face.label == INCORRECT and face.size >= FULL_PX,
}
"""Parts of the faces in scenes that are shown apart."""


@dataclass(frozen=True)
class ChainScores:
    """All that is asked of a chain."""

    detections: Detections
    """At every threshold."""
    threshold: float
    """The one that the chain comes with."""
    faces: list[TrueFace]
    """Of all sizes, at that threshold."""
    false_alerts: int
    """False faces of at least FULL_PX that were called not compliant, at that threshold."""

    @property
    def judges(self) -> bool:
        """Whether the chain says anything of masks."""
        return self.false_alerts > 0 or any(face.not_compliant is not None for face in self.faces)

    @property
    def found(self) -> Share:
        """Of the faces from FULL_PX on."""
        return share_of([face.found for face in self.faces if face.size >= FULL_PX])

    @property
    def state_right(self) -> Share | None:
        """Of the masked and bare faces from FULL_PX on, those that are found and told rightly."""
        asked = [face for face in self.faces if face.size >= FULL_PX and face.label in (COMPLIANT, BARE)]
        return share_of([face.right for face in asked]) if self.judges else None

    @property
    def incorrect_caught(self) -> Share | None:
        """Of the incorrectly worn masks from FULL_PX on that are found, those called not compliant."""
        asked = [face for face in self.faces if face.size >= FULL_PX and face.label == INCORRECT and face.found]
        return share_of([face.right for face in asked]) if self.judges else None

    def by_part(self, slices: dict[str, Callable[[TrueFace], bool]] = SLICES) -> dict[str, tuple[Share, Share | None]]:
        """The faces of each part that are found, and that are found and told rightly."""
        parts = {name: [face for face in self.faces if belongs(face)] for name, belongs in slices.items()}
        return {
            name: (share_of([f.found for f in faces]), share_of([f.right for f in faces]) if self.judges else None)
            for name, faces in parts.items()
        }


def score_chain(chain: Chain, scenes: Sequence[Scene]) -> ChainScores:
    """Run a chain on scenes."""
    return score_sightings(scenes, [chain.find(scene.read()) for scene in scenes], chain.threshold)


def score_sightings(scenes: Sequence[Scene], found: Sequence[Sequence[Sighting]], threshold: float) -> ChainScores:
    """Hold what was found in scenes against what is true of them.

    Args:
        scenes: Whose faces are known.
        found: In each; also faces below the threshold.
        threshold: Score from which a face is shown.
    """
    boxes = [[sighting.face for sighting in sightings] for sightings in found]
    shown = [[s for s in sightings if s.face.score >= threshold] for sightings in found]
    pairs = list(zip(scenes, shown, strict=True))
    return ChainScores(
        detections=match_faces(boxes, scenes),
        threshold=threshold,
        faces=[face for scene, sightings in pairs for face in true_faces(scene, sightings)],
        false_alerts=sum(false_alerts(scene, sightings) for scene, sightings in pairs),
    )


def true_faces(scene: Scene, shown: Sequence[Sighting]) -> list[TrueFace]:
    """A scene's faces from SMALL_PX on, each with what was said of it."""
    hits = assign([sighting.face for sighting in shown], scene)
    said = {int(hit): s.not_compliant for hit, s in zip(hits, shown, strict=True) if hit not in (NO_FACE, IGNORED)}
    return [
        TrueFace(scene, box, label, float(size), i in said, said.get(i))
        for i, (box, label, size) in enumerate(zip(scene.boxes, scene.labels, face_sizes(scene.boxes), strict=True))
        if size >= SMALL_PX
    ]


def false_alerts(scene: Scene, shown: Sequence[Sighting]) -> int:
    """How many false faces from FULL_PX on were called not compliant."""
    hits = assign([sighting.face for sighting in shown], scene)
    wrong = [s for hit, s in zip(hits, shown, strict=True) if hit == NO_FACE and s.not_compliant]
    return sum(min(s.face.right - s.face.left, s.face.bottom - s.face.top) >= FULL_PX for s in wrong)
