"""The multiply-adds of a network: with eight or sixteen of them an instruction, the least that it can cost."""

from pathlib import Path
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from edge.vision.model_file import read_model_file


def multiply_adds(model: Path) -> int:
    """Those of one inference, of all convolutions and fully connected layers."""
    return sum(multiply_adds_of_steps(model))


def multiply_adds_of_steps(model: Path) -> list[int]:
    """Those of each operator, in the order in which they run; 0 where it is no convolution or fully connected layer."""
    interpreter: Any = Interpreter(
        model_content=read_model_file(model).tflite,
        experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    )
    interpreter.allocate_tensors()
    shapes = {tensor["index"]: tensor["shape"] for tensor in interpreter.get_tensor_details()}
    return [_of_step(step, shapes) for step in interpreter._get_ops_details()]


def _of_step(step: dict[str, Any], shapes: dict[int, np.ndarray]) -> int:
    if step["op_name"] not in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"):
        return 0
    weights, output = shapes[step["inputs"][1]], shapes[step["outputs"][0]]
    # Depthwise weights are (1, height, width, channels), the others begin with the output's channels.
    each = np.prod(weights[1:3]) if step["op_name"] == "DEPTHWISE_CONV_2D" else np.prod(weights[1:])
    return int(np.prod(output) * each)
