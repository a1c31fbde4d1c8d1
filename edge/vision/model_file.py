"""The model file: a `.tflite` with its own description in a zip archive appended to it.

Every TFLite runtime reads the file as it is. The archive holds `model.json` (the description of the network,
`Metadata`) and `golden.json` (the answers that it must give, `Golden`). The digest in the metadata protects the
network, the archive's checksums protect the records, and the rest of the archive must be as `pack` writes it, so any
changed bit is detected.

A model file is data from outside. This module checks its size, the size of its records and the limits of their values;
`network_check` checks the structure of the network, and `trial` checks that the runtime can run it.
"""

import hashlib
import io
import json
import math
import struct
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Literal

import numpy as np

from edge.bounds import Bounded, Bounds, Text, shown
from edge.errors import UserError
from edge.files import read_at_most
from edge.records import parse_json, read_record
from edge.vision.calibration import Calibration
from edge.vision.network_check import refuse_malformed
from edge.vision.preprocessing import CROP_WIDENINGS

FORMAT = 1
"""Version of the layout below; a device refuses a file of another version."""

RECORDS = ("model.json", "golden.json")
"""The archive's members, in order."""

LARGEST_BYTES = 16 * 1024 * 1024
"""Largest size of a model file; the shipped ones have half a megabyte."""

LARGEST_RECORD_BYTES = 64 * 1024
"""Largest size of a record; the shipped ones have 2 KB."""

LARGEST_ARCHIVE_BYTES = 2 * LARGEST_RECORD_BYTES + 1024
"""Largest size of the archive, with its directory."""

UNREADABLE = (zipfile.BadZipFile, struct.error, EOFError, RuntimeError, ValueError, KeyError, IndexError, OverflowError)
"""The exceptions that Python's readers of archives and JSON raise for malformed bytes."""

PIXEL_SCALE, PIXEL_ZERO_POINT = 1 / 255, -128
"""Quantization of every network's input: the input is a pixel's byte with its highest bit flipped."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A tensor's dimensions: one to four, each from 1 to `longest`, and at most `most` numbers in all."""

    longest: int = 4096
    most: int = 4_000_000

    def refusal(self, value: tuple[int, ...]) -> str:
        """Check a shape, as `edge.bounds.Limit` describes."""
        good = 1 <= len(value) <= 4 and all(1 <= n <= self.longest for n in value) and math.prod(value) <= self.most
        return "" if good else "is the shape of no tensor that the device can hold"


@dataclass(frozen=True, kw_only=True)
class TensorSpec(Bounded):
    """A tensor at the network's edge: real value = scale * (int8 value - zero_point)."""

    name: Annotated[str, Text(64)]
    """Its name in the model's signature; a locator's outputs, `heat<s>` and `box<s>`, name their stride s."""
    shape: Annotated[tuple[int, ...], Shape()]
    scale: Annotated[float, Bounds(1e-9, 1000.0)]
    zero_point: Annotated[int, Bounds(-128, 127)]


@dataclass(frozen=True, kw_only=True)
class Golden(Bounded):
    """The network's answers to inputs made from a seed, so that any device can check itself."""

    seed: Annotated[int, Bounds(0, 2**32)]
    count: Annotated[int, Bounds(0, 64)]
    """Number of inputs."""
    outputs_sha256: Annotated[str, Text(64)]
    """SHA-256 over the int8 outputs, in order."""


@dataclass(frozen=True, kw_only=True)
class Metadata(Bounded):
    """What the device has to know about a network, and what a person may want to know."""

    kind: Literal["classifier", "locator"]
    """What the network does."""
    network: Annotated[str, Text(64)]
    """Its architecture, such as "door_cnn"."""
    version: Annotated[str, Text(64)]
    """Version of maskwatch that exported it."""
    labels: tuple[str, ...]
    """Labels of the outputs, in order."""
    colour_order: Literal["RGB"]
    """Channels of the input."""
    threshold: Annotated[float, Bounds(0.001, 0.999)]
    """Lowest calibrated probability of a face that counts as not compliant; for a locator, a face's lowest score."""
    calibration: Calibration
    """Of a classifier's P(not compliant)."""
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    tflite_sha256: Annotated[str, Text(64)]
    """SHA-256 of the file without the archive."""
    training_set_digest: Annotated[str, Text(64)]
    """SHA-256 over the sorted SHA-256 of the pictures that it was trained on."""
    clear_calibration: Calibration | None = None
    """Of a classifier's P(clear); None if it has no such output."""
    crop_widening: Annotated[float | None, Bounds(*CROP_WIDENINGS)] = None
    """Of what a classifier reads, as `crop_face` takes it; None, in older files, means CROP_WIDENING."""
    scores: dict[str, dict[str, float]] = field(default_factory=dict)
    """Scores by split, measured with the int8 network and the device's own code."""
    licence: Annotated[str, Text(4000)] = ""
    format: int = FORMAT


@dataclass(frozen=True)
class ModelFile:
    """A model file's content, read and checked."""

    tflite: bytes
    metadata: Metadata
    golden: Golden


def read_model_file(path: Path) -> ModelFile:
    """Read a model file and check it before any interpreter sees it.

    Raises:
        UserError: The file is missing, empty, foreign, truncated or altered.
    """
    try:
        content = read_at_most(path, LARGEST_BYTES)
    except OSError as error:
        raise UserError(f"The model file {path} cannot be read ({error.strerror})", "name one that can") from error
    if not content:
        raise UserError(f"The model file {path} is empty", "copy it again from its origin")
    try:
        return unpack(content)
    except NoDigestError as error:
        raise UserError(
            f"{path} is too old to have a digest of its network", "export it again with `maskwatch-export quantize`"
        ) from error
    except UNREADABLE as error:
        if RECORDS[0].encode() not in content:
            raise UserError(
                f"{path} has no maskwatch metadata",
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
        Exception: One of UNREADABLE: there is no archive, it holds something else or is damaged, a record has another
            format or an impossible value, the network is malformed, or the bytes are not those that were packed.
    """
    records, tflite = _take_apart(content)
    metadata = _metadata(parse_json(records["model.json"]))
    if hashlib.sha256(tflite).hexdigest() != metadata.tflite_sha256:
        raise ValueError("its bytes differ from the digest in its metadata")
    if _append(tflite, records) != content:
        raise ValueError("its archive is not as it was written")
    golden = read_record(Golden, parse_json(records["golden.json"]))
    if not golden.count:
        raise ValueError("it has no golden answers")
    refuse_malformed(tflite)
    return ModelFile(tflite, metadata, golden)


def _take_apart(content: bytes) -> tuple[dict[str, bytes], bytes]:
    """The records and the network; only the end of the file is searched, and nothing in it is inflated."""
    before = max(len(content) - LARGEST_ARCHIVE_BYTES, 0)
    with zipfile.ZipFile(io.BytesIO(content[before:])) as archive:
        members = archive.infolist()
        if [member.filename for member in members] != list(RECORDS):
            raise ValueError(f"its archive does not hold {' and '.join(RECORDS)}")
        if any(member.compress_type != zipfile.ZIP_STORED or member.flag_bits for member in members):
            raise ValueError("its archive is not as it was written")
        if any(member.file_size > LARGEST_RECORD_BYTES for member in members):
            raise ValueError("its records are too long")
        records = {member.filename: archive.read(member) for member in members}
    return records, content[: before + members[0].header_offset]


def _entries(record: Metadata | Golden) -> dict:
    # Omit what a network does not have, so that older files, which lack these keys, stay valid.
    return asdict(record, dict_factory=lambda entries: {name: value for name, value in entries if value is not None})


class NoDigestError(ValueError):
    """The metadata does not say which bytes the network had when it was packed."""


def _append(tflite: bytes, records: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO(tflite)
    with zipfile.ZipFile(buffer, "a") as archive:
        for name, text in records.items():
            member = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            member.create_system = 3  # Unix, on every system that writes it
            archive.writestr(member, text)
    return buffer.getvalue()


def _metadata(record: object) -> Metadata:
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        found = shown(record.get("format")) if isinstance(record, dict) else "none"
        raise ValueError(f"its metadata is of format {found}, this program reads format {FORMAT}")
    if not record.get("tflite_sha256"):
        raise NoDigestError
    metadata = read_record(Metadata, record)
    _refuse_meaningless(metadata)
    return metadata


def _refuse_meaningless(metadata: Metadata) -> None:
    """Refuse combinations of values that the device would misread, although each value is valid by itself."""
    if len(metadata.inputs) != 1 or not metadata.outputs:
        raise ValueError("it must have one input, a picture, and at least one output")
    (picture,) = metadata.inputs
    if len(picture.shape) != 4 or (picture.shape[0], picture.shape[3]) != (1, 3):
        raise ValueError("its input is not one picture of three channels")
    if metadata.kind == "classifier" and picture.shape[1] != picture.shape[2]:
        raise ValueError("its input is not a square, as the crops of faces are")
    if abs(picture.scale - PIXEL_SCALE) > 1e-6 or picture.zero_point != PIXEL_ZERO_POINT:
        raise ValueError("its input is not quantized as the device quantizes pixels")
    if metadata.kind == "classifier":
        lowest, highest = metadata.calibration.apply(np.array([0.0, 1.0]))
        if not lowest < metadata.threshold < highest:
            raise ValueError("no probability that the network can give reaches its threshold, or all do")
