"""Networks cut short after each of their steps: the difference between two cuts is what a step costs."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from multiply_adds import multiply_adds_of_steps

from edge.vision.model_file import read_model_file

IDENTIFIER = b"TFL3"

SHORT = {
    "CONV_2D": "conv",
    "DEPTHWISE_CONV_2D": "depthwise",
    "FULLY_CONNECTED": "dense",
    "RESIZE_NEAREST_NEIGHBOR": "nearest upsampling",
    "RESIZE_BILINEAR": "bilinear upsampling",
}


@dataclass(frozen=True)
class Step:
    """An operator of a network."""

    kind: str
    """Such as "conv 3x3" or "add"."""
    output: str
    """Its output's shape, such as "120x160x16"."""
    multiply_adds: int


def steps(model: Path) -> list[Step]:
    """The operators of a model file, in the order in which they run."""
    graph, kinds = _read(model)
    counts = multiply_adds_of_steps(model)
    return [
        Step(_kind(graph, operator, kind), _shape(graph, operator.outputs[0]), count)
        for operator, kind, count in zip(graph.operators, kinds, counts, strict=True)
    ]


def write_cuts(model: Path, folder: Path) -> list[str]:
    """Write the network as it is after its first step, its first two, and so on up to the whole.

    A cut's outputs are all tensors that the steps left out would read, so that no step of it is idle.

    Returns:
        The names of the TFLite files, the shortest network first.
    """
    names = []
    for length in range(1, len(_read(model)[0].operators) + 1):
        name = f"{model.stem}-{length:03}.tflite"
        (folder / name).write_bytes(_cut(model, length))
        names.append(name)
    return names


def _cut(model: Path, length: int) -> bytes:
    whole = _whole(model)
    graph = whole.subgraphs[0]
    kept, rest = graph.operators[:length], graph.operators[length:]
    made = {int(index) for operator in kept for index in operator.outputs}
    read_later = {int(index) for operator in rest for index in operator.inputs} | {int(i) for i in graph.outputs}
    graph.operators, graph.outputs = kept, sorted(made & read_later)
    whole.signatureDefs = []
    builder = flatbuffers.Builder(1 << 20)
    builder.Finish(whole.Pack(builder), IDENTIFIER)
    return bytes(builder.Output())


def _whole(model: Path) -> Any:
    return schema.ModelT.InitFromPackedBuf(read_model_file(model).tflite, 0)


def _read(model: Path) -> tuple[Any, list[str]]:
    whole = _whole(model)
    names = {code: name for name, code in vars(schema.BuiltinOperator).items() if isinstance(code, int)}
    codes = [max(code.builtinCode, code.deprecatedBuiltinCode) for code in whole.operatorCodes]
    graph = whole.subgraphs[0]
    return graph, [names[codes[operator.opcodeIndex]] for operator in graph.operators]


def _kind(graph: Any, operator: Any, kind: str) -> str:
    short = SHORT.get(kind, kind.lower().replace("_", " "))
    if kind not in ("CONV_2D", "DEPTHWISE_CONV_2D"):
        return short
    high, wide = graph.tensors[operator.inputs[1]].shape[1:3]
    return f"{short} {high}x{wide}"


def _shape(graph: Any, index: int) -> str:
    shape = list(graph.tensors[index].shape)
    return "x".join(str(int(number)) for number in (shape[1:] if len(shape) > 1 else shape))


def differences(instructions: list[int]) -> Iterator[int]:
    """What each step adds to the cut before it."""
    return (int(after - before) for before, after in itertools.pairwise(np.concatenate([[0], instructions])))
