"""Reads a checkpoint of PyTorch without PyTorch, which nothing else here needs."""

import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from edge.errors import UserError
from training.common.names import printable

MAGIC_NUMBER = 0x1950A86A20F9469CFC6C
"""First value of a file in the form that PyTorch wrote before version 1.6."""

TYPES = {"FloatStorage": np.dtype(np.float32), "LongStorage": np.dtype(np.int64)}

DAMAGE = (
    pickle.UnpicklingError,
    ArithmeticError,
    AttributeError,
    EOFError,
    ImportError,
    LookupError,
    MemoryError,
    TypeError,
    ValueError,
)
"""What unpickling a damaged file raises."""


class _Tensor(NamedTuple):
    storage: str
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    """In elements."""

    def of(self, values: np.ndarray) -> np.ndarray:
        """The tensor, of its storage's values (n,).

        Raises:
            ValueError: It reaches beyond them.
        """
        last = self.offset + sum((size - 1) * stride for size, stride in zip(self.shape, self.strides, strict=True))
        if min(self.offset, *self.shape, *self.strides, 0) < 0 or last >= len(values):
            raise ValueError("a tensor outside its storage")
        steps = [values.itemsize * stride for stride in self.strides]
        return np.lib.stride_tricks.as_strided(values[self.offset :], self.shape, steps, writeable=False)


def read_torch_checkpoint(path: Path) -> dict[str, np.ndarray]:
    """The tensors of a state dictionary by their names, in the file's order.

    Only dictionaries of float32 and int64 tensors are read, and nothing in the file is ever executed.

    Raises:
        UserError: The file is missing, damaged, of PyTorch's newer form, or holds something else.
    """
    try:
        with path.open("rb") as file:
            return _read(file)
    except OSError as error:
        raise UserError(f"{printable(path)} cannot be read: {error.strerror}", "install its package again") from error
    except DAMAGE as error:
        raise UserError(
            f"{printable(path)} is no PyTorch checkpoint that can be read here ({type(error).__name__})",
            "install its package again",
        ) from error


def _read(file: BinaryIO) -> dict[str, np.ndarray]:
    if _Unpickler(file).load() != MAGIC_NUMBER:
        raise ValueError("another form")
    for _ in ("version", "machine"):
        _Unpickler(file).load()
    unpickler = _Unpickler(file)
    tensors: dict[str, _Tensor] = unpickler.load()
    storages = {}
    for key in _Unpickler(file).load():
        count = int.from_bytes(file.read(8), "little")
        storages[key] = np.frombuffer(file.read(count * unpickler.types[key].itemsize), unpickler.types[key])
    return {name: tensor.of(storages[tensor.storage]) for name, tensor in tensors.items()}


class _Unpickler(pickle.Unpickler):
    """Knows the three names that a state dictionary of tensors needs, and refuses all others."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self.types: dict[str, np.dtype] = {}

    def find_class(self, module: str, name: str) -> Any:
        known = {"OrderedDict": OrderedDict, "_rebuild_tensor_v2": self._tensor, **TYPES}
        if name not in known:
            raise pickle.UnpicklingError(f"{module}.{name}")
        return known[name]

    def persistent_load(self, pid: Any) -> str:
        _, kind, key, *_ = pid
        self.types[key] = kind
        return key

    @staticmethod
    def _tensor(storage: str, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: Any) -> _Tensor:
        return _Tensor(storage, offset, shape, strides)
