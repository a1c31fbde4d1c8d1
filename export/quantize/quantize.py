"""`maskwatch-export quantize`: from a run to an audited, proven model file."""

from dataclasses import dataclass, replace
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from ai_edge_litert.interpreter import Interpreter

from edge.errors import UserError
from edge.files import write_whole
from edge.vision.golden import make_golden
from edge.vision.interpreter import Int8Network, open_interpreter, tensor_specs
from edge.vision.model_file import Golden, Metadata, ModelFile, pack
from export.quantize.audit import audit
from export.quantize.convert import to_int8
from export.quantize.graph import read_graph
from export.quantize.parity import Parity
from export.quantize.trained_run import TrainedRun

LICENCE = "MIT for the weights; the pictures they were trained on stay with their owners: see the model card."


@dataclass(frozen=True)
class Quantized:
    """A model file's content, and the comparison with the float network."""

    content: bytes
    parity: Parity


THRESHOLDS = (0.001, 0.999)
"""The lowest and the highest that a device takes, as in `Metadata`."""


def quantize(run: TrainedRun, *, images: int, max_drop: float, threshold: float | None = None) -> Quantized:
    """Quantize a run's network, audit it and compare it with the float one.

    Args:
        run: The run.
        images: How many training pictures to measure activation ranges on.
        max_drop: How many points int8 may lose on the validation split.
        threshold: P(not compliant) from which a classifier calls a face not compliant, or the score from which a
            locator shows a face; by default the fit's choice. A locator is compared at the default all the same.

    Raises:
        UserError: The network has learned nothing, the int8 one is unfit or too much worse, or the threshold is out of
            bounds.
    """
    if threshold is not None:
        run = _deciding_from(run, threshold)
    network = run.load()
    tflite = to_int8(network, run.calibration_pictures(images))
    if faults := audit(read_graph(tflite)):
        raise UserError("The audit refuses the network", f"{faults[0]} ({len(faults)} fault(s) in all)")
    metadata = _metadata(run, tflite)
    int8 = _unproven(tflite, metadata)
    parity = run.compare(network, int8)
    if useless := run.why_useless(parity.scores):
        raise UserError(
            f"This network {useless} on the validation split", "train it longer, or with more or better pictures"
        )
    if parity.drop > max_drop:
        raise UserError(
            f"int8 loses {parity.drop:.2f} points on the validation split, more than {max_drop}",
            "calibrate on more --images, or allow it with --max-drop",
        )
    val = parity.scores
    if threshold is not None:
        parity, val = replace(parity, threshold=threshold), run.score(int8, "val", threshold)
    scores = {"val": val, "test": run.score(int8, "test", parity.threshold)}
    metadata = replace(metadata, threshold=_as_a_device_takes_it(parity.threshold), scores=_rounded(scores))
    return Quantized(pack(tflite, metadata, make_golden(int8)), parity)


def _deciding_from(run: TrainedRun, threshold: float) -> TrainedRun:
    if not THRESHOLDS[0] <= threshold <= THRESHOLDS[1]:
        raise UserError(f"--threshold {threshold:g} is out of bounds", f"give {THRESHOLDS[0]} to {THRESHOLDS[1]}")
    return replace(run, threshold=threshold)


def save(content: bytes, path: Path) -> None:
    """Write a model file completely or not at all; it may replace one.

    Raises:
        UserError: It cannot be written.
    """
    try:
        write_whole(path, content)
    except OSError as error:
        raise UserError(f"{path} cannot be written ({error.strerror})", "name another place with --out") from error


def _metadata(run: TrainedRun, tflite: bytes) -> Metadata:
    inputs, outputs = tensor_specs(open_interpreter(Interpreter, tflite, threads=1))
    return Metadata(
        kind=run.kind,
        network=run.network,
        version=version("maskwatch"),
        labels=run.labels([output.name for output in outputs]),
        colour_order="RGB",
        threshold=_as_a_device_takes_it(run.threshold),
        calibration=run.calibration,
        clear_calibration=run.clear_calibration,
        crop_widening=run.crop_widening,
        inputs=inputs,
        outputs=outputs,
        tflite_sha256=sha256(tflite).hexdigest(),
        training_set_digest=run.training_set_digest,
        licence=LICENCE,
    )


def _as_a_device_takes_it(threshold: float) -> float:
    # A locator that finds nothing is given 1 as its threshold; it is refused, but only once it was compared.
    lowest, highest = THRESHOLDS
    return min(max(threshold, lowest), highest)


def _unproven(tflite: bytes, metadata: Metadata) -> Int8Network:
    """The network as the device would run it, before it has golden outputs."""
    golden = Golden(seed=0, count=0, outputs_sha256="")
    return Int8Network(ModelFile(tflite, metadata, golden), runtime="ai_edge_litert")


def _rounded(scores: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    return {split: {name: round(value, 5) for name, value in part.items()} for split, part in scores.items()}
