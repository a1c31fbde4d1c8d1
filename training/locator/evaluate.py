"""How well a network finds faces in whole scenes, always through the device's own letterbox and decoding."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import keras
import numpy as np

from edge.vision.face import Face
from edge.vision.face_locator import FaceLocator, faces_from_maps, pair_maps
from edge.vision.interpreter import Int8Network
from edge.vision.letterbox import LOCATOR_SIZE, Letterbox, letterbox
from training.common.runs import RunFiles
from training.common.saved_network import load_network
from training.locator.findings import Findings, GroupScores, find_out
from training.locator.scenes import Scene, SceneSet
from training.locator.scores import Detections, LocatorScores, match_faces

LOWEST_SCORE = 0.05
"""Boxes below this score are not matched: no useful threshold is that low."""

MAX_FACES = 200
"""Faces of a scene that are kept for scoring; the device keeps fewer."""


@dataclass(frozen=True)
class LocatorMetrics:
    """What is known about a run's float network; written to the run's `metrics.json`.

    The test split is not included: it is used once, for the int8 network that ships.
    """

    kind: str
    """ "locator"."""
    network: str
    parameters: int
    epochs_done: int
    best_epoch: int
    training_set_digest: str
    images: dict[str, dict[str, int]]
    """Scenes and faces by split."""
    skipped: dict[str, str]
    """Path of each file that is not used, and why."""
    notes: tuple[str, ...]
    """What was decided about the other pictures, in sentences."""
    threshold: float
    """Chosen on the validation split, see `Detections.best_threshold`."""
    val: LocatorScores
    by_face_size: dict[str, GroupScores]
    """Of the validation split, by the shorter side of face or box in pixels, see `FACE_SIZES_PX`."""
    by_label: dict[str, GroupScores]
    """Of the faces of at least 32 px; false faces have no label."""


@dataclass(frozen=True)
class LocatorEvaluation:
    """The figures, and the findings on the validation split behind them."""

    metrics: LocatorMetrics
    detections: Detections
    findings: Findings

    def save(self, files: RunFiles) -> None:
        """Write `metrics.json`."""
        files.metrics.write_text(json.dumps(asdict(self.metrics), indent=2) + "\n")


@dataclass(frozen=True)
class LetterboxedScenes:
    """Scenes as the network reads them, prepared once for many evaluations."""

    pictures: np.ndarray
    """uint8 (n, 240, 320, 3)."""
    placed: list[Letterbox]
    scenes: Sequence[Scene]
    """Their annotated faces, in pixels of the scene."""

    def score(self, network: keras.Model) -> Detections:
        """What a float network finds in them, compared with the annotation."""
        return match_faces(find_faces(network, self.pictures, self.placed), self.scenes)


def evaluate(scenes: SceneSet, files: RunFiles) -> LocatorEvaluation:
    """Score the best network of a run on the validation split, and choose its threshold there."""
    network = load_network(files.network)
    val = scenes.split("val")
    prepared = letterboxed(val)
    found = find_faces(network, prepared.pictures, prepared.placed)
    detections, findings = match_faces(found, val), find_out(val, found)
    threshold, history = detections.best_threshold(), files.read_history()
    metrics = LocatorMetrics(
        kind="locator",
        network=network.name,
        parameters=network.count_params(),
        epochs_done=history[-1]["epoch"],
        best_epoch=max(row["epoch"] for row in history if row["best"]),
        training_set_digest=scenes.digest,
        images=scenes.counts(),
        skipped=scenes.skipped,
        notes=scenes.notes,
        threshold=threshold,
        val=detections.at(threshold),
        by_face_size={name: part.at(threshold) for name, part in findings.by_size.items()},
        by_label={name: part.at(threshold) for name, part in findings.full_size.by_label.items()},
    )
    return LocatorEvaluation(metrics, detections, findings)


def score_int8(network: Int8Network, scenes: Sequence[Scene]) -> Detections:
    """What an int8 network finds in scenes by the device's own code, compared with the annotation."""
    return match_faces(find_faces_int8(network, scenes), scenes)


def find_faces_int8(network: Int8Network, scenes: Sequence[Scene]) -> list[list[Face]]:
    """An int8 network's faces in scenes by the device's own code, in pixels of the scenes."""
    locator = FaceLocator(network, max_faces=MAX_FACES, min_score=LOWEST_SCORE)
    return [locator.locate(scene.read()) for scene in scenes]


def letterboxed(scenes: Sequence[Scene]) -> LetterboxedScenes:
    """Read and letterbox scenes."""
    pairs = [letterbox(scene.read()) for scene in scenes]
    pictures = np.stack([picture for picture, _ in pairs]) if pairs else np.zeros((0, *LOCATOR_SIZE, 3), np.uint8)
    return LetterboxedScenes(pictures, [placed for _, placed in pairs], scenes)


def find_faces(
    network: keras.Model,
    pictures: np.ndarray,
    placed: Sequence[Letterbox],
    *,
    min_score: float = LOWEST_SCORE,
    batch_size: int = 32,
) -> list[list[Face]]:
    """A float network's faces in letterboxed pictures, uint8 (n, 240, 320, 3), in pixels of the scenes."""
    found = []
    for start in range(0, len(pictures), batch_size):
        batch = pictures[start : start + batch_size].astype(np.float32) / 255.0
        outputs = {k: keras.ops.convert_to_numpy(v) for k, v in network(batch, training=False).items()}
        for i, place in enumerate(placed[start : start + batch_size]):
            maps = pair_maps({name: values[i] for name, values in outputs.items()})
            found.append(faces_from_maps(maps, place, min_score=min_score, max_faces=MAX_FACES))
    return found
