import struct
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge.vision.model_file import read_model_file
from edge.vision.network_check import refuse_malformed

CUSTOM, WHILE, FLOAT32 = 32, 119, 0
HUGE = 2**31 - 1


def graph(model):
    return model.subgraphs[0]


def op(model, number=3):
    return graph(model).operators[number]


def tensor(model, number=10):
    return graph(model).tensors[number]


def setting(find, **values):
    def change(model):
        for name, value in values.items():
            assert hasattr(find(model), name)
            setattr(find(model), name, value)

    return change


def quantization(model):
    return next(t.quantization for t in graph(model).tensors if t.quantization and t.quantization.scale is not None)


def weights(model):
    scaled = (t for t in graph(model).tensors if t.quantization is not None and t.quantization.scale is not None)
    return next(t for t in scaled if len(t.quantization.scale) > 1)


def repeat_an_operation(model):
    graph(model).operators[-1] = graph(model).operators[-2]


def swap_operations(model):
    operators = graph(model).operators
    operators[4], operators[5] = operators[5], operators[4]


def write_into_the_weights(model):
    op(model).outputs = np.array([op(model).inputs[1]], np.int32)


MALFORMED = {
    "another version": setting(lambda m: m, version=2),
    "two graphs": lambda m: m.subgraphs.append(m.subgraphs[0]),
    "no graph": setting(lambda m: m, subgraphs=[]),
    "no signature": setting(lambda m: m, signatureDefs=[]),
    "a signature of a tensor that is none": setting(lambda m: m.signatureDefs[0].inputs[0], tensorIndex=10**6),
    "a signature of a graph that is none": setting(lambda m: m.signatureDefs[0], subgraphIndex=7),
    "an input that is none": setting(graph, inputs=np.array([10**6], np.int32)),
    "a negative output": setting(graph, outputs=np.array([-1], np.int32)),
    "an output that nothing computes": setting(graph, operators=[]),
    "an operation twice": repeat_an_operation,
    "operations in another order": swap_operations,
    "an operation that writes into the weights": write_into_the_weights,
    "an operation that is none": setting(op, opcodeIndex=10**6),
    "an operation on a tensor that is none": setting(op, inputs=np.array([HUGE, 1, 2], np.int32)),
    "an operation without an output": setting(op, outputs=None),
    "a custom operation": setting(lambda m: m.operatorCodes[0], builtinCode=CUSTOM, deprecatedBuiltinCode=CUSTOM),
    "an operation by name": setting(lambda m: m.operatorCodes[0], customCode=b"Flex"),
    "control flow": setting(lambda m: m.operatorCodes[0], builtinCode=WHILE, deprecatedBuiltinCode=WHILE),
    "a buffer that is none": setting(tensor, buffer=10**6),
    "a buffer outside of the file": setting(lambda m: m.buffers[5], offset=10**9, size=10**9),
    "a shape too large": setting(tensor, shape=np.array([1, 65536, 65536, 4], np.int32)),
    "a shape that overflows": setting(tensor, shape=np.array([HUGE] * 8, np.int32)),
    "a negative shape": setting(tensor, shape=np.array([1, -2, 2, 4], np.int32)),
    "a shape of nothing": setting(tensor, shape=np.array([1, 0, 2, 4], np.int32)),
    "a shape with too many dimensions": setting(tensor, shape=np.ones(100, np.int32)),
    "a shape that is open": setting(tensor, shapeSignature=np.array([-1, 1, 1, 1], np.int32)),
    "weights smaller than their shape": setting(weights, shape=np.array([64, 64, 64], np.int32)),
    "floats": setting(tensor, type=FLOAT32),
    "a scale that is no number": setting(quantization, scale=np.array([np.nan], np.float32)),
    "a scale that is infinite": setting(quantization, scale=np.array([np.inf], np.float32)),
    "a scale of nothing": setting(quantization, scale=np.array([0.0], np.float32)),
    "a negative scale": setting(quantization, scale=np.array([-1.0], np.float32)),
    "no scale": setting(quantization, scale=None),
    "too few scales": setting(lambda m: weights(m).quantization, scale=np.array([0.1, 0.2], np.float32)),
    "a zero point beyond int8": setting(quantization, zeroPoint=np.array([10**9], np.int64)),
    "channels along a dimension that is none": setting(lambda m: weights(m).quantization, quantizedDimension=-1),
    "a metadata buffer that is none": setting(lambda m: m.metadata[0], buffer=10**6),
}


@pytest.mark.parametrize("name", ["door_cnn", "face_cnn", "seed_cnn"])
def test_a_shipped_network_is_well_formed(name, shipped_model):
    refuse_malformed(read_model_file(shipped_model.with_stem(name)).tflite)


def test_a_network_that_was_taken_apart_and_put_together_is_well_formed(altered):
    refuse_malformed(altered(lambda model: None))


@pytest.mark.parametrize("change", MALFORMED.values(), ids=MALFORMED)
def test_a_network_that_cannot_be_is_refused(change, altered):
    tflite = altered(change)
    with pytest.raises(ValueError, match="its network"):
        refuse_malformed(tflite)


@pytest.mark.parametrize(
    "tflite", [b"", b"TFL3", b"\0\0\0\0TFL3", b"\xff\xff\xff\x7fTFL3", b"\x08\0\0\0TFL3" + b"\xff" * 8, b"TFL3" * 100]
)
def test_a_file_that_only_begins_like_a_network_is_refused(tflite):
    with pytest.raises(ValueError, match="its network"):
        refuse_malformed(tflite)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(data=st.data())
def test_an_offset_that_leads_anywhere_is_never_followed_out_of_the_file(data, shipped_model):
    """Whether it is refused or not, nothing but a ValueError comes of it."""
    tflite = bytearray(read_model_file(shipped_model).tflite)
    at = data.draw(st.integers(0, len(tflite) // 4 - 1)) * 4
    tflite[at : at + 4] = struct.pack("<I", data.draw(st.integers(0, 2**32 - 1)))
    with suppress(ValueError):
        refuse_malformed(bytes(tflite))
