"""How well a classifier does: the figures that choose an epoch and a threshold, and those that are reported."""

from collections.abc import Sequence

import numpy as np


def selection_score(alerts: np.ndarray, labels: Sequence[str]) -> float:
    """The one figure that choices on the validation split are made by.

    Args:
        alerts: bool (n,), whether each face was called not compliant.
        labels: The classes, n of them.

    Returns:
        The mean of the share of masked faces left alone and the share of the others caught, where bare and
        incorrectly worn weigh the same although there are far fewer of the latter; 0 to 1.
    """
    names = np.asarray(labels)
    left_alone = float(np.mean(~alerts[names == "with_mask"])) if (names == "with_mask").any() else 0.0
    caught = [float(np.mean(alerts[names == name])) for name in ("without_mask", "incorrect") if (names == name).any()]
    return (left_alone + float(np.mean(caught or [0.0]))) / 2
