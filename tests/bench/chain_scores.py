"""What a chain found in scenes and said of the faces, held against the truth. One way of counting for all."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from chains import Chain, Sighting

from training.datasets import COMPLIANT
from training.locator.scenes import Scene
from training.locator.scores import FULL_PX, IGNORED, NO_FACE, SMALL_PX, Detections, assign, face_sizes, hold_against


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


@dataclass(frozen=True)
class ChainScores:
    """All that is asked of a chain."""

    detections: Detections
    """At every threshold."""
    threshold: float
    """The one that the chain comes with."""
    faces: list[TrueFace]
    """Of all sizes, at that threshold."""

    @property
    def judges(self) -> bool:
        """Whether the chain says anything of masks."""
        return any(face.not_compliant is not None for face in self.faces)

    @property
    def state_right(self) -> float | None:
        """Share of the masked and bare faces from FULL_PX on that are found and told rightly."""
        asked = [face for face in self.faces if face.size >= FULL_PX and face.label != "incorrect"]
        return mean([face.right for face in asked]) if self.judges else None

    @property
    def incorrect_caught(self) -> float | None:
        """Share of the incorrectly worn masks from FULL_PX on, of those found, that are called not compliant."""
        asked = [face for face in self.faces if face.size >= FULL_PX and face.label == "incorrect" and face.found]
        return mean([face.right for face in asked]) if self.judges else None


def score_chain(chain: Chain, scenes: Sequence[Scene]) -> ChainScores:
    """Run a chain on scenes."""
    found = [chain.find(scene.read()) for scene in scenes]
    boxes = [[sighting.face for sighting in sightings] for sightings in found]
    return ChainScores(
        detections=hold_against(boxes, scenes),
        threshold=chain.threshold,
        faces=[
            face
            for scene, sightings in zip(scenes, found, strict=True)
            for face in true_faces(scene, [s for s in sightings if s.face.score >= chain.threshold])
        ],
    )


def true_faces(scene: Scene, shown: Sequence[Sighting]) -> list[TrueFace]:
    """A scene's faces from SMALL_PX on, each with what was said of it."""
    hits = assign([sighting.face for sighting in shown], scene)
    said = {
        int(hit): sighting.not_compliant
        for hit, sighting in zip(hits, shown, strict=True)
        if hit not in (NO_FACE, IGNORED)
    }
    return [
        TrueFace(scene, box, label, float(size), i in said, said.get(i))
        for i, (box, label, size) in enumerate(zip(scene.boxes, scene.labels, face_sizes(scene.boxes), strict=True))
        if size >= SMALL_PX
    ]


def mean(values: Sequence[bool]) -> float | None:
    """Share of what is true; None of nothing."""
    return float(np.mean(values)) if values else None
