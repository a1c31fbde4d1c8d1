"""What is inside a `.tflite` file: its tensors and operations, read from the flatbuffer itself."""

import struct
from dataclasses import dataclass
from math import prod

from ai_edge_litert import schema_py_generated as schema

from edge.errors import UserError

OPERATIONS = {code: name for name, code in vars(schema.BuiltinOperator).items() if isinstance(code, int)}
TYPES = {code: name for name, code in vars(schema.TensorType).items() if isinstance(code, int)}


@dataclass(frozen=True)
class Tensor:
    """One tensor of the graph."""

    name: str
    shape: tuple[int, ...]
    """-1 stands for a dimension that is not known before the network runs."""
    type: str
    """Such as "INT8" or "FLOAT32"."""
    scales: tuple[float, ...]
    """One a tensor, or one a channel; empty if the tensor is not quantized."""
    zero_points: tuple[int, ...]
    bytes: int
    """Size of its stored content; 0 for activations."""


@dataclass(frozen=True)
class Operation:
    """One step of the graph."""

    name: str
    """Such as "CONV_2D"."""
    version: int
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]

    @property
    def multiply_adds(self) -> int:
        """Multiplications with an addition, of convolutions and fully connected layers."""
        if self.name not in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"):
            return 0
        weights = self.inputs[1].shape
        # TFLite's weights: (out, height, width, in) of a convolution, (1, height, width, out) of a depthwise one.
        per_output = prod(weights[1:3]) if self.name == "DEPTHWISE_CONV_2D" else prod(weights[1:])
        return prod(self.outputs[0].shape) * per_output


@dataclass(frozen=True)
class Graph:
    """A whole network."""

    tensors: tuple[Tensor, ...]
    operations: tuple[Operation, ...]
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    min_runtime_version: str
    """The oldest TFLite that has every operation in the version used, as the converter noted it; else empty."""

    @property
    def multiply_adds(self) -> int:
        """Of one inference."""
        return sum(operation.multiply_adds for operation in self.operations)

    @property
    def parameters(self) -> int:
        """Stored numbers: weights and biases."""
        return sum(prod(tensor.shape) for tensor in self.tensors if tensor.bytes)


def read_graph(tflite: bytes) -> Graph:
    """Read the first subgraph of a `.tflite` file.

    Raises:
        UserError: It is damaged, or holds what this version of its schema does not know.
    """
    try:
        return _graph(tflite)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, struct.error) as error:
        raise UserError(f"The network cannot be taken apart ({error!r})", "export it again") from error


def _graph(tflite: bytes) -> Graph:
    model = schema.ModelT.InitFromPackedBuf(tflite, 0)
    subgraph = model.subgraphs[0]
    tensors = tuple(_tensor(tensor, model.buffers) for tensor in subgraph.tensors)
    codes = model.operatorCodes

    def pick(indices: list[int]) -> tuple[Tensor, ...]:
        return tuple(tensors[i] for i in indices if i >= 0)

    operations = tuple(
        Operation(
            _operation_name(codes[op.opcodeIndex]), codes[op.opcodeIndex].version, pick(op.inputs), pick(op.outputs)
        )
        for op in subgraph.operators
    )
    return Graph(tensors, operations, pick(subgraph.inputs), pick(subgraph.outputs), _min_runtime_version(model))


def _tensor(tensor: schema.TensorT, buffers: list[schema.BufferT]) -> Tensor:
    quantization = tensor.quantization
    has_scales = quantization is not None and quantization.scale is not None
    shape = tensor.shapeSignature if tensor.shapeSignature is not None else tensor.shape
    data = buffers[tensor.buffer].data
    return Tensor(
        name=tensor.name.decode(),
        shape=tuple(int(n) for n in shape) if shape is not None else (),
        type=TYPES[tensor.type],
        scales=tuple(float(s) for s in quantization.scale) if has_scales else (),
        zero_points=tuple(int(z) for z in quantization.zeroPoint) if has_scales else (),
        bytes=0 if data is None else len(data),
    )


def _operation_name(code: schema.OperatorCodeT) -> str:
    # Codes beyond 127 stand in `builtinCode`, older ones in both fields.
    return OPERATIONS[max(code.builtinCode, code.deprecatedBuiltinCode)]


def _min_runtime_version(model: schema.ModelT) -> str:
    for entry in model.metadata or []:
        if entry.name == b"min_runtime_version":
            return bytes(model.buffers[entry.buffer].data).rstrip(b"\0").decode()
    return ""
