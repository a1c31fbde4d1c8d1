"""A second detector over the training scenes: what it finds without an annotation must not be learned as background.

Annotators miss faces, and a locator that is punished for finding them learns a false ranking.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from edge.errors import UserError
from edge.files import write_whole
from edge.vision.anchor_free import suppress
from edge.vision.boxes import ious
from training.common.names import printable
from training.common.searching import searched
from training.locator.scenes import Scene, SceneSet

SCALES = (1.0, 0.5)
"""At which each scene is searched: small faces and such as fill it."""

LOWEST_SCORE = 0.35
"""From this score a box that no annotation covers is ignored."""

FACE_SCORE = 0.85
"""From this score it is taken for a face that the annotator missed."""

SAME_FACE = 0.3
"""Intersection over union from which a found box and an annotated one are taken for the same face."""

BOX_SCORE = 0.5
"""From this score the found box replaces the annotated one."""

COVERED = 0.2
"""Intersection over union from which an annotated box covers a found one."""

FOUND_LABEL = "face"
"""Label of a face that only the second detector has found: nobody has said whether it wears a mask."""


class SecondDetector:
    """YuNet (Wu et al., 2023) in OpenCV's form, any of its ONNX files.

    Raises:
        UserError: The file is none.
    """

    def __init__(self, path: Path) -> None:
        """Load the file."""
        try:
            self._network = cv2.FaceDetectorYN.create(str(path), "", (320, 320), LOWEST_SCORE, 0.3)
            # Another network is loaded as well, and fails only here.
            self.find(np.zeros((64, 64, 3), np.uint8))
        except cv2.error as error:
            raise UserError(f"{path} is no YuNet file that OpenCV reads", "name face_detection_yunet_*.onnx") from error

    def find(self, image: np.ndarray) -> np.ndarray:
        """The faces in uint8 (height, width, 3) RGB, float (n, 6), see `around_features`."""
        found = np.concatenate([self._find_at(image, scale) for scale in SCALES])
        return found[suppress(found[:, :4], found[:, 4], 0.3)]

    def _find_at(self, image: np.ndarray, scale: float) -> np.ndarray:
        size = (max(32, round(image.shape[1] * scale)), max(32, round(image.shape[0] * scale)))
        self._network.setInputSize(size)
        small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        # OpenCV gives None where there is no face, although its type stubs say otherwise.
        rows: np.ndarray | None = self._network.detect(cv2.cvtColor(small, cv2.COLOR_RGB2BGR))[1]
        if rows is None:
            return np.zeros((0, 6))
        found = around_features(rows.astype(np.float64))
        found[:, :4] *= np.tile([image.shape[1] / size[0], image.shape[0] / size[1]], 2)
        return found


def around_features(rows: np.ndarray) -> np.ndarray:
    """YuNet's boxes, moved so that the face's features are in their middle.

    YuNet's own box of a face in profile has an ear in its middle, and a classifier judges such crops worse.

    Args:
        rows: float (n, 15): left, top, width, height; x and y of both eyes, the nose and both corners of the mouth;
            the score.

    Returns:
        float (n, 6): left, top, right, bottom; the score; the distance of the eyes, in heights of the face. The middle
        is the mean of the five points.
    """
    points, half = rows[:, 4:14].reshape(-1, 5, 2), rows[:, 2:4] / 2
    middle, eyes = points.mean(1), np.linalg.norm(points[:, 0] - points[:, 1], axis=1)
    return np.column_stack([middle - half, middle + half, rows[:, 14], eyes / np.maximum(rows[:, 3], 1e-6)])


def completed(scenes: SceneSet, detector: Path, cache: Path) -> SceneSet:
    """The scenes, those of the training split with what a second detector finds beside their annotation.

    Pictures that are known to show no face are left as they are.

    Args:
        scenes: As annotated.
        detector: A YuNet ONNX file.
        cache: JSON file that keeps what was found, so that a run that goes on need not search again.

    Raises:
        UserError: The detector cannot be read, or what was kept is damaged.
    """
    to_search = [scene for scene in scenes.split("train") if not scene.without_faces]
    found = found_in({scene.sha256: scene.read for scene in to_search}, detector, cache)
    kept = (completed_scene(s, found[s.sha256]) if s.sha256 in found else s for s in scenes.scenes)
    return replace(scenes, scenes=list(kept))


def completed_scene(scene: Scene, found: np.ndarray) -> Scene:
    """A scene with what was found in it, (n, 6), see `around_features`.

    Those that no annotation covers are faces where they are sure, else ignored. That of an annotated face replaces the
    annotator's box: where many people drew boxes, these share two thirds of their area with the detector's, and a
    locator that has to guess who drew a box ranks its own boxes worse.
    """
    scene = replace(scene, boxes=_redrawn(scene.boxes, found))
    known = np.concatenate([scene.boxes, scene.ignored]).astype(np.float64)
    boxes = found[~_covered(found[:, :4], known)]
    sure = boxes[:, 4] >= FACE_SCORE
    return replace(
        scene,
        boxes=np.concatenate([scene.boxes, boxes[sure, :4].astype(np.float32)]),
        labels=(*scene.labels, *[FOUND_LABEL] * int(sure.sum())),
        ignored=np.concatenate([scene.ignored, boxes[~sure, :4].astype(np.float32)]),
        unannotated=0,
    )


def _redrawn(annotated: np.ndarray, found: np.ndarray) -> np.ndarray:
    """The annotated boxes (n, 4), each replaced by the found one (m, 6) that is surely of the same face."""
    redrawn = annotated.copy()
    overlap = ious(annotated.astype(np.float64), found[:, :4])
    if overlap.size:
        closest, owner = overlap.argmax(1), overlap.argmax(0)
        for number, nearest in enumerate(closest):
            alike = overlap[number, nearest] >= SAME_FACE and owner[nearest] == number
            if alike and found[nearest, 4] >= BOX_SCORE:
                redrawn[number] = found[nearest, :4]
    return redrawn


def _covered(boxes: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Whether one of the known boxes covers each of n, bool (n,): they overlap, or its middle lies inside."""
    x, y = (boxes[:, [0]] + boxes[:, [2]]) / 2, (boxes[:, [1]] + boxes[:, [3]]) / 2
    inside = (x > known[:, 0]) & (x < known[:, 2]) & (y > known[:, 1]) & (y < known[:, 3])
    return ((ious(boxes, known) >= COVERED) | inside).any(1)


def found_in(pictures: Mapping[str, Callable[[], np.ndarray]], detector: Path, cache: Path) -> dict[str, np.ndarray]:
    """What a second detector finds in pictures; each is searched once by each detector.

    Args:
        pictures: By a digest, what reads each: uint8 (height, width, 3), RGB.
        detector: A YuNet ONNX file.
        cache: JSON file that keeps what was found, by the SHA-256 of the detector's file.

    Returns:
        By the same digests, float (n, 6), see `SecondDetector.find`.

    Raises:
        UserError: The detector cannot be read, or what was kept is damaged.
    """
    by_detector = _kept(cache) if cache.is_file() else {}
    kept = by_detector.setdefault(_sha256(detector), {})
    if new := {digest: read for digest, read in pictures.items() if digest not in kept}:
        find = SecondDetector(detector).find
        kept.update({digest: find(read()).round(3) for digest, read in searched(list(new.items()), "pictures")})
        write_whole(cache, json.dumps(by_detector, default=np.ndarray.tolist).encode())
    return {digest: kept[digest] for digest in pictures}


def _sha256(detector: Path) -> str:
    try:
        return hashlib.sha256(detector.read_bytes()).hexdigest()
    except OSError as error:
        raise UserError(
            f"{printable(detector)} is no YuNet file that can be read ({error.strerror})",
            "name face_detection_yunet_*.onnx",
        ) from error


def _kept(cache: Path) -> dict[str, dict[str, np.ndarray]]:
    """By the SHA-256 of a detector's file and the digest of a picture, what was found."""
    try:
        return {
            detector: {digest: np.array(rows, np.float64).reshape(len(rows), 6) for digest, rows in found.items()}
            for detector, found in json.loads(cache.read_text()).items()
        }
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise UserError(f"{printable(cache)} is damaged", "remove it: the pictures are then searched again") from error
