"""Whether a network is fit for the device: int8 throughout, static, per-channel, old enough operations."""

import math

from export.quantize.graph import Graph, Operation

OLDEST_RUNTIME = (2, 14, 0)
"""tflite-runtime 2.14 is the last release of that package, and the device's fallback."""

INTEGER_TYPES = {"INT8", "INT32"}
"""INT32 is for biases and shapes."""

INPUT_SCALE = 1 / 255
INPUT_ZERO_POINT = -128


def audit(graph: Graph) -> list[str]:
    """Everything that keeps the device from running a network, one sentence each; empty if there is nothing."""
    return [
        *_floats(graph),
        *_dynamic_shapes(graph),
        *(fault for operation in graph.operations for fault in _per_tensor_weights(operation)),
        *_input_range(graph),
        *_runtime(graph),
    ]


def _floats(graph: Graph) -> list[str]:
    return [
        f"Tensor {tensor.name} is {tensor.type}: the network must be int8 throughout."
        for tensor in graph.tensors
        if tensor.type not in INTEGER_TYPES
    ]


def _dynamic_shapes(graph: Graph) -> list[str]:
    return [
        f"Tensor {tensor.name} has the dynamic shape {tensor.shape}: convert with a static batch of one."
        for tensor in graph.tensors
        if any(n < 0 for n in tensor.shape)
    ]


def _per_tensor_weights(operation: Operation) -> list[str]:
    if operation.name not in ("CONV_2D", "DEPTHWISE_CONV_2D"):
        return []
    weights = operation.inputs[1]
    channels = weights.shape[3] if operation.name == "DEPTHWISE_CONV_2D" else weights.shape[0]
    if len(weights.scales) == channels:
        return []
    return [
        f"The weights {weights.name} have {len(weights.scales)} scales for {channels} channels: quantize per channel."
    ]


def _input_range(graph: Graph) -> list[str]:
    return [
        f"Input {tensor.name} has scale {tensor.scales} and zero point {tensor.zero_points}, "
        f"not 1/255 and {INPUT_ZERO_POINT}: begin the calibration with an all-black and an all-white picture."
        for tensor in graph.inputs
        if tensor.zero_points != (INPUT_ZERO_POINT,) or not math.isclose(tensor.scales[0], INPUT_SCALE, rel_tol=1e-6)
    ]


def _runtime(graph: Graph) -> list[str]:
    needed = graph.min_runtime_version
    oldest = ".".join(map(str, OLDEST_RUNTIME))
    if not needed:
        return ["The file does not say which runtime its operations need: convert it with TensorFlow's converter."]
    if tuple(int(part) for part in needed.split(".")) > OLDEST_RUNTIME:
        return [f"Its operations need TFLite {needed}, newer than {oldest}: avoid the newest operations."]
    return []
