"""Finds faces with the int8 network."""

import re
from collections.abc import Iterable, Sequence

import numpy as np

from edge.errors import UserError
from edge.vision.anchor_free import decode_maps, merge, suppress
from edge.vision.cell_decoder import CellDecoder
from edge.vision.face import Box, Face
from edge.vision.interpreter import Int8Network
from edge.vision.letterbox import Letterbox, letterbox
from edge.vision.model_file import TensorSpec

MAX_CANDIDATES = 200
"""Most boxes that enter the suppression, highest scores first: this bounds the time that a hostile picture takes."""


class FaceLocator:
    """Finds the faces in a frame with a `locator` network.

    Raises:
        UserError: The network is of another kind, or has other outputs than a locator's.
    """

    def __init__(self, network: Int8Network, *, max_faces: int = 10, min_score: float | None = None) -> None:
        """Set the largest number of faces, and the lowest score, by default the one in the model's metadata."""
        if network.metadata.kind != "locator":
            raise UserError(f"The {network.metadata.network} model is a {network.metadata.kind}, not a locator.")
        if not _are_maps(network.metadata.outputs, network.input_size):
            raise UserError(f"The {network.metadata.network} model's outputs are not maps of faces", "export it again")
        self.network = network
        self.max_faces = max_faces
        min_score = network.metadata.threshold if min_score is None else min_score
        specs = {spec.name: spec for spec in network.metadata.outputs}
        self._decoders = {
            stride: CellDecoder(stride, specs[f"heat{stride}"], specs[f"box{stride}"], min_score)
            for stride in _strides(specs)
        }

    def locate(self, image: np.ndarray) -> list[Face]:
        """The faces in `image`, uint8 (height, width, 3) RGB, largest first, in its pixels."""
        picture, placed = letterbox(image, self.network.input_size)
        maps = self.network.run(picture)
        found: list[tuple[Box, float]] = []
        for stride, decoder in self._decoders.items():
            found += decoder.candidates(maps[f"heat{stride}"], maps[f"box{stride}"])
        return _faces(found, placed, self.max_faces)


def _are_maps(outputs: tuple[TensorSpec, ...], size: tuple[int, int]) -> bool:
    """Whether outputs are `heat<s>` (1, h, w, 1) and `box<s>` (1, h, w, 4), h times w cells of s pixels, for some s."""
    shapes = {spec.name: spec.shape for spec in outputs}
    strides = [int(found[1]) for name in shapes if (found := re.fullmatch(r"heat([1-9]\d{0,2})", name))]
    maps: dict[str, tuple[int, ...]] = {}
    for stride in strides:
        cells = tuple(-(-side // stride) for side in size)
        maps |= {f"heat{stride}": (1, *cells, 1), f"box{stride}": (1, *cells, 4)}
    return bool(strides) and shapes == maps


def pair_maps(outputs: dict[str, np.ndarray]) -> dict[int, tuple[np.ndarray, np.ndarray]]:
    """Sort a network's outputs for one picture, `heat8`, `box8`, `heat16` ..., by stride.

    Args:
        outputs: float (height, width, 1) of each heat, (height, width, 4) of each box.
    """
    return {stride: (outputs[f"heat{stride}"][..., 0], outputs[f"box{stride}"]) for stride in _strides(outputs)}


def _strides(outputs: Iterable[str]) -> list[int]:
    return sorted(int(name.removeprefix("heat")) for name in outputs if name.startswith("heat"))


def faces_from_maps(
    maps: dict[int, tuple[np.ndarray, np.ndarray]], placed: Letterbox, *, min_score: float, max_faces: int
) -> list[Face]:
    """The faces that the maps of one picture show, largest first, in pixels of the frame.

    Args:
        maps: By stride, heat (height, width) and box (height, width, 4), levels as the network gives them.
        placed: How the frame lies in the picture.
        min_score: Lowest heat of a face.
        max_faces: Largest number of faces; if there are more, those with the highest scores are kept.
    """
    boxes, scores = (array.tolist() for array in decode_maps(maps, min_score))
    found = [((left, top, right, bottom), p) for (left, top, right, bottom), p in zip(boxes, scores, strict=True)]
    return _faces(found, placed, max_faces)


def _faces(found: Sequence[tuple[Box, float]], placed: Letterbox, max_faces: int) -> list[Face]:
    """One face for each place at which boxes and their scores have been found."""
    if not found:
        return []
    surest = sorted(found, key=lambda one: -one[1])[:MAX_CANDIDATES]
    boxes, scores = [box for box, _ in surest], [score for _, score in surest]
    kept = suppress(boxes, scores)[:max_faces].tolist()
    merged, scores = [merge(boxes[one], boxes, scores) for one in kept], [scores[one] for one in kept]
    # A box that is merged with others may come to lie on its neighbor.
    faces = [Face(*placed.to_frame(merged[one]), scores[one]) for one in suppress(merged, scores)]
    return sorted(faces, key=lambda face: -face.size)
