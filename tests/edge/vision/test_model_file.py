import zipfile
from dataclasses import replace
from hashlib import sha256
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge.errors import UserError
from edge.vision.model_file import pack, read_model_file, unpack


def test_a_missing_file_is_said_to_be_missing(tmp_path):
    with pytest.raises(UserError, match="No such file"):
        read_model_file(tmp_path / "none.tflite")


def test_a_tflite_file_without_metadata_is_refused(tmp_path, shipped_model):
    foreign = tmp_path / "foreign.tflite"
    foreign.write_bytes(unpack(shipped_model.read_bytes()).tflite)
    with pytest.raises(UserError, match="has no maskwatch metadata"):
        read_model_file(foreign)


def test_a_zip_of_something_else_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(UserError, match="has no maskwatch metadata"):
        read_model_file(tmp_path / "other.zip")


def test_a_file_of_another_format_is_refused(tmp_path, shipped_model):
    model = unpack(shipped_model.read_bytes())
    buffer = BytesIO(model.tflite)
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("model.json", '{"format": 99}')
        archive.writestr("golden.json", "{}")
    (tmp_path / "newer.tflite").write_bytes(buffer.getvalue())
    with pytest.raises(UserError, match="format 99"):
        read_model_file(tmp_path / "newer.tflite")


def test_a_file_without_a_digest_has_to_be_exported_again(tmp_path, shipped_model):
    model = unpack(shipped_model.read_bytes())
    older = pack(model.tflite, replace(model.metadata, tflite_sha256=""), model.golden)
    (tmp_path / "older.tflite").write_bytes(older)
    with pytest.raises(UserError, match=r"too old .* export it again with `maskwatch-export quantize`"):
        read_model_file(tmp_path / "older.tflite")


def test_an_empty_file_is_said_to_be_empty(tmp_path):
    (tmp_path / "empty.tflite").touch()
    with pytest.raises(UserError, match="is empty: copy it again"):
        read_model_file(tmp_path / "empty.tflite")


@pytest.mark.parametrize("name", ["door_cnn", "face_cnn", "seed_cnn"])
def test_a_shipped_file_holds_its_digest(name, shipped_model):
    content = shipped_model.with_stem(name).read_bytes()
    model = unpack(content)
    assert model.metadata.tflite_sha256 == sha256(model.tflite).hexdigest()
    assert pack(model.tflite, model.metadata, model.golden) == content


def with_flipped_bit(content, number):
    flipped = bytearray(content)
    flipped[number // 8] ^= 1 << number % 8
    return bytes(flipped)


@pytest.fixture(scope="module")
def content(shipped_model):
    return shipped_model.read_bytes()


@pytest.fixture
def damaged(tmp_path):
    return tmp_path / "damaged.tflite"


SAME_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@SAME_FOLDER
@given(data=st.data())
def test_any_flipped_bit_of_the_network_is_noticed(data, content, damaged):
    bits = 8 * len(unpack(content).tflite)
    damaged.write_bytes(with_flipped_bit(content, data.draw(st.integers(0, bits - 1))))
    with pytest.raises(UserError, match="is damaged"):
        read_model_file(damaged)


@SAME_FOLDER
@given(data=st.data())
def test_any_flipped_bit_of_the_metadata_is_noticed(data, content, damaged):
    first = 8 * len(unpack(content).tflite)
    damaged.write_bytes(with_flipped_bit(content, data.draw(st.integers(first, 8 * len(content) - 1))))
    with pytest.raises(UserError, match="copy it again"):
        read_model_file(damaged)


@SAME_FOLDER
@given(data=st.data())
def test_any_truncated_file_is_refused(data, content, damaged):
    damaged.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
    with pytest.raises(UserError, match="copy it again"):
        read_model_file(damaged)


@SAME_FOLDER
@given(junk=st.binary(max_size=2000))
def test_what_is_no_model_file_is_refused(junk, damaged):
    damaged.write_bytes(junk)
    with pytest.raises(UserError):
        read_model_file(damaged)


@pytest.mark.parametrize("added", [b"\0", b"more"])
def test_a_file_with_something_after_its_end_is_refused(added, content, damaged):
    damaged.write_bytes(content + added)
    with pytest.raises(UserError, match="is damaged"):
        read_model_file(damaged)
