"""The model file: a `.tflite` with its own description in a zip archive appended to it.

Every TFLite runtime reads the file as it is. The archive holds `model.json` (what the network is, `Metadata`) and
`golden.json` (what it must answer, `Golden`).
"""

import hashlib
import io
import json
import zipfile
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from edge.errors import UserError
from edge.vision.calibration import Calibration

FORMAT = 1
"""Version of the layout below; a device refuses a file of another one."""


@dataclass(frozen=True, kw_only=True)
class TensorSpec:
    """A tensor at the network's edge: real value = scale * (int8 value - zero_point)."""

    name: str
    """Its name in the model's signature; those of a locator's outputs, `heat<s>` and `box<s>`, bear the stride s."""
    shape: tuple[int, ...]
    scale: float
    zero_point: int


@dataclass(frozen=True, kw_only=True)
class Golden:
    """What the network answers to inputs drawn from a seed, so that any device can check itself."""

    seed: int
    count: int
    """Inputs drawn."""
    outputs_sha256: str
    """SHA-256 over the int8 outputs, in order."""


@dataclass(frozen=True, kw_only=True)
class Metadata:
    """What the device has to know of a network, and a person may want to."""

    kind: str
    """What it does: "classifier" or "locator"."""
    network: str
    """Its architecture, such as "door_cnn"."""
    version: str
    """Version of maskwatch that exported it."""
    labels: tuple[str, ...]
    """What the outputs say, in order."""
    colour_order: str
    """Channels of the input: "RGB"."""
    threshold: float
    """Calibrated probability from which a face counts as not compliant; a locator's score from which a box is shown."""
    calibration: Calibration
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    tflite_sha256: str
    """SHA-256 of the file without the archive."""
    training_set_digest: str
    """SHA-256 over the sorted SHA-256 of the pictures that it was trained on."""
    scores: dict[str, dict[str, float]] = field(default_factory=dict)
    """By split, as measured with the int8 network through the device's own code."""
    licence: str = ""
    format: int = FORMAT


@dataclass(frozen=True)
class ModelFile:
    """A model file's content, read and found whole."""

    tflite: bytes
    metadata: Metadata
    golden: Golden


def read_model_file(path: Path) -> ModelFile:
    """Read a model file and check it before any interpreter sees it.

    Raises:
        UserError: The file is missing, foreign, truncated or altered.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError(f"The model file {path} cannot be read ({error.strerror}): name one that can.") from error
    try:
        return unpack(content)
    except (zipfile.BadZipFile, KeyError) as error:
        raise UserError(f"{path} bears no maskwatch metadata: make it with `maskwatch-export quantize`.") from error
    except (ValueError, TypeError) as error:
        raise UserError(f"The model file {path} is damaged ({error}): copy it again from its origin.") from error


def pack(tflite: bytes, metadata: Metadata, golden: Golden) -> bytes:
    """The content of a model file; the same arguments give the same bytes."""
    buffer = io.BytesIO(tflite)
    with zipfile.ZipFile(buffer, "a") as archive:
        for name, record in (("model.json", metadata), ("golden.json", golden)):
            member = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            archive.writestr(member, json.dumps(asdict(record), indent=2))
    return buffer.getvalue()


def unpack(content: bytes) -> ModelFile:
    """Take a model file's content apart.

    Raises:
        zipfile.BadZipFile: There is no archive, or it is damaged.
        KeyError: The archive holds something else.
        ValueError: A record is not of this format, or the network's bytes are not those that were packed.
        TypeError: A record lacks a field.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        records = {name: json.loads(archive.read(name)) for name in ("model.json", "golden.json")}
        tflite = content[: min(member.header_offset for member in archive.infolist())]
    metadata = _metadata(records["model.json"])
    if hashlib.sha256(tflite).hexdigest() != metadata.tflite_sha256:
        raise ValueError("its bytes differ from the digest in its metadata")
    return ModelFile(tflite, metadata, Golden(**records["golden.json"]))


def _metadata(record: dict) -> Metadata:
    if record.get("format") != FORMAT:
        raise ValueError(f"its metadata is of format {record.get('format')}, this program reads format {FORMAT}")
    if unknown := record.keys() - {f.name for f in fields(Metadata)}:
        raise ValueError(f"its metadata has the unknown entry {min(unknown)}")
    tensors = {edge: tuple(_tensor(tensor) for tensor in record[edge]) for edge in ("inputs", "outputs")}
    return Metadata(
        **{**record, **tensors, "labels": tuple(record["labels"]), "calibration": Calibration(**record["calibration"])}
    )


def _tensor(record: dict) -> TensorSpec:
    return TensorSpec(**{**record, "shape": tuple(record["shape"])})
