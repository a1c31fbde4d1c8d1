"""A run's folder, and the parts of an export that depend on the kind of network."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

import keras
import numpy as np

from edge.errors import UserError
from edge.vision.calibration import Calibration
from edge.vision.interpreter import Int8Network
from export.quantize.parity import Parity
from training.common.runs import RunFiles
from training.common.saved_network import load_network


@dataclass(frozen=True, kw_only=True)
class TrainedRun(ABC):
    """A finished run."""

    kind: ClassVar[Literal["classifier", "locator"]]
    """What its network does, as in `Metadata.kind`."""

    files: RunFiles
    network: str
    """The architecture's name."""
    training_set_digest: str
    threshold: float
    """The score from which the float network decides."""
    calibration: Calibration
    clear_calibration: Calibration | None = None
    """Of a second output, P(clear), if there is one."""
    crop_widening: float | None = None
    """Of a classifier, as in `Metadata.crop_widening`."""

    def load(self) -> keras.Model:
        """The float network, with the outputs that the device reads.

        Raises:
            UserError: Its file is damaged.
        """
        return load_network(self.files.network)

    @abstractmethod
    def labels(self, outputs: Sequence[str]) -> tuple[str, ...]:
        """What the network's outputs say, as in `Metadata.labels`; `outputs` are their names."""

    @abstractmethod
    def calibration_pictures(self, count: int) -> np.ndarray:
        """About `count` training pictures as the network reads them, to measure activation ranges on.

        Returns:
            uint8 (n, height, width, 3).
        """

    @abstractmethod
    def compare(self, network: keras.Model, int8: Int8Network) -> Parity:
        """Run the float and the int8 network on the validation split, both through the device's own code."""

    @abstractmethod
    def why_useless(self, scores: Mapping[str, float]) -> str | None:
        """What a network of these scores on the validation split has not learned, to continue "This network"; or None.

        By the names that `Parity.rows` has.
        """

    @abstractmethod
    def score(self, int8: Int8Network, split: str, threshold: float) -> dict[str, float]:
        """The int8 network's scores on a split, by the names that `Parity.rows` has; empty without pictures."""


def refuse_missing(pictures: Iterable[Path]) -> None:
    """Check that a run's pictures are where they were.

    Raises:
        UserError: One is not.
    """
    if missing := next((path for path in pictures if not path.is_file()), None):
        raise UserError(f"The run's picture {missing} is gone", "put the pictures back where they were trained on")
