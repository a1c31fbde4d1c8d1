"""A run's network scored through the device's own preprocessing: calibration, threshold, metrics.json."""

import csv
import json
from dataclasses import asdict, dataclass, replace

import keras
from sklearn.metrics import balanced_accuracy_score

from edge.vision.calibration import Calibration
from training.calibration import choose_threshold, fit_calibration
from training.datasets import Dataset, Photo
from training.pipeline import evaluation_crops, predict
from training.runs import RunFiles
from training.scores import Predictions, SplitScores, score_split


@dataclass(frozen=True)
class Metrics:
    """Everything that is known about a run's network; written to the run's `metrics.json`."""

    network: str
    parameters: int
    epochs_done: int
    best_epoch: int
    training_set_digest: str
    images: dict[str, dict[str, int]]
    """Pictures by split and class."""
    skipped: dict[str, str]
    """Path of each picture that was passed over, and why."""
    temperature: float
    """Fitted on the validation split; see `edge.vision.calibration`."""
    threshold: float
    """On the calibrated P, chosen on the validation split."""
    val: SplitScores
    test: SplitScores


@dataclass(frozen=True)
class Evaluation:
    """The figures, and the predictions behind them."""

    metrics: Metrics
    val: Predictions
    test: Predictions

    def save(self, files: RunFiles) -> None:
        """Write `metrics.json` and `predictions.csv`."""
        files.metrics.write_text(json.dumps(asdict(self.metrics), indent=2) + "\n")
        with files.predictions.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["split", "path", "label", "p_raw", "p", "alert"])
            for split, part in (("val", self.val), ("test", self.test)):
                rows = zip(part.photos, part.raw, part.p, part.alerts, strict=True)
                writer.writerows(
                    [split, photo.path, photo.label, f"{raw:.6f}", f"{p:.6f}", int(alert)]
                    for photo, raw, p, alert in rows
                )


def evaluate(dataset: Dataset, files: RunFiles) -> Evaluation:
    """Score the best network of a run on the validation and test splits.

    The temperature and then the threshold are chosen on the validation split alone.
    """
    network = keras.models.load_model(files.network, compile=False)
    val = _settled(_predictions(network, dataset.split("val")))
    test = replace(_predictions(network, dataset.split("test")), calibration=val.calibration, threshold=val.threshold)
    history = files.read_history()
    metrics = Metrics(
        network=network.name,
        parameters=network.count_params(),
        epochs_done=history[-1]["epoch"],
        best_epoch=max(row["epoch"] for row in history if row["best"]),
        training_set_digest=dataset.digest,
        images=dataset.counts(),
        skipped=dataset.skipped,
        temperature=val.calibration.temperature,
        threshold=val.threshold,
        val=score_split(val),
        test=score_split(test),
    )
    return Evaluation(metrics, val, test)


def _predictions(network: keras.Model, photos: list[Photo]) -> Predictions:
    return Predictions(photos, predict(network, evaluation_crops(photos)), Calibration(), threshold=0.5)


def _settled(val: Predictions) -> Predictions:
    val = replace(val, calibration=fit_calibration(val.raw, val.truth))
    return replace(val, threshold=choose_threshold(val.p, lambda alerts: balanced_accuracy_score(val.truth, alerts)))
