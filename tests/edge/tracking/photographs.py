"""People as photographs show them."""

import csv
from pathlib import Path

import cv2
import numpy as np

from edge.vision.classifier import Classifier
from edge.vision.preprocessing import whole_picture


def log_odds_of(crops: Path, classifier: Classifier) -> dict[bool, np.ndarray]:
    """The classifier's log-odds on the test photographs, by whether those on them are compliant."""
    found = {True: [], False: []}
    with (crops / "manifest.csv").open() as manifest:
        for row in csv.DictReader(manifest):
            if row["split"] == "test":
                image = cv2.cvtColor(cv2.imread(str(crops.parent / row["path"])), cv2.COLOR_BGR2RGB)
                ((p, _),) = classifier.score(image, [whole_picture(image)])
                found[row["label"] == "with_mask"].append(np.log(p / (1 - p)))
    return {kind: np.array(values) for kind, values in found.items()}
