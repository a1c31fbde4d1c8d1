"""A run's network scored through the device's own preprocessing: calibration, threshold, metrics.json."""

import json
from dataclasses import asdict, dataclass, replace

import keras
import numpy as np
from sklearn.metrics import balanced_accuracy_score

from edge.vision.calibration import Calibration
from training.classifier.calibration import choose_threshold, fit_balanced_calibration, fit_calibration
from training.classifier.datasets import Dataset, Photo
from training.classifier.pipeline import evaluation_crops, predict
from training.classifier.robustness import Curve, measure_robustness
from training.classifier.scores import ClearScores, Predictions, SplitScores, score_clear, score_split
from training.classifier.settings import ClassifierFitSettings
from training.classifier.slices import Slice, score_by_skin_tone
from training.common.records import save_rows
from training.common.runs import RunFiles
from training.common.saved_network import load_network


@dataclass(frozen=True)
class Metrics:
    """All figures of a run's network; written to the run's `metrics.json`."""

    network: str
    parameters: int
    epochs_done: int
    best_epoch: int
    training_set_digest: str
    images: dict[str, dict[str, int]]
    """Pictures by split and class."""
    skipped: dict[str, str]
    """Path of each file that is not used, and why."""
    notes: tuple[str, ...]
    """What was decided about the other pictures, in sentences."""
    temperature: float
    """Of P(not compliant), fitted on the validation split; see `edge.vision.calibration`."""
    clear_temperature: float
    clear_bias: float
    """The same of P(clear), as if clear and unclear faces were equally many."""
    threshold: float
    """On the calibrated P, chosen on the validation split."""
    val: SplitScores
    test: SplitScores
    clear: dict[str, ClearScores]
    """By split."""
    by_skin_tone: dict[str, dict[str, Slice]]
    """By split, then by the names of `training.classifier.skin_tone.TONES`."""
    robustness: dict[str, Curve]
    """On the validation split, by the name of what was done to its crops."""


@dataclass(frozen=True)
class Evaluation:
    """The figures, and the predictions behind them."""

    metrics: Metrics
    val: Predictions
    test: Predictions

    def save(self, files: RunFiles) -> None:
        """Write `metrics.json` and `predictions.csv`."""
        files.metrics.write_text(json.dumps(asdict(self.metrics), indent=2) + "\n")
        rows = (
            [split, photo.path, photo.label, f"{raw:.6f}", f"{p:.6f}", int(alert)]
            for split, part in (("val", self.val), ("test", self.test))
            for photo, raw, p, alert in zip(part.photos, part.raw, part.p, part.alerts, strict=True)
        )
        save_rows(files.predictions, ("split", "path", "label", "p_raw", "p", "alert"), rows)


def evaluate(dataset: Dataset, files: RunFiles) -> Evaluation:
    """Score the best network of a run on the validation and test splits.

    The temperature and then the threshold are chosen on the validation split alone.
    """
    network = load_network(files.network)
    widening = files.read_settings(ClassifierFitSettings).crop_widening
    answers = {split: _answers(network, dataset.split(split), widening) for split in ("val", "test")}
    val = _settled(answers["val"].judged)
    test = replace(answers["test"].judged, calibration=val.calibration, threshold=val.threshold)
    clear_calibration = fit_balanced_calibration(answers["val"].p_clear, answers["val"].clear)

    def decide(damaged: np.ndarray) -> np.ndarray:
        return val.calibration.apply(predict(network, damaged)[:, 0]) >= val.threshold

    history = files.read_history()
    metrics = Metrics(
        network=network.name,
        parameters=network.count_params(),
        epochs_done=history[-1]["epoch"],
        best_epoch=max(row["epoch"] for row in history if row["best"]),
        training_set_digest=dataset.digest,
        images=dataset.counts(),
        skipped=dataset.skipped,
        notes=dataset.notes,
        temperature=val.calibration.temperature,
        clear_temperature=clear_calibration.temperature,
        clear_bias=clear_calibration.bias or 0.0,
        threshold=val.threshold,
        val=score_split(val),
        test=score_split(test),
        clear={
            split: score_clear(clear_calibration.apply(answer.p_clear), answer.clear)
            for split, answer in answers.items()
        },
        by_skin_tone={
            split: score_by_skin_tone(answers[split].judged_crops, widening, part.alerts, part.labels)
            for split, part in (("val", val), ("test", test))
        },
        robustness=measure_robustness(answers["val"].judged_crops, val.labels, decide),
    )
    return Evaluation(metrics, val, test)


@dataclass(frozen=True)
class _Answers:
    """The network's answers on one split."""

    judged: Predictions
    """Of the faces that can be judged."""
    judged_crops: np.ndarray
    p_clear: np.ndarray
    """Of every picture, as the network gives it, (n,)."""
    clear: np.ndarray
    """Whether each can be judged, bool (n,)."""


def _answers(network: keras.Model, photos: list[Photo], widening: float) -> _Answers:
    crops = evaluation_crops(photos, widening)
    clear = np.array([photo.clear for photo in photos], bool)
    said = predict(network, crops)
    judged = Predictions([photo for photo in photos if photo.clear], said[clear, 0], Calibration(), threshold=0.5)
    return _Answers(judged, crops[clear], said[:, 1], clear)


def _settled(val: Predictions) -> Predictions:
    val = replace(val, calibration=fit_calibration(val.raw, val.truth))
    return replace(val, threshold=choose_threshold(val.p, lambda alerts: balanced_accuracy_score(val.truth, alerts)))
