"""Runs an int8 network with LiteRT, or with the older tflite-runtime if only that is installed."""

import importlib
import importlib.util
from typing import Any

import numpy as np

from edge.errors import UserError
from edge.stderr import silenced_stderr
from edge.vision.model_file import ModelFile, TensorSpec

PACKAGES = {"ai_edge_litert": "ai-edge-litert", "tflite_runtime": "tflite-runtime"}
"""The runtimes, best first: the module to import, and the name of its package."""

RUNTIMES = tuple(PACKAGES)

LEVELS = np.arange(256, dtype=np.uint8).view(np.int8)
"""The levels of int8: 0 to 127, then -128 to -1, which count from the end of a list."""


def find_runtime(wanted: str = "") -> str:
    """The requested runtime of RUNTIMES, or the first that is installed.

    Raises:
        UserError: The requested runtime is not installed, or none is.
    """
    candidates = (wanted,) if wanted else RUNTIMES
    for runtime in candidates:
        if runtime in RUNTIMES and importlib.util.find_spec(runtime):
            return runtime
    raise UserError(f"No TFLite runtime {' or '.join(candidates)} is installed", "run `pip install ai-edge-litert`")


class Int8Network:
    """A fully int8 network, ready to run.

    Raises:
        UserError: The file's tensors differ from its metadata.
    """

    def __init__(self, model: ModelFile, *, threads: int = 1, runtime: str = "") -> None:
        self.metadata, self.golden = model.metadata, model.golden
        self.runtime = find_runtime(runtime)
        interpreter_class = importlib.import_module(f"{self.runtime}.interpreter").Interpreter
        self._interpreter = open_interpreter(interpreter_class, model.tflite, threads)
        inputs, outputs = tensor_specs(self._interpreter)
        if (inputs, outputs) != (self.metadata.inputs, self.metadata.outputs):
            raise UserError(f"The {self.metadata.network} model's tensors differ from its metadata", "export it again")
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._outputs = _signature(self._interpreter).get_output_details()
        if any(detail["dtype"] is not np.int8 for detail in self._outputs.values()):
            raise UserError(f"The {self.metadata.network} model's outputs are not int8", "export it again")

    @property
    def input_size(self) -> tuple[int, int]:
        """Height and width of the picture that the network reads, in pixels."""
        _, height, width, _ = self.metadata.inputs[0].shape
        return height, width

    @property
    def delegated(self) -> bool:
        """Whether the runtime uses XNNPACK, which computes several times faster."""
        return any(step["op_name"] == "DELEGATE" for step in self._interpreter._get_ops_details())

    def run(self, picture: np.ndarray) -> dict[str, np.ndarray]:
        """The network's raw answer to one picture.

        Args:
            picture: uint8 (height, width, 3) of `input_size`, RGB.

        Returns:
            int8 arrays of the shapes in the metadata, by output name.
        """
        self._interpreter.set_tensor(self._input, quantize_pixels(picture)[np.newaxis])
        self._interpreter.invoke()
        return {name: self._interpreter.get_tensor(detail["index"]) for name, detail in self._outputs.items()}


def open_interpreter(interpreter_class: Any, tflite: bytes, threads: int) -> Any:
    """An interpreter with its tensors allocated.

    Raises:
        UserError: The runtime does not accept the network.
    """
    try:
        with silenced_stderr():  # the runtime prints that it uses XNNPACK; `delegated` reports the same
            interpreter = interpreter_class(model_content=tflite, num_threads=threads)
            interpreter.allocate_tensors()
    except (RuntimeError, ValueError) as error:
        raise UserError(f"The TFLite runtime does not accept the model ({error})", "export it again") from error
    return interpreter


def tensor_specs(interpreter: Any) -> tuple[tuple[TensorSpec, ...], tuple[TensorSpec, ...]]:
    """The inputs and the outputs of an interpreter's only signature, each sorted by name."""
    signature = _signature(interpreter)
    inputs, outputs = signature.get_input_details(), signature.get_output_details()
    return tuple(_spec(*item) for item in sorted(inputs.items())), tuple(
        _spec(*item) for item in sorted(outputs.items())
    )


def quantize_pixels(crop: np.ndarray) -> np.ndarray:
    """The int8 input of a network whose range 0..1 is quantized with scale 1/255 and zero point -128.

    Args:
        crop: uint8 of any shape.

    Returns:
        int8 of the same shape: each byte with its highest bit flipped.
    """
    return np.bitwise_xor(crop, 0x80).view(np.int8)


def dequantize(values: np.ndarray, spec: TensorSpec) -> np.ndarray:
    """Real values, float32, for int8 ones of any shape."""
    return (values.astype(np.float32) - spec.zero_point) * np.float32(spec.scale)


def level_values(spec: TensorSpec) -> np.ndarray:
    """The real value of each of the 256 levels of a tensor, float32: in a list of them a level is the index of its own.

    Computing with all levels once is cheaper than computing with the few of each frame.
    """
    return dequantize(LEVELS, spec)


def _signature(interpreter: Any) -> Any:
    return interpreter.get_signature_runner(next(iter(interpreter.get_signature_list())))


def _spec(name: str, detail: dict) -> TensorSpec:
    scale, zero_point = detail["quantization"]
    return TensorSpec(name=name, shape=tuple(int(n) for n in detail["shape"]), scale=scale, zero_point=zero_point)
