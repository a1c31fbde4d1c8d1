import zipfile
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import UserError
from edge.vision.model_file import pack, read_model_file, unpack


def test_packing_what_was_unpacked_gives_the_same_bytes(shipped_model):
    content = shipped_model.read_bytes()
    model = unpack(content)
    assert pack(model.tflite, model.metadata, model.golden) == content


def test_a_missing_file_is_said_to_be_missing(tmp_path):
    with pytest.raises(UserError, match="No such file"):
        read_model_file(tmp_path / "none.tflite")


def test_a_tflite_file_without_metadata_is_refused(tmp_path, shipped_model):
    foreign = tmp_path / "foreign.tflite"
    foreign.write_bytes(unpack(shipped_model.read_bytes()).tflite)
    with pytest.raises(UserError, match="bears no maskwatch metadata"):
        read_model_file(foreign)


def test_a_zip_of_something_else_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(UserError, match="bears no maskwatch metadata"):
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


@given(position=st.integers(0, 150_000), bit=st.integers(0, 7))
def test_any_flipped_bit_of_the_network_is_noticed(position, bit, shipped_model, tmp_path_factory):
    content = bytearray(shipped_model.read_bytes())
    content[position] ^= 1 << bit
    damaged = tmp_path_factory.mktemp("damaged") / "model.tflite"
    damaged.write_bytes(content)
    with pytest.raises(UserError, match="is damaged"):
        read_model_file(damaged)


@given(length=st.integers(0, 150_000))
def test_any_truncated_file_is_refused(length, shipped_model, tmp_path_factory):
    truncated = tmp_path_factory.mktemp("truncated") / "model.tflite"
    truncated.write_bytes(shipped_model.read_bytes()[:length])
    with pytest.raises(UserError):
        read_model_file(truncated)
