"""Every face of some scenes with the score at which it was found, and every box without a face."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from edge.vision.face import Face
from training.classifier.scores import FACE_SIZES_PX, face_size
from training.locator.scenes import Scene
from training.locator.scores import FULL_PX, NO_FACE, SMALL_PX, assign


@dataclass(frozen=True)
class SeenScene:
    """A scene, and the locator's boxes in it."""

    scene: Scene
    found: list[Face]
    """The boxes, in pixels of the scene."""


@dataclass(frozen=True)
class TrueFace:
    """A face that counts, and how it was found."""

    seen: SeenScene
    face: Face
    """Its true box, in pixels of the scene."""
    label: str
    found_at: float = 0.0
    """Score of the box that found it, 0 if none did."""


@dataclass(frozen=True)
class FalseFace:
    """A box that found no face."""

    seen: SeenScene
    face: Face
    """In pixels of the scene."""


@dataclass(frozen=True)
class GroupScores:
    """How well the faces of one kind are found at one threshold."""

    faces: int
    recall: float | None
    """None where there was no face."""
    false_faces: int
    """Boxes of the kind without a face."""

    @property
    def boxes(self) -> int:
        """How many boxes there are, with a face or without."""
        return round(self.faces * (self.recall or 0.0)) + self.false_faces

    @property
    def precision(self) -> float | None:
        """Share of the boxes that hit a face; None without boxes."""
        return 1 - self.false_faces / self.boxes if self.boxes else None


@dataclass(frozen=True)
class Findings:
    """A locator's results on some scenes, face by face. Faces and boxes below SMALL_PX are left out."""

    scenes: list[SeenScene]
    faces: list[TrueFace]
    false_faces: list[FalseFace]

    @property
    def full_size(self) -> Self:
        """The same without what is below FULL_PX: what the locator is judged by."""
        return self.where(lambda item: shorter_side(item.face) >= FULL_PX)

    def where(self, condition: Callable[[TrueFace | FalseFace], bool]) -> Self:
        """The same with some of the faces and false faces only."""
        faces, false_faces = filter(condition, self.faces), filter(condition, self.false_faces)
        return replace(self, faces=list(faces), false_faces=list(false_faces))

    def at(self, threshold: float) -> GroupScores:
        """The scores if boxes below the threshold are not shown."""
        found = [face.found_at >= threshold for face in self.faces]
        false = sum(item.face.score >= threshold for item in self.false_faces)
        return GroupScores(len(found), float(np.mean(found)) if found else None, false)

    @property
    def by_size(self) -> dict[str, Self]:
        """The parts for each size in FACE_SIZES_PX that occurs; false faces go by their own size."""

        def of_size(item: TrueFace | FalseFace) -> str:
            return face_size(shorter_side(item.face))

        there = {*map(of_size, self.faces), *map(of_size, self.false_faces)}
        return {name: self._of_size(name, of_size) for name in FACE_SIZES_PX if name in there}

    def _of_size(self, name: str, of_size: Callable[[TrueFace | FalseFace], str]) -> Self:
        return self.where(lambda item: of_size(item) == name)

    @property
    def by_label(self) -> dict[str, Self]:
        """The faces of each label, in the order of their names; a false face has none."""
        labels = sorted({face.label for face in self.faces})
        parts = {label: [face for face in self.faces if face.label == label] for label in labels}
        return {label: replace(self, faces=faces, false_faces=[]) for label, faces in parts.items()}


def find_out(scenes: Sequence[Scene], found: Sequence[Sequence[Face]]) -> Findings:
    """Compare the boxes of each scene with its faces, as `scores.match_faces` does."""
    seen = [SeenScene(scene, list(faces)) for scene, faces in zip(scenes, found, strict=True)]
    pairs = [_of_scene(scene) for scene in seen]
    return Findings(
        scenes=seen,
        faces=[face for faces, _ in pairs for face in faces],
        false_faces=[item for _, false_faces in pairs for item in false_faces],
    )


def shorter_side(face: Face) -> float:
    """The side of a face that counts as its size here, in pixels."""
    return min(face.right - face.left, face.bottom - face.top)


def _of_scene(seen: SeenScene) -> tuple[list[TrueFace], list[FalseFace]]:
    matched = assign(seen.found, seen.scene)
    found_at = {index: face.score for face, index in zip(seen.found, matched.tolist(), strict=True)}
    boxes = zip(seen.scene.boxes.tolist(), seen.scene.labels, strict=True)
    faces = [TrueFace(seen, Face(*box), label, found_at.get(index, 0.0)) for index, (box, label) in enumerate(boxes)]
    false_faces = [FalseFace(seen, face) for face, index in zip(seen.found, matched, strict=True) if index == NO_FACE]
    return [f for f in faces if shorter_side(f.face) >= SMALL_PX], [
        f for f in false_faces if shorter_side(f.face) >= SMALL_PX
    ]
