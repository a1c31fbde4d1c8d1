"""From a network's raw output to a probability that means what it says."""

from dataclasses import dataclass

import numpy as np

SMALLEST_P = 1 / 512
"""Half a step of an int8 probability: below this the network's output says nothing finer."""


@dataclass(frozen=True)
class Calibration:
    """Temperature scaling (Guo et al., 2017, "On Calibration of Modern Neural Networks")."""

    temperature: float = 1.0
    """What the log-odds are divided by; above 1 the network was too sure of itself."""

    def apply(self, p: np.ndarray) -> np.ndarray:
        """Calibrated probabilities for raw ones, of any shape."""
        p = np.clip(p, SMALLEST_P, 1 - SMALLEST_P)
        return 1 / (1 + np.exp(-np.log(p / (1 - p)) / self.temperature))
