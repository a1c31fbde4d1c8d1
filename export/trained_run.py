"""What training left in a run's folder, as far as export needs it."""

import json
from dataclasses import dataclass
from pathlib import Path

from edge.errors import UserError
from training.datasets import Photo, read_split
from training.runs import RunFiles


@dataclass(frozen=True)
class TrainedRun:
    """A finished run."""

    files: RunFiles
    network: str
    """The architecture's name."""
    training_set_digest: str
    temperature: float
    threshold: float
    photos: list[Photo]

    def split(self, name: str) -> list[Photo]:
        """The photographs of one split."""
        return [photo for photo in self.photos if photo.split == name]


def read_run(folder: Path) -> TrainedRun:
    """Read a run's folder.

    Raises:
        UserError: It holds no finished run of a classifier, or the pictures are no longer where they were.
    """
    files = RunFiles(folder)
    if not files.network.is_file() or not files.metrics.is_file():
        raise UserError(
            f"{folder} holds no finished run: make one with `maskwatch-train classifier DATA --out {folder}`."
        )
    metrics = json.loads(files.metrics.read_text())
    if metrics.get("kind") == "locator":
        raise UserError(f"{folder} holds a locator, which cannot be exported yet: name the run of a classifier.")
    photos = read_split(files.split)
    if missing := next((photo.path for photo in photos if not photo.path.is_file()), None):
        raise UserError(f"The run's picture {missing} is gone: put the pictures back where they were trained on.")
    return TrainedRun(
        files=files,
        network=metrics["network"],
        training_set_digest=metrics["training_set_digest"],
        temperature=metrics["temperature"],
        threshold=metrics["threshold"],
        photos=photos,
    )
