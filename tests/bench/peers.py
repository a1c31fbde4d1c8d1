"""The networks that others published, run as they published them. Their weights are no part of this project.

AIZOO: AIZOOTech/FaceMaskDetection, an SSD that finds faces and masks at once. res10 and MobileNetV2: the two-stage
recipe of many tutorials. YuNet: libfacedetection's finder of faces (Wu et al., 2023), which OpenCV can run.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from chains import Chain, Sighting, Stage, TwoSteps

from edge.vision.anchor_free import suppress
from edge.vision.face import Face

LOWEST_SCORE = 0.05
"""Boxes below it are not looked at: no threshold of use lies there."""


def peers_in(folder: Path) -> Iterator[Chain]:
    """The peers whose weights are in a folder, under the names that README.md lists."""
    if (file := folder / Aizoo.file_name).is_file():
        yield Aizoo(file)
    if all((folder / name).is_file() for name in ResTen.file_names):
        yield ResTen(folder)
    if (file := folder / YuNet.file_name).is_file():
        yield YuNet(file, 320)
        yield YuNet(file, None)


class Aizoo:
    """An SSD over five maps, whose two classes are masked and bare."""

    name = "AIZOO"
    file_name = "aizoo_260_f32.tflite"
    threshold = 0.5
    maps = (33, 17, 9, 5, 3)
    sizes = ((0.04, 0.056), (0.08, 0.11), (0.16, 0.22), (0.32, 0.45), (0.64, 0.72))
    ratios = (1.0, 0.62, 0.42)
    """Width over height; the second size of a map comes with the first ratio only."""
    variances = np.array([0.1, 0.1, 0.2, 0.2])
    max_overlap = 0.4

    def __init__(self, file: Path) -> None:
        self.files = (file,)
        self._network = FloatNetwork(file)
        self._anchors = np.concatenate([self.anchors_of(*pair) for pair in zip(self.maps, self.sizes, strict=True)])

    def find(self, image: np.ndarray) -> list[Sighting]:
        """See `Chain`."""
        side = self._network.input_size
        codes, shares = sorted(self._network.run(cv2.resize(image, side) / np.float32(255)), key=lambda a: -a.shape[-1])
        scores, height_width = shares.max(1), image.shape[:2]
        likely = scores >= LOWEST_SCORE
        boxes = self._boxes(codes)[likely] * np.tile(height_width[::-1], 2)
        scores, bare = scores[likely], shares[likely].argmax(1) == 1
        kept = suppress(boxes, scores, self.max_overlap)
        return [Sighting(Face(*[*boxes[i].tolist(), float(scores[i])]), bool(bare[i])) for i in kept]

    def stages(self, image: np.ndarray, face: Face) -> dict[str, Stage]:
        """See `Chain`."""
        return {"both at once": lambda: self.find(image)}

    @classmethod
    def anchors_of(cls, cells: int, sizes: tuple[float, float]) -> np.ndarray:
        """Middles and sides of a map's anchors, shares of the picture, in the order of the network's rows."""
        first, second = sizes
        shapes = [(first, cls.ratios[0]), (second, cls.ratios[0]), *((first, ratio) for ratio in cls.ratios[1:])]
        sides = np.array([(size * ratio**0.5, size / ratio**0.5) for size, ratio in shapes])
        y, x = np.mgrid[:cells, :cells]
        middles = (np.stack([x.ravel(), y.ravel()], 1) + 0.5) / cells
        return np.concatenate([np.repeat(middles, len(sides), 0), np.tile(sides, (len(middles), 1))], 1)

    def _boxes(self, codes: np.ndarray) -> np.ndarray:
        """Left, top, right, bottom, shares of the picture, cut to it."""
        codes = codes * self.variances
        middles = self._anchors[:, :2] + codes[:, :2] * self._anchors[:, 2:]
        half = self._anchors[:, 2:] * np.exp(codes[:, 2:]) / 2
        return np.clip(np.concatenate([middles - half, middles + half], 1), 0, 1)


class ResTen(TwoSteps):
    """OpenCV's old face SSD, and a MobileNetV2 on each face's box as it is."""

    name = "res10 + MobileNetV2"
    file_names = ("res10_300x300_ssd_iter_140000.caffemodel", "res10.prototxt", "mnv2_224_f32.tflite")
    threshold = 0.5
    mean_bgr = (104.0, 177.0, 123.0)

    def __init__(self, folder: Path) -> None:
        weights, graph, classifier = self.files = tuple(folder / name for name in self.file_names)
        self._locator = cv2.dnn.readNetFromCaffe(str(graph), str(weights))
        self._classifier = FloatNetwork(classifier)

    def locate(self, image: np.ndarray) -> list[Face]:
        """See `TwoSteps`."""
        height, width = image.shape[:2]
        small = cv2.resize(cv2.cvtColor(image, cv2.COLOR_RGB2BGR), (300, 300))
        self._locator.setInput(cv2.dnn.blobFromImage(small, 1.0, (300, 300), self.mean_bgr))
        rows = self._locator.forward()[0, 0, :, 2:]
        rows = rows[rows[:, 0] >= LOWEST_SCORE]
        boxes = np.clip(rows[:, 1:], 0, 1) * np.array([width, height, width, height])
        inside = (boxes[:, 2:] - boxes[:, :2] >= 1).all(1)  # some boxes lie wholly beside the picture
        boxes, rows = boxes[inside], rows[inside]
        return [Face(*[*box, score]) for box, score in zip(boxes.tolist(), rows[:, 0].tolist(), strict=True)]

    def judge(self, image: np.ndarray, faces: Sequence[Face]) -> list[bool]:
        """See `TwoSteps`."""
        return [self._is_bare(image, face) for face in faces]

    def _is_bare(self, image: np.ndarray, face: Face) -> bool:
        crop = image[int(face.top) : round(face.bottom), int(face.left) : round(face.right)]
        picture = cv2.resize(crop, self._classifier.input_size) / np.float32(127.5) - 1
        ((mask, no_mask),) = self._classifier.run(picture)
        return bool(no_mask > mask)


class YuNet:
    """Finds faces and judges nobody."""

    file_name = "yunet_n_640_640.onnx"
    threshold = 0.6
    max_overlap = 0.3

    def __init__(self, file: Path, width: int | None) -> None:
        """Set the width that scenes are shrunk to; None takes them as they are."""
        self.files = (file,)
        self.name = f"YuNet at {width} wide" if width else "YuNet, scene as it is"
        self._width = width
        self._locator = cv2.FaceDetectorYN.create(str(file), "", (320, 320), LOWEST_SCORE, self.max_overlap, 5000)

    def find(self, image: np.ndarray) -> list[Sighting]:
        """See `Chain`."""
        return [Sighting(face) for face in self.locate(image)]

    def locate(self, image: np.ndarray) -> list[Face]:
        """The faces in a scene, in its pixels."""
        scale = self._width / image.shape[1] if self._width else 1.0
        size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
        small = cv2.resize(image, size, interpolation=cv2.INTER_AREA) if scale != 1 else image
        self._locator.setInputSize(size)
        _, rows = self._locator.detect(cv2.cvtColor(small, cv2.COLOR_RGB2BGR))
        found = [] if rows is None else [([v / scale for v in row[:4]], row[14]) for row in rows.tolist()]
        return [Face(x, y, x + width, y + height, score) for (x, y, width, height), score in found]

    def stages(self, image: np.ndarray, face: Face) -> dict[str, Stage]:
        """See `Chain`."""
        return {"locate": lambda: self.locate(image)}


class FloatNetwork:
    """A float network with one picture as its input, on one thread."""

    def __init__(self, file: Path) -> None:
        self._interpreter: Any = Interpreter(str(file), num_threads=1)
        self._interpreter.allocate_tensors()
        (self._input,) = self._interpreter.get_input_details()
        self.input_size = (int(self._input["shape"][2]), int(self._input["shape"][1]))
        """Width and height, in pixels."""

    def run(self, picture: np.ndarray) -> list[np.ndarray]:
        """The outputs for one picture, float32 (height, width, 3), each without the batch's axis."""
        self._interpreter.set_tensor(self._input["index"], picture[np.newaxis])
        self._interpreter.invoke()
        return [self._interpreter.get_tensor(output["index"])[0] for output in self._interpreter.get_output_details()]
