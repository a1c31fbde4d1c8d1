"""Faces in whole scenes as training pictures of the classifier, boxed as the device's own locator boxes them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from edge.errors import UserError
from edge.runtime.pipeline import make_locator
from edge.settings.schema import LocatorSettings, ModelSettings
from edge.vision.boxes import as_boxes, ious
from edge.vision.face import Face
from training.classifier.datasets import LABELS, UNCLEAR, Dataset, Photo
from training.common.left_out import in_one_sentence
from training.common.searching import searched
from training.locator.scenes import NEGATIVES, Scene, SceneSet
from training.locator.second_detector import SecondDetector

SMALLEST_FACE_PX = 20.0
"""Smaller faces are not used: the device gives them almost no weight."""

MAX_FACES = 50
"""Faces that the locator may return for a scene, so that crowds are used, too."""

SURROUNDINGS = 2.6
"""Side of the kept picture over the side of the face: room for loose and shifted crops."""

LARGEST_SIDE_PX = 300
"""The kept picture is shrunk to this, about twice the network's input."""

MIN_OVERLAP = 0.4
"""Intersection over union from which the locator's box replaces the annotator's."""

MINED_SPLITS = {"train": "train", "val": "val", NEGATIVES: "val"}
"""The scenes' splits that unclear places are taken from, and the split that these belong to."""

MINING_SCORE = 0.05
"""The locator's score from which a box without a face is learned as unclear; the device uses a higher one."""

IGNORED_SCORE = 0.2
"""The score that an ignored face is given, about that from which the device shows a face to the classifier."""

MOST_FALSE = 8
"""False faces that are taken of a scene: a pattern gives dozens of the same."""

FREE_OVERLAP = 0.25
"""Intersection over union above which a found box may hold the nose and mouth of a known face."""


def located_faces(scenes: SceneSet) -> Dataset:
    """`scene_faces` of the training split by the shipped locator, the very file that the device uses.

    Raises:
        UserError: Its file is missing or damaged, no runtime is installed, or no face has a label of the classifier.
    """
    locator = make_locator(LocatorSettings(max_faces=MAX_FACES), ModelSettings())
    train = scenes.split("train")
    photos, unknown = scene_faces(searched(train, "scenes"), locator.locate), unknown_labels(train)
    if not photos:
        raise UserError(
            f"No face of the {len(train)} training scenes can be used{in_one_sentence(unknown)}",
            f"name the class of each label with --labels LABEL={LABELS[0]} and the like",
        )
    small = sum(len(scene.boxes) for scene in train) - len(photos) - sum(n for n, _ in _unknown(train).values())
    notes = (f"{small} faces of the scenes are smaller than {SMALLEST_FACE_PX:g} pixels and not used",) if small else ()
    return Dataset(photos, scenes.skipped | unknown, (*scenes.notes, *notes))


def unknown_labels(scenes: Sequence[Scene]) -> dict[str, str]:
    """Labels of faces outside LABELS, and why these faces are not used."""
    return {
        f"label {label}": f"{count} faces, for example in {path.name}: none of {', '.join(LABELS)}; "
        f"--labels {label}=CLASS says which"
        for label, (count, path) in _unknown(scenes).items()
    }


def _unknown(scenes: Sequence[Scene]) -> dict[str, tuple[int, Path]]:
    found: dict[str, tuple[int, Path]] = {}
    for scene in scenes:
        for label in scene.labels:
            if label not in LABELS:
                count, path = found.get(label, (0, scene.path))
                found[label] = count + 1, path
    return found


def unclear_places(scenes: SceneSet, second_detector: Path) -> list[Photo]:
    """What the shipped locator wrongly takes for a face at MINING_SCORE, and the faces that cannot be judged.

    Of the training scenes, and of those of the other splits as pictures to validate with.

    Args:
        scenes: Annotated ones, and such as show no face.
        second_detector: A YuNet file; a place in which it sees a face may be one that the annotator has missed, except
            in a picture that is known to show none.

    Raises:
        UserError: A network's file is missing or damaged, or no runtime is installed.
    """
    locator = make_locator(LocatorSettings(max_faces=MAX_FACES, min_score=MINING_SCORE), ModelSettings())
    detector = SecondDetector(second_detector)
    chosen = [scene for name in MINED_SPLITS for scene in scenes.split(name)]
    return [place for scene in searched(chosen, "scenes") for place in places_of(scene, locator.locate, detector.find)]


def places_of(
    scene: Scene, locate: Callable[[np.ndarray], list[Face]], second: Callable[[np.ndarray], np.ndarray]
) -> Iterator[Photo]:
    """The unclear places of one scene.

    Args:
        scene: Its ignored boxes are unclear if they are large enough.
        locate: The device's locator at a low score.
        second: Another detector: from uint8 (height, width, 3) RGB to float (n, 5), boxes and scores.
    """
    image = scene.read()
    missed = np.zeros((0, 4)) if scene.without_faces else second(image)[:, :4]
    known = np.concatenate([scene.boxes, scene.ignored, missed]).astype(float)
    faces = sorted(locate(image), key=lambda face: -face.score)
    found = as_boxes(faces)
    taken = ((ious(found, known) > FREE_OVERLAP) | _centered_on(found, known)).any(1)
    false = [face for face, is_taken in zip(faces, taken, strict=True) if not is_taken]
    ignored = [replace(Face(*box), score=IGNORED_SCORE) for box in scene.ignored.tolist()]
    for place in (*false[:MOST_FALSE], *ignored):
        if place.size >= SMALLEST_FACE_PX:
            yield _photo(scene, UNCLEAR, place, MINED_SPLITS[scene.split])


def _centered_on(boxes: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Whether the middle of each of n boxes lies in each of m known ones, bool (n, m)."""
    middles = ((boxes[:, :2] + boxes[:, 2:]) / 2)[:, np.newaxis]
    return ((middles > known[:, :2]) & (middles < known[:, 2:])).all(2)


def scene_faces(scenes: Iterable[Scene], locate: Callable[[np.ndarray], list[Face]]) -> list[Photo]:
    """The faces of annotated scenes that have a label of the classifier.

    Args:
        scenes: Their labels are LABELS; faces called otherwise are left out.
        locate: The device's locator: faces in uint8 (height, width, 3) RGB, in its pixels. Where it finds a face its
            box is taken, for that is what the classifier will be given; elsewhere the annotator's.
    """
    return [face for scene in scenes for face in _faces_of(scene, locate)]


def surroundings(image: np.ndarray, face: Face) -> tuple[np.ndarray, Face]:
    """The part of a picture around a face, not too large to be kept in memory, and the face in it.

    Returns:
        uint8 (height, width, 3), at most LARGEST_SIDE_PX long, and the face in its pixels.
    """
    height, width = image.shape[:2]
    (x, y), half = face.center, face.size * SURROUNDINGS / 2
    left, right = _inside(x - half, x + half, width)
    top, bottom = _inside(y - half, y + half, height)
    part = image[top:bottom, left:right]
    scale = min(1.0, LARGEST_SIDE_PX / max(part.shape[:2]))
    size = (max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale)))
    box = np.array([face.left - left, face.top - top, face.right - left, face.bottom - top]) * scale
    return cv2.resize(part, size, interpolation=cv2.INTER_AREA), Face(*box.tolist())


def _faces_of(scene: Scene, locate: Callable[[np.ndarray], list[Face]]) -> Iterator[Photo]:
    found = as_boxes(locate(scene.read()))
    overlap = ious(scene.boxes.astype(float), found)
    for number, (label, box) in enumerate(zip(scene.labels, scene.boxes, strict=True)):
        if label not in LABELS or max(box[2:] - box[:2]) < SMALLEST_FACE_PX:
            continue
        near = found[overlap[number] >= MIN_OVERLAP]
        face = Face(*(found[overlap[number].argmax()] if len(near) else box).tolist())
        yield _photo(scene, label, face, scene.split)


def _photo(scene: Scene, label: str, face: Face, split: str) -> Photo:
    return Photo(
        path=scene.path,
        label=label,
        split=split,
        sha256=scene.sha256,
        source=f"scenes/{scene.path.parent.name}",
        face_px=round(face.size),
        face=face,
    )


def _inside(low: float, high: float, limit: int) -> tuple[int, int]:
    start = min(max(int(low), 0), limit - 1)
    return start, min(max(int(high), start + 1), limit)
