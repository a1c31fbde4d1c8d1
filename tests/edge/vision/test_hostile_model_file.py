import json
import math
import resource
import zipfile
from dataclasses import replace
from hashlib import sha256
from io import BytesIO

import pytest

from edge.errors import UserError
from edge.vision.calibration import Calibration
from edge.vision.model_file import LARGEST_BYTES, Golden, read_model_file

SHA = "0" * 64


@pytest.fixture
def file(tmp_path):
    return tmp_path / "model.tflite"


def with_archive(tflite, records, compression=zipfile.ZIP_STORED):
    buffer = BytesIO(tflite)
    with zipfile.ZipFile(buffer, "a", compression) as archive:
        for name, content in records.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("record", ["model.json", "golden.json"])
def test_an_archive_that_inflates_is_refused_before_it_does(file, shipped_model, record, compression):
    tflite = read_model_file(shipped_model).tflite
    records = {"model.json": b"{}", "golden.json": b"{}"} | {record: b" " * 12_000_000}
    file.write_bytes(with_archive(tflite, records, compression))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(UserError):
        read_model_file(file)
    if compression == zipfile.ZIP_DEFLATED:
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 8_000  # KB


def test_an_archive_with_more_members_is_refused(file, shipped_model):
    records = {f"{number}.json": b"{}" for number in range(1000)}
    file.write_bytes(with_archive(read_model_file(shipped_model).tflite, records))
    with pytest.raises(UserError):
        read_model_file(file)


def test_a_file_too_large_for_any_network_is_never_read_whole(file):
    with file.open("wb") as huge:
        huge.truncate(2**40)
    with pytest.raises(UserError, match=f"larger than {LARGEST_BYTES // 1024} KB"):
        read_model_file(file)


NONSENSE = [
    b'{"format": 1, "threshold": NaN}',
    b"[" * 60_000,
    b'{"format": ' + b"9" * 5000 + b"}",
    b"\xff",
    b"null",
    b"1",
]


@pytest.mark.parametrize("record", NONSENSE, ids=["nan", "deep", "digits", "no text", "null", "number"])
def test_records_that_are_nonsense_are_refused_with_a_sentence(file, shipped_model, record):
    file.write_bytes(with_archive(read_model_file(shipped_model).tflite, {"model.json": record, "golden.json": record}))
    with pytest.raises(UserError, match=r"is damaged \(.*copy it again"):
        read_model_file(file)


@pytest.mark.parametrize("value", [None, 5, [0.5], {"p": 0.5}, True], ids=repr)
@pytest.mark.parametrize("name", ["threshold", "network", "labels", "inputs", "calibration", "scores"])
def test_a_record_with_a_value_of_another_type_is_refused(file, shipped_model, name, value):
    content = shipped_model.read_bytes()
    model = read_model_file(shipped_model)
    with zipfile.ZipFile(BytesIO(content)) as archive:
        records = {member: archive.read(member) for member in archive.namelist()}
    record = json.loads(records["model.json"])
    records["model.json"] = json.dumps(record | {name: value}).encode()
    file.write_bytes(with_archive(model.tflite, records))
    with pytest.raises(UserError, match="is damaged"):
        read_model_file(file)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 0.0, 1.0, -1.0, 1e300])
def test_a_threshold_that_decides_nothing_is_refused(packed, value):
    with pytest.raises(ValueError, match='"threshold" must be from'):
        packed(threshold=value)


@pytest.mark.parametrize("value", [math.nan, math.inf, 0.0, -1.0, 1e9])
def test_a_temperature_out_of_its_range_is_refused(value):
    with pytest.raises(ValueError, match='"temperature" must be from'):
        Calibration(value)


@pytest.mark.parametrize(
    "values", [{"count": 10**9}, {"count": -1}, {"seed": -1}, {"seed": 2**64}, {"outputs_sha256": "0" * 1000}]
)
def test_impossible_golden_answers_are_refused(values):
    with pytest.raises(ValueError, match="must"):
        Golden(**({"seed": 1, "count": 8, "outputs_sha256": SHA} | values))


@pytest.mark.parametrize(
    "values",
    [
        {"scale": math.nan},
        {"scale": math.inf},
        {"scale": 0.0},
        {"zero_point": 1000},
        {"shape": ()},
        {"shape": (1, 0, 128, 3)},
        {"shape": (1, -128, 128, 3)},
        {"shape": (1, 4097, 1, 3)},
        {"shape": (1, 4096, 4096, 3)},
        {"shape": (1, 1, 1, 1, 1)},
        {"name": "x" * 65},
        {"name": "\x1b[2J"},
    ],
)
def test_an_impossible_tensor_is_refused(values, shipped_model):
    (picture,) = read_model_file(shipped_model).metadata.inputs
    with pytest.raises(ValueError, match=f'"{next(iter(values))}"'):
        replace(picture, **values)


def test_golden_answers_to_nothing_are_refused(file, packed):
    file.write_bytes(packed(golden=Golden(seed=1, count=0, outputs_sha256=sha256().hexdigest())))
    with pytest.raises(UserError, match="has no golden answers"):
        read_model_file(file)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"scale": 0.5}, "not quantized as the device quantizes pixels"),
        ({"zero_point": 0}, "not quantized as the device quantizes pixels"),
        ({"shape": (1, 128, 128, 1)}, "not one picture of three channels"),
        ({"shape": (4, 128, 128, 3)}, "not one picture of three channels"),
        ({"shape": (128, 128, 3)}, "not one picture of three channels"),
        ({"shape": (1, 128, 96, 3)}, "not a square"),
    ],
)
def test_an_input_that_the_device_would_fill_wrongly_is_refused(file, packed, shipped_model, changed, said):
    (picture,) = read_model_file(shipped_model).metadata.inputs
    file.write_bytes(packed(inputs=(replace(picture, **changed),)))
    with pytest.raises(UserError, match=said):
        read_model_file(file)


def test_a_threshold_that_no_probability_reaches_is_refused(file, packed):
    file.write_bytes(packed(calibration=Calibration(100.0), threshold=0.9))
    with pytest.raises(UserError, match="reaches its threshold"):
        read_model_file(file)
