"""Print how good the shipped int8 files are, beside their aims and their peers, in one run.

    PYTHONPATH=. python tests/bench/accuracy.py DATA --peers FOLDER

DATA holds crops/ and scenes/, as `maskwatch-train classifier` and `maskwatch-train locator` take them. Faces are
measured by their shorter side, and a box finds a face at an overlap (IoU) of 0.3 or with mutual centres inside; a
second box on a face is a false one. Every chain is counted by the same code.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from chain_scores import ChainScores, score_chain
from chains import Chain, Device
from classifier_scores import ClassifierScores, milliseconds, score_classifier
from float_loss import losses
from peers import peers_in
from rich.console import Console
from tables import (
    Row,
    aims_table,
    as_json,
    chains_table,
    classifiers_table,
    face_slices_table,
    shares_table,
    slices_table,
)

from edge.errors import UserError
from edge.settings.schema import MODELS
from edge.vision.face import Face
from training.datasets import read_dataset
from training.locator.scene_reader import read_scenes
from training.locator.scenes import Scene
from training.locator.scores import FULL_PX, face_sizes

LOCATOR, CLASSIFIER = MODELS / "face_cnn.tflite", MODELS / "door_cnn.tflite"
"""The files that the device ships with."""

TIMED_SCENES = 30
"""Scenes that the chains are timed on, brought to 640x480."""


def main() -> int:
    """Run the command; returns the exit status."""
    arguments = _arguments()
    try:
        _report(arguments, Console(width=None if sys.stdout.isatty() else 150))
    except UserError as error:
        sys.stderr.write(f"accuracy: {error}\n")
        return 2
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA")
    parser.add_argument("--peers", type=Path, metavar="FOLDER", help="weights that others published")
    parser.add_argument("--split", choices=("val", "test"), default="test")
    parser.add_argument("--runs", type=Path, nargs="+", metavar="RUN", help="float networks, to compare int8 with")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there too")
    return parser.parse_args()


def _report(arguments: argparse.Namespace, console: Console) -> None:
    cv2.setNumThreads(1)
    photos = read_dataset(arguments.data / "crops").split(arguments.split)
    scenes = read_scenes(arguments.data / "scenes").split(arguments.split)
    classifiers = [score_classifier(path, photos) for path in sorted(MODELS.glob("*.tflite")) if path != LOCATOR]
    chains = list(_chains(arguments.peers))
    scores = {chain.name: score_chain(chain, scenes) for chain in chains}
    times = {chain.name: _times(chain, scenes) for chain in chains}
    shipped = next(scored for scored in classifiers if scored.network == CLASSIFIER.stem)
    lost = dict(losses(arguments.runs, (LOCATOR, CLASSIFIER))) if arguments.runs else {}
    rows = list(_rows(shipped, scores.get(Device.name), lost))
    console.print(f"{arguments.split}: {len(photos)} crops, {len(scenes)} scenes")
    if not LOCATOR.is_file():
        console.print(f"The chain of the device is not measured, because {LOCATOR.name} is missing in edge/models/.")
    console.print(aims_table(rows), chains_table(chains, scores, times), classifiers_table(classifiers))
    for name, scored in scores.items():
        console.print(face_slices_table(name, scored))
    for part, slices in (("px", shipped.by_face_size), ("skin, with its light", shipped.by_skin_tone)):
        console.print(slices_table(f"{shipped.network} int8 on crops, by {part}", slices))
    console.print(shares_table(f"{shipped.network} int8 on crops, bare faces caught behind", shipped.behind))
    if arguments.json:
        arguments.json.write_text(json.dumps(as_json(arguments.split, rows, scores, times, classifiers), indent=2))


def _chains(peers: Path | None) -> Iterator[Chain]:
    if LOCATOR.is_file():
        yield Device(LOCATOR, CLASSIFIER)
    if peers and not peers.is_dir():
        raise UserError(f"There is no folder {peers}: name the one that holds the peers' weights, or leave it out.")
    if peers:
        yield from peers_in(peers)


def _rows(shipped: ClassifierScores, device: ChainScores | None, lost: dict[str, float]) -> Iterator[Row]:
    """The aims and what is reached of them; the peers stand in a table of their own."""
    at = device.detections.at(device.threshold) if device else None
    yield Row("faces found, from 32 px on", ">= 0.95", at and at.recall, 0.95)
    yield Row("false faces an image at that", "<= 0.10", at and at.false_faces_an_image, 0.10, smaller=True)
    yield Row("faces of 16-32 px found", ">= 0.75", at and at.small_recall, 0.75)
    yield Row("found and mask state right, of all", ">= 0.93", device and device.state_right, 0.93)
    yield Row("incorrect ones caught, of those found", ">= 0.85", device and device.incorrect_caught, 0.85)
    yield Row("crops with / without judged right", ">= 0.98", shipped.everything.with_without_accuracy, 0.98)
    size = (LOCATOR.stat().st_size + CLASSIFIER.stat().st_size) / 1e6 if device else None
    yield Row("both files, MB", "<= 0.6", size, 0.6, smaller=True)
    for file in (LOCATOR, CLASSIFIER):
        yield Row(f"{file.stem}: int8 below float, points", "<= 0.3", lost.get(file.stem), 0.3, smaller=True)


def _times(chain: Chain, scenes: Sequence[Scene]) -> dict[str, float]:
    """Median milliseconds of each stage, one thread."""
    taken: dict[str, list[float]] = {}
    with_faces = [scene for scene in scenes if len(scene.boxes) and face_sizes(scene.boxes).max() >= FULL_PX]
    for scene in with_faces[:TIMED_SCENES]:
        image, largest = scene.read(), int(face_sizes(scene.boxes).argmax())
        scale = np.tile((640 / image.shape[1], 480 / image.shape[0]), 2)
        frame, face = cv2.resize(image, (640, 480)), Face(*np.clip(scene.boxes[largest] * scale, 0, 640).tolist())
        for name, stage in chain.stages(frame, face).items():
            taken.setdefault(name, []).append(milliseconds(stage, times=3))
    return {name: float(np.median(values)) for name, values in taken.items()}


if __name__ == "__main__":
    sys.exit(main())
