"""A float and an int8 locator side by side, on the same scenes."""

from collections.abc import Sequence

import keras
import numpy as np

from edge.vision.boxes import as_boxes, ious
from edge.vision.face import Face
from edge.vision.interpreter import Int8Network
from export.quantize.parity import Disagreement, Parity
from training.locator.evaluate import find_faces, find_faces_int8, letterboxed
from training.locator.scenes import Scene
from training.locator.scores import Detections, match_faces

SAME_FACE = 0.5
"""Intersection over union from which a box of each network is one and the same."""

WORST = 5
"""How many disagreements are named."""


def compare_locators(network: keras.Model, int8: Int8Network, scenes: list[Scene]) -> Parity:
    """Run both networks on scenes, the int8 one as the device does.

    Each decides by its own threshold, chosen here by the same rule, so that both show about as many false faces as
    the device may. The int8 network's is what the device uses: its scores come in steps, and the float network's
    threshold would fall somewhere between two of them.
    """
    prepared = letterboxed(scenes)
    found = find_faces(network, prepared.pictures, prepared.placed), find_faces_int8(int8, scenes)
    before, after = (match_faces(faces, prepared.scenes) for faces in found)
    thresholds = before.best_threshold(), after.best_threshold()
    shown = _shown(found[0], thresholds[0]), _shown(found[1], thresholds[1])
    common = [_common(*pair) for pair in zip(*shown, strict=True)]
    scores = figures(before, thresholds[0]), figures(after, thresholds[1])
    return Parity(
        rows=[(name, scores[0][name], scores[1][name]) for name in scores[0]],
        drop=_drop(*scores),
        float_threshold=thresholds[0],
        threshold=thresholds[1],
        agreement=_agreement(*shown, common),
        worst=_worst(scenes, *shown, common),
    )


def figures(detections: Detections, threshold: float) -> dict[str, float]:
    """What is said of a locator, by name: the scores at a threshold, and the one that epochs are compared by."""
    at = detections.at(threshold)
    return {
        "recall": at.recall,
        "small_recall": at.small_recall,
        "false_faces_an_image": at.false_faces_an_image,
        "selection_score": detections.selection_score,
    }


def _drop(before: dict[str, float], after: dict[str, float]) -> float:
    """The selection score lost in points, or the false faces gained on a hundred images, whichever is more.

    The selection score is recall averaged over three rates of false faces: at one threshold alone the steps of the
    int8 network's scores let a handful of boxes in or out at once.
    """
    lost = before["selection_score"] - after["selection_score"]
    return 100 * max(lost, after["false_faces_an_image"] - before["false_faces_an_image"])


def _shown(found: Sequence[Sequence[Face]], threshold: float) -> list[list[Face]]:
    return [[face for face in faces if face.score >= threshold] for faces in found]


def _common(a: list[Face], b: list[Face]) -> int:
    """How many of `a` are in `b` too. Neither has two boxes on one face: suppression took them away."""
    return int(np.sum(ious(as_boxes(a), as_boxes(b)).max(1, initial=0) >= SAME_FACE))


def _agreement(before: list[list[Face]], after: list[list[Face]], common: list[int]) -> float:
    shown = sum(map(len, before)) + sum(map(len, after))
    return 2 * sum(common) / shown if shown else 1.0


def _worst(
    scenes: list[Scene], before: list[list[Face]], after: list[list[Face]], common: list[int]
) -> list[Disagreement]:
    apart = [len(b) + len(a) - 2 * c for b, a, c in zip(before, after, common, strict=True)]
    return [
        Disagreement(
            f"{scenes[i].path.parent.name}/{scenes[i].path.name}",
            f"faces: {len(scenes[i].boxes)}",
            f"{len(before[i])}, alone {len(before[i]) - common[i]}",
            f"{len(after[i])}, alone {len(after[i]) - common[i]}",
        )
        for i in sorted(range(len(scenes)), key=lambda i: -apart[i])[:WORST]
        if apart[i]
    ]
