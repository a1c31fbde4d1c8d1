"""`maskwatch-export quantize`: from a run to an audited, proven model file."""

import os
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import keras
from ai_edge_litert.interpreter import Interpreter

from edge.errors import UserError
from edge.vision.calibration import Calibration
from edge.vision.classifier import Classifier
from edge.vision.golden import make_golden
from edge.vision.interpreter import Int8Network, open_interpreter, tensor_specs
from edge.vision.model_file import Golden, Metadata, ModelFile, pack
from export.audit import audit
from export.convert import calibration_crops, quantise
from export.graph import read_graph
from export.parity import COMPARED, Parity, compare, predict_int8
from export.trained_run import TrainedRun, read_run
from training.scores import score_split

LICENCE = "MIT for the weights; the pictures they were trained on stay with their owners: see the model card."


@dataclass(frozen=True)
class Quantized:
    """A model file's content, and the proof that it does what the float network did."""

    content: bytes
    parity: Parity


def quantize(folder: Path, *, images: int, max_drop: float) -> Quantized:
    """Quantise a run's network, audit it and compare it with the float one.

    Args:
        folder: The run.
        images: How many training pictures to measure activation ranges on.
        max_drop: How many points int8 may lose on the validation split.

    Raises:
        UserError: No such run, or the int8 network is unfit or too much worse.
    """
    run = read_run(folder)
    network = keras.models.load_model(run.files.network, compile=False)
    tflite = quantise(network, calibration_crops(run.split("train"), images))
    if faults := audit(read_graph(tflite)):
        raise UserError(f"The audit refuses the network: {faults[0]} ({len(faults)} fault(s) in all)")
    classifier = _classifier(tflite, _metadata(run, tflite, {}))
    parity = compare(network, classifier, run.split("val"))
    if parity.drop > max_drop:
        raise UserError(
            f"int8 loses {parity.drop:.2f} points on the validation split, more than {max_drop}: "
            "calibrate on more --images, or allow it with --max-drop."
        )
    scores = {
        "val": _headline(parity.int8_scores),
        "test": _headline(score_split(predict_int8(classifier, run.split("test")))),
    }
    return Quantized(pack(tflite, _metadata(run, tflite, scores), make_golden(classifier.network)), parity)


def save(content: bytes, path: Path) -> None:
    """Write a model file whole or not at all, in place of one that may be there.

    Raises:
        UserError: It cannot be written.
    """
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            file.write(content)
            os.fchmod(file.fileno(), 0o644)
            os.fsync(file.fileno())
        Path(file.name).replace(path)
    except OSError as error:
        raise UserError(f"{path} cannot be written ({error.strerror}): name another place with --out.") from error


def _metadata(run: TrainedRun, tflite: bytes, scores: dict[str, dict[str, float]]) -> Metadata:
    inputs, outputs = tensor_specs(open_interpreter(Interpreter, tflite, threads=1))
    return Metadata(
        kind="classifier",
        network=run.network,
        version=version("maskwatch"),
        labels=("not_compliant",),
        colour_order="RGB",
        threshold=run.threshold,
        calibration=Calibration(run.temperature),
        inputs=inputs,
        outputs=outputs,
        tflite_sha256=sha256(tflite).hexdigest(),
        training_set_digest=run.training_set_digest,
        scores=scores,
        licence=LICENCE,
    )


def _classifier(tflite: bytes, metadata: Metadata) -> Classifier:
    unproven = Golden(seed=0, count=0, outputs_sha256="")
    return Classifier(Int8Network(ModelFile(tflite, metadata, unproven), runtime="ai_edge_litert"))


def _headline(scores: object) -> dict[str, float]:
    return {name: round(value, 5) for name in COMPARED if (value := getattr(scores, name)) is not None}
