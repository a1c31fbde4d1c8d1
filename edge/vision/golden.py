"""Golden outputs: an int8 network must give the same bytes on every machine."""

import hashlib

import numpy as np

from edge.vision.interpreter import Int8Network
from edge.vision.model_file import Golden

BLOCK = 16
"""Side of the single-color squares of a golden picture, in pixels."""


def golden_pictures(seed: int, count: int, size: tuple[int, int]) -> np.ndarray:
    """Pictures that depend only on the arguments, and not on a library's random numbers.

    Returns:
        uint8 (count, height, width, 3).
    """
    blocks = tuple(-(-side // BLOCK) for side in size)
    length = count * blocks[0] * blocks[1] * 3
    stream = hashlib.shake_256(f"maskwatch golden {seed}".encode()).digest(length)
    coarse = np.frombuffer(stream, np.uint8).reshape(count, *blocks, 3)
    return coarse.repeat(BLOCK, 1).repeat(BLOCK, 2)[:, : size[0], : size[1]]


def make_golden(network: Int8Network, *, seed: int = 1, count: int = 8) -> Golden:
    """Record the network's answers on this machine."""
    return Golden(seed=seed, count=count, outputs_sha256=_outputs_sha256(network, seed, count))


def answers_as_golden(network: Int8Network) -> bool:
    """Whether the network gives exactly the same bytes here as where it was exported."""
    golden = network.golden
    return _outputs_sha256(network, golden.seed, golden.count) == golden.outputs_sha256


def _outputs_sha256(network: Int8Network, seed: int, count: int) -> str:
    digest = hashlib.sha256()
    for picture in golden_pictures(seed, count, network.input_size):
        for _, output in sorted(network.run(picture).items()):
            digest.update(output.tobytes())
    return digest.hexdigest()
