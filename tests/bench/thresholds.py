"""Print what the whole chain does at each pair of thresholds, on the scenes for choosing and never on the test split.

    PYTHONPATH=. python tests/bench/thresholds.py DATA --locator face.tflite --classifier door.tflite

The locator's lowest score and the score that speaks neither for a face nor against one are chosen together: a locator
that works at a low score finds more, and the classifier throws out what is no face that can be judged.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
from chain_scores import ChainScores, score_sightings
from device import Device, Judged
from rich.console import Console
from tables import TextTable, number

from edge.errors import UserError
from edge.settings.schema import MODELS, VerdictSettings
from training.locator.scene_reader import read_scenes
from training.locator.scenes import NEGATIVES, Scene

LOWEST_SCORES = (0.1, 0.15, 0.2, 0.25, 0.3)
EVEN_SCORES = (0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5)

MOST_FALSE, MOST_FALSE_ALERTS = 0.05, 0.01
"""False faces an image with faces, and alerts an image without any, that the chosen pair may have."""


@dataclass(frozen=True)
class Pair:
    """Two thresholds, and what the chain does with them."""

    min_score: float
    even_face_score: float
    faces: ChainScores
    """On the scenes with faces."""
    negatives: ChainScores
    """On the pictures without any."""

    @property
    def false_alerts(self) -> float:
        """Called not compliant, an image without a face."""
        return self.negatives.false_alerts / max(self.negatives.detections.images, 1)

    @property
    def allowed(self) -> bool:
        """Whether both rates of mistakes are low enough."""
        return self.false_faces <= MOST_FALSE and self.false_alerts <= MOST_FALSE_ALERTS

    @property
    def false_faces(self) -> float:
        """An image with faces."""
        return self.faces.detections.at(self.min_score).false_faces_an_image

    @property
    def right(self) -> float:
        """Share of the masked and bare faces that are found and told rightly."""
        return (self.faces.state_right and self.faces.state_right.share) or 0.0


def main() -> int:
    """Run the command; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA")
    parser.add_argument("--locator", type=Path, default=MODELS / "face_cnn.tflite", metavar="FILE")
    parser.add_argument("--classifier", type=Path, default=MODELS / "door_cnn.tflite", metavar="FILE")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    try:
        pairs = list(_pairs(arguments.data, Device(arguments.locator, arguments.classifier, VerdictSettings())))
    except UserError as error:
        sys.stderr.write(f"thresholds: {error}\n")
        return 2
    Console(width=None if sys.stdout.isatty() else 120, markup=False).print(_table(pairs).rich())
    return 0


def best_of(pairs: Sequence[Pair]) -> Pair:
    """The pair that tells most faces rightly of those that are allowed; of all, the one with fewest mistakes."""
    allowed = [pair for pair in pairs if pair.allowed]
    if allowed:
        return max(allowed, key=lambda pair: (pair.right, -pair.false_faces))
    return min(pairs, key=lambda pair: pair.false_faces)


def _pairs(data: Path, device: Device) -> Iterator[Pair]:
    scenes = read_scenes(data / "scenes")
    parts = [
        [(scene, device.judged(scene.read())) for scene in part]
        for part in ([*scenes.split("val"), *scenes.split("unseen")], scenes.split(NEGATIVES))
    ]
    for even in EVEN_SCORES:
        for min_score in LOWEST_SCORES:
            yield Pair(min_score, even, *(_scored(device, part, min_score, even) for part in parts))


def _scored(device: Device, part: Sequence[tuple[Scene, list[Judged]]], min_score: float, even: float) -> ChainScores:
    sightings = [device.shown(judged, replace(VerdictSettings(), even_face_score=even)) for _, judged in part]
    return score_sightings([scene for scene, _ in part], sightings, min_score)


def _table(pairs: Sequence[Pair]) -> TextTable:
    best = best_of(pairs)
    rows = [
        (
            f"{pair.min_score:.2f}",
            f"{pair.even_face_score:.2f}",
            number(pair.faces.found.share),
            number(pair.false_faces),
            number(pair.right),
            number(pair.false_alerts),
            "best" if pair is best else "",
        )
        for pair in pairs
    ]
    headings = ("locator from", "even score", "found", "false an image", "found and right", "alerts an empty image", "")
    return TextTable("The whole chain on val and unseen, and on pictures without a face", headings, rows)


if __name__ == "__main__":
    sys.exit(main())
