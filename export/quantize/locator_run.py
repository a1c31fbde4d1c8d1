"""A locator's run: calibrated on letterboxed scenes, compared by the faces that it finds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import keras
import numpy as np

from edge.vision.calibration import Calibration
from edge.vision.interpreter import Int8Network
from export.quantize.convert import with_extremes
from export.quantize.locator_parity import compare_locators, figures
from export.quantize.parity import Parity
from export.quantize.trained_run import TrainedRun, refuse_missing
from training.common.runs import RunFiles
from training.locator.evaluate import letterboxed, score_int8
from training.locator.network import for_device
from training.locator.scenes import Scene, SceneSet, read_split


@dataclass(frozen=True, kw_only=True)
class LocatorRun(TrainedRun):
    """A finished run of `maskwatch-train locator`."""

    kind = "locator"

    scenes: SceneSet

    def labels(self, outputs: Sequence[str]) -> tuple[str, ...]:
        """All maps speak of faces."""
        return ("face",)

    def load(self) -> keras.Model:
        """The float network, its outputs cut to the levels that the device reads."""
        return for_device(super().load())

    def calibration_pictures(self, count: int) -> np.ndarray:
        """Scenes as the device sees them, extremes first."""
        return calibration_scenes(self.scenes.split("train"), count)

    def compare(self, network: keras.Model, int8: Int8Network) -> Parity:
        """See `TrainedRun`."""
        return compare_locators(network, int8, self.scenes.split("val"))

    def why_useless(self, scores: Mapping[str, float]) -> str | None:
        """See `TrainedRun`."""
        return "finds no face" if scores["recall"] == 0 else None

    def score(self, int8: Int8Network, split: str, threshold: float) -> dict[str, float]:
        """See `TrainedRun`."""
        scenes = self.scenes.split(split)
        return figures(score_int8(int8, scenes), threshold) if scenes else {}


def read_locator_run(files: RunFiles, metrics: dict) -> LocatorRun:
    """Read a run's folder, its `metrics.json` being read already.

    Raises:
        UserError: The pictures are no longer where they were, or the run does not say where their faces are.
    """
    scenes = read_split(files.split)
    refuse_missing(scene.path for scene in scenes.scenes)
    return LocatorRun(
        files=files,
        network=metrics["network"],
        training_set_digest=metrics["training_set_digest"],
        threshold=metrics["threshold"],
        calibration=Calibration(),
        scenes=scenes,
    )


def calibration_scenes(scenes: list[Scene], count: int, seed: int = 1) -> np.ndarray:
    """Scenes letterboxed as the device sees them, to measure activation ranges on, extremes first.

    Whole scenes alone: of five trials, some with pictures cut and degraded as in training mixed in, they lost least.

    Args:
        scenes: The training split.
        count: How many to draw.
        seed: Of the draw.

    Returns:
        uint8 (n, 240, 320, 3).
    """
    drawn = np.random.default_rng(seed).permutation(len(scenes))[:count]
    return with_extremes(letterboxed([scenes[i] for i in drawn]).pictures)
