"""The model file: a `.tflite` with its own description in a zip archive appended to it.

Every TFLite runtime reads the file as it is. The archive holds `model.json` (what the network is, `Metadata`) and
`golden.json` (what it must answer, `Golden`). The digest in the metadata guards the network, the archive's checksums
guard the records, and what is left of the archive must be as `pack` writes it: no bit can turn unnoticed.
"""

import hashlib
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from edge.errors import UserError
from edge.vision.calibration import Calibration

FORMAT = 1
"""Version of the layout below; a device refuses a file of another one."""

RECORDS = ("model.json", "golden.json")
"""The archive's members, in order."""

CALIBRATIONS = ("calibration", "clear_calibration")
"""The metadata's entries that are one; files from before P(clear) lack the second."""

UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    RuntimeError,
    ValueError,
    TypeError,
    AttributeError,
    KeyError,
)
"""What Python's readers of archives and of JSON raise at bytes that nobody wrote so."""


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
    """Of a classifier's P(not compliant)."""
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    tflite_sha256: str
    """SHA-256 of the file without the archive."""
    training_set_digest: str
    """SHA-256 over the sorted SHA-256 of the pictures that it was trained on."""
    clear_calibration: Calibration | None = None
    """Of a classifier's P(clear); None if it has no such output."""
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
        UserError: The file is missing, empty, foreign, truncated or altered.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError(f"The model file {path} cannot be read ({error.strerror})", "name one that can") from error
    if not content:
        raise UserError(f"The model file {path} is empty", "copy it again from its origin")
    try:
        return unpack(content)
    except NoDigestError as error:
        raise UserError(
            f"{path} is too old to bear a digest of its network", "export it anew with `maskwatch-export quantize`"
        ) from error
    except UNREADABLE as error:
        if RECORDS[0].encode() not in content:
            raise UserError(
                f"{path} bears no maskwatch metadata",
                "make it with `maskwatch-export quantize`, or copy it again if that is where it came from",
            ) from error
        raise UserError(f"The model file {path} is damaged ({error})", "copy it again from its origin") from error


def pack(tflite: bytes, metadata: Metadata, golden: Golden) -> bytes:
    """The content of a model file; the same arguments give the same bytes."""
    records = (json.dumps(_entries(record), indent=2).encode() for record in (metadata, golden))
    return _append(tflite, dict(zip(RECORDS, records, strict=True)))


def unpack(content: bytes) -> ModelFile:
    """Take a model file's content apart.

    Raises:
        NoDigestError: The metadata lacks the digest.
        Exception: One of UNREADABLE: there is no archive, it holds something else or is damaged, a record is not of
            this format, or the bytes are not those that were packed.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        records = {name: archive.read(name) for name in RECORDS}
        tflite = content[: min(member.header_offset for member in archive.infolist())]
    metadata = _metadata(json.loads(records["model.json"]))
    if hashlib.sha256(tflite).hexdigest() != metadata.tflite_sha256:
        raise ValueError("its bytes differ from the digest in its metadata")
    if _append(tflite, records) != content:
        raise ValueError("its archive is not as it was written")
    return ModelFile(tflite, metadata, Golden(**json.loads(records["golden.json"])))


def _entries(record: Metadata | Golden) -> dict:
    # What a network does not have is left out, as in the files from before there was such a thing.
    return {name: value for name, value in asdict(record).items() if value is not None}


class NoDigestError(ValueError):
    """The metadata does not say which bytes the network had when it was packed."""


def _append(tflite: bytes, records: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO(tflite)
    with zipfile.ZipFile(buffer, "a") as archive:
        for name, text in records.items():
            member = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            member.create_system = 3  # Unix, whatever wrote it
            archive.writestr(member, text)
    return buffer.getvalue()


def _metadata(record: dict) -> Metadata:
    if record.get("format") != FORMAT:
        raise ValueError(f"its metadata is of format {record.get('format')}, this program reads format {FORMAT}")
    if not record.get("tflite_sha256"):
        raise NoDigestError
    if unknown := record.keys() - {f.name for f in fields(Metadata)}:
        raise ValueError(f"its metadata has the unknown entry {min(unknown)}")
    tensors = {edge: tuple(_tensor(tensor) for tensor in record[edge]) for edge in ("inputs", "outputs")}
    calibrations = {name: Calibration(**record[name]) for name in CALIBRATIONS if name in record}
    return Metadata(**{**record, **tensors, **calibrations, "labels": tuple(record["labels"])})


def _tensor(record: dict) -> TensorSpec:
    return TensorSpec(**{**record, "shape": tuple(record["shape"])})
