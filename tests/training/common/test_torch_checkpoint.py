"""Checkpoints of PyTorch, written here by hand: PyTorch itself is no dependency."""

import io
import os
import pickle
from collections import OrderedDict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import UserError
from training.common.torch_checkpoint import MAGIC_NUMBER, read_torch_checkpoint


class FloatStorage:
    """Stands for a class of PyTorch: pickled by its name alone."""


def _rebuild_tensor_v2(*arguments):
    raise AssertionError("a reader never calls it")


class Tensor:
    def __init__(self, values, offset, shape, strides):
        self.values, self.offset, self.shape, self.strides = values, offset, shape, strides

    def __reduce__(self):
        return _rebuild_tensor_v2, (Storage(self.values), self.offset, self.shape, self.strides, False, OrderedDict())


class Storage:
    def __init__(self, values):
        self.values = values


class Pickler(pickle.Pickler):
    def persistent_id(self, obj):
        return ("storage", FloatStorage, "0", "cpu", len(obj.values), None) if isinstance(obj, Storage) else None


def checkpoint(tensors, values):
    file = io.BytesIO()
    for header in (MAGIC_NUMBER, 1001, {"little_endian": True}):
        pickle.dump(header, file)
    Pickler(file, 2).dump(OrderedDict(tensors))
    pickle.dump(["0"], file)
    file.write(len(values).to_bytes(8, "little") + values.tobytes())
    return file.getvalue()


VALUES = np.arange(24, dtype=np.float32)


def one_tensor(offset=0, shape=(2, 3), strides=(3, 1)):
    return checkpoint({"weight": Tensor(VALUES, offset, shape, strides)}, VALUES)


@pytest.fixture
def read(tmp_path):
    def read(content):
        (tmp_path / "weights.pth").write_bytes(content)
        return read_torch_checkpoint(tmp_path / "weights.pth")

    return read


def test_tensors_come_by_their_names_and_in_order(read):
    tensors = {name: Tensor(VALUES, start, (2, 2), (2, 1)) for start, name in enumerate(("b", "a", "c"))}
    found = read(checkpoint(tensors, VALUES))
    assert list(found) == ["b", "a", "c"]
    assert found["a"].tolist() == [[1, 2], [3, 4]]


def test_a_tensor_may_lie_transposed_in_its_storage(read):
    assert read(one_tensor(offset=4, shape=(2, 3), strides=(1, 2)))["weight"].tolist() == [[4, 6, 8], [5, 7, 9]]


@pytest.mark.parametrize(
    "outside",
    [{"offset": 20}, {"offset": -1}, {"strides": (-3, 1)}, {"shape": (9, 3)}, {"strides": (10**9, 1)}],
    ids=str,
)
def test_a_tensor_outside_its_storage_is_refused(read, outside):
    with pytest.raises(UserError, match="no PyTorch checkpoint that can be read here"):
        read(one_tensor(**outside))


@pytest.mark.parametrize("place", ["the header", "the tensors"])
def test_nothing_in_a_checkpoint_is_executed(read, tmp_path, place):
    class Attack:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "executed"),)

    content = pickle.dumps(Attack()) if place == "the header" else checkpoint({"weight": Attack()}, VALUES)
    with pytest.raises(UserError, match="no PyTorch checkpoint"):
        read(content)
    assert not (tmp_path / "executed").exists()


@given(data=st.data())
def test_a_damaged_checkpoint_is_refused_or_read(data, tmp_path_factory):
    content = bytearray(one_tensor())
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    path = tmp_path_factory.mktemp("damaged") / "weights.pth"
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        read_torch_checkpoint(path)
    except UserError:
        return


def test_a_missing_checkpoint_is_told_in_one_sentence(tmp_path):
    with pytest.raises(UserError, match=r"weights\.pth cannot be read: No such file"):
        read_torch_checkpoint(tmp_path / "weights.pth")
