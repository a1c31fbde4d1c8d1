"""Turns a network's raw output into a calibrated probability."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from edge.bounds import Bounded, Bounds

SMALLEST_P = 1 / 512
"""Half a step of an int8 probability, the finest difference that the network's output can express."""


@dataclass(frozen=True)
class Calibration(Bounded):
    """Temperature scaling (Guo et al., 2017, "On Calibration of Modern Neural Networks")."""

    temperature: Annotated[float, Bounds(0.01, 100.0)] = 1.0
    """Divisor of the log-odds; above 1 if the network is too confident."""
    bias: Annotated[float | None, Bounds(-20.0, 20.0)] = None
    """Added after the division (Platt, 1999), if the training set had fewer faces of one class than of the other."""

    def apply(self, p: np.ndarray) -> np.ndarray:
        """Calibrated probabilities for raw probabilities of any shape."""
        p = np.clip(p, SMALLEST_P, 1 - SMALLEST_P)
        return 1 / (1 + np.exp(-np.log(p / (1 - p)) / self.temperature - (self.bias or 0.0)))
