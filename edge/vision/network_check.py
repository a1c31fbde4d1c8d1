"""Checks that a `.tflite` network is well formed, so that no runtime gets a network at which it would crash.

It checks every part of a network, and refuses what our export never makes (control flow, custom operations, more than
one graph). The numbers are those of TensorFlow Lite's schema.fbs, version 3.
"""

import math
from collections.abc import Iterable

import numpy as np

from edge.vision.flatbuffer import Table, root_table

MOST_TENSORS = 4000

MOST_CHANNELS = 65536

MOST_NUMBERS = 8_000_000
"""Largest number of values in a tensor."""

MOST_BYTES = 64 * 1024 * 1024
"""Largest size of all computed tensors together, in bytes."""

ITEM_BYTES = {2: 4, 9: 1}
"""Bytes of a number by the type of its tensor: int32 for biases and shapes, int8 for everything else."""

INT8 = 9

OPERATIONS = frozenset(
    {
        *(0, 1, 2, 3, 4, 5, 9, 11, 14, 17, 18, 19, 20, 21, 22, 23, 25, 26, 28, 34, 36, 39, 40, 41, 43, 45, 49, 54, 55),
        *(57, 60, 65, 67, 70, 74, 77, 82, 83, 88, 97, 98, 100, 102, 114, 117),
    }
)
"""BuiltinOperator of what a convolutional network is made of: arithmetic, pooling, shapes; no control flow."""

RESHAPE_OPTIONS, SQUEEZE_OPTIONS = 17, 30
"""BuiltinOptions whose first field is a list of numbers; the other operations' options are single numbers."""

REFERENCE = "a number of its network refers to nothing"


def refuse_malformed(tflite: bytes) -> None:
    """Check that all parts of a network lie within the file and refer to existing parts.

    Raises:
        ValueError: A check fails; the message says which.
    """
    model = root_table(tflite, b"TFL3")
    model.refuse_others(0, 1, 2, 3, 4, 5, 6, 7)
    graphs, buffers = model.tables(2, 1), model.tables(4, MOST_TENSORS)
    if model.scalar(0, "I") != 3 or len(graphs) != 1:
        raise ValueError("its network is not one graph of TensorFlow Lite's version 3")
    model.text(3)
    stored = [_buffer_bytes(buffer) for buffer in buffers]
    _refuse_outside(model.vector(5, "<i4", MOST_TENSORS), 0, len(buffers))
    for entry in model.tables(6, 100):
        entry.text(0)
        _refuse_outside([entry.scalar(1, "I")], 0, len(buffers))
    constant = _check_graph(graphs[0], stored, [_operation(code) for code in model.tables(1, 1000)])
    _check_signatures(model.tables(7, 1), len(constant))


def _buffer_bytes(buffer: Table) -> int:
    buffer.refuse_others(0)
    data = buffer.vector(0, "u1", 2**31)
    if data is None or not len(data):
        return 0
    if not buffer.starts_at_multiple_of(0, 4):
        raise ValueError("a buffer of its network is not aligned")
    return len(data)


def _operation(code: Table) -> int:
    code.refuse_others(0, 2, 3)
    number = max(code.scalar(0, "b"), code.scalar(3, "i"))
    if number not in OPERATIONS or not 0 <= code.scalar(2, "i", 1) < 100:
        raise ValueError(f"its network has the operation {number}, which no network of maskwatch has")
    return number


def _check_graph(graph: Table, stored: list[int], operations: list[int]) -> list[bool]:
    """Whether the file holds the content of each tensor."""
    graph.refuse_others(0, 1, 2, 3, 4)
    graph.text(4)
    tensors = graph.tables(0, MOST_TENSORS)
    sizes = [_check_tensor(tensor, stored) for tensor in tensors]
    constant = [stored[tensor.scalar(2, "I")] > 0 for tensor in tensors]
    if sum(size for size, fixed in zip(sizes, constant, strict=True) if not fixed) > MOST_BYTES:
        raise ValueError("its network needs more memory than the device has")
    known = {number for number, fixed in enumerate(constant) if fixed} | _numbers(graph, 1, 0, len(tensors))
    for operator in graph.tables(3, MOST_TENSORS):
        known |= _check_operator(operator, known, len(tensors), len(operations))
    if not _numbers(graph, 2, 0, len(tensors)) <= known:
        raise ValueError("an output of its network is never computed")
    return constant


def _check_tensor(tensor: Table, stored: list[int]) -> int:
    """Size of a tensor, in bytes."""
    tensor.refuse_others(0, 1, 2, 3, 4, 7, 8)
    tensor.text(3)
    kind, buffer = tensor.scalar(1, "b"), tensor.scalar(2, "I")
    if kind not in ITEM_BYTES:
        raise ValueError("a tensor of its network is neither int8 nor int32")
    _refuse_outside([buffer], 0, len(stored))
    shape = _shape(tensor, 0)
    if _shape(tensor, 7) not in ((), shape):
        raise ValueError("a tensor of its network has no fixed shape")
    size = math.prod(shape) * ITEM_BYTES[kind]
    if stored[buffer] not in (0, size):
        raise ValueError("a tensor of its network has another size than its content")
    _check_quantization(tensor.table(4), shape, quantized=kind == INT8)
    return size


def _shape(tensor: Table, field: int) -> tuple[int, ...]:
    dimensions = tensor.vector(field, "<i4", 8)
    shape = () if dimensions is None else tuple(dimensions.tolist())
    if any(n < 1 for n in shape) or math.prod(shape) > MOST_NUMBERS:
        raise ValueError("a tensor of its network has an impossible shape")
    return shape


def _check_quantization(table: Table | None, shape: tuple[int, ...], *, quantized: bool) -> None:
    if table is None:
        if quantized:
            raise ValueError("a tensor of its network has no scale")
        return
    table.refuse_others(0, 1, 2, 3, 6)
    for field in (0, 1):
        table.vector(field, "<f4", MOST_CHANNELS)
    scales, zero_points = table.vector(2, "<f4", MOST_CHANNELS), table.vector(3, "<i8", MOST_CHANNELS)
    axis = table.scalar(6, "i")
    if scales is None or zero_points is None:
        if quantized or scales is not None:
            raise ValueError("a tensor of its network has no scale")
        return
    channels = shape[axis] if 0 <= axis < len(shape) else 1
    if len(scales) not in (1, channels) or len(zero_points) not in (1, len(scales)) or axis < 0:
        raise ValueError("a tensor of its network does not have a scale for each channel")
    if not (np.isfinite(scales).all() and (scales > 0).all() and (np.abs(zero_points) <= 128).all()):
        raise ValueError("a tensor of its network has an impossible scale")


def _check_operator(operator: Table, known: set[int], tensors: int, operations: int) -> set[int]:
    """The tensors that an operation computes from the tensors in `known`."""
    operator.refuse_others(0, 1, 2, 3, 4, 6)
    _refuse_outside([operator.scalar(0, "I")], 0, operations)
    inputs = _numbers(operator, 1, -1, tensors) - {-1}  # an omitted optional input
    outputs = _numbers(operator, 2, 0, tensors)
    if not outputs or outputs & known or not inputs <= known:
        raise ValueError("the operations of its network do not follow from each other")
    options = operator.table(4)
    if options is not None and operator.scalar(3, "B") in (RESHAPE_OPTIONS, SQUEEZE_OPTIONS):
        options.refuse_others(0)
        options.vector(0, "<i4", 8)
    return outputs


def _check_signatures(signatures: list[Table], tensors: int) -> None:
    if len(signatures) != 1:
        raise ValueError("its network does not have exactly one signature")
    (signature,) = signatures
    signature.refuse_others(0, 1, 2, 4)
    signature.text(2)
    _refuse_outside([signature.scalar(4, "I")], 0, 1)
    for field in (0, 1):
        for entry in signature.tables(field, 100):
            entry.text(0)
            _refuse_outside([entry.scalar(1, "I")], 0, tensors)


def _numbers(table: Table, field: int, first: int, beyond: int) -> set[int]:
    numbers = table.vector(field, "<i4", 100)
    _refuse_outside(numbers, first, beyond)
    return set() if numbers is None else set(numbers.tolist())


def _refuse_outside(numbers: Iterable[int] | np.ndarray | None, first: int, beyond: int) -> None:
    if numbers is not None and not all(first <= number < beyond for number in numbers):
        raise ValueError(REFERENCE)
