"""P(not compliant) and P(clear) for each face in a frame."""

from collections.abc import Mapping, Sequence

import numpy as np

from edge.errors import UserError
from edge.vision.face import Face
from edge.vision.interpreter import Int8Network, dequantize
from edge.vision.preprocessing import crop_face

NOT_COMPLIANT, CLEAR = "not_compliant", "clear"
"""Labels of the outputs; a network without the second counts every face as clear."""


class Classifier:
    """Crops each face, runs the int8 network on it and calibrates its answers.

    Raises:
        UserError: The network is of another kind, or lacks an output that a classifier must have.
    """

    def __init__(self, network: Int8Network) -> None:
        if network.metadata.kind != "classifier":
            raise UserError(f"The {network.metadata.network} model is a {network.metadata.kind}, not a classifier.")
        self._outputs = dict(zip(network.metadata.labels, network.metadata.outputs, strict=False))
        if NOT_COMPLIANT not in self._outputs:
            raise UserError(f"The {network.metadata.network} model has no output {NOT_COMPLIANT}", "export it again")
        self.network = network
        self.threshold = network.metadata.threshold

    def score(self, image: np.ndarray, faces: Sequence[Face]) -> np.ndarray:
        """Calibrated probabilities of not being compliant, and of being clear.

        Args:
            image: uint8 (height, width, 3), RGB.
            faces: n boxes in pixels of `image`.

        Returns:
            float64 (n, 2): P(not compliant) if the face is clear, and P(clear), whether this is a face whose nose and
            mouth can be judged at all.
        """
        return self.score_crops([crop_face(image, face, self.network.input_size[0]) for face in faces])

    def score_crops(self, crops: Sequence[np.ndarray]) -> np.ndarray:
        """As `score`, for n crops that `crop_face` has cut, uint8 (size, size, 3) each."""
        answers = [self.network.run(crop) for crop in crops]
        not_compliant = self.network.metadata.calibration.apply(self._raw(answers, NOT_COMPLIANT))
        return np.column_stack([not_compliant, self._clear(answers)])

    def _clear(self, answers: Sequence[Mapping[str, np.ndarray]]) -> np.ndarray:
        calibration = self.network.metadata.clear_calibration
        if calibration is None or CLEAR not in self._outputs:
            return np.ones(len(answers))
        return calibration.apply(self._raw(answers, CLEAR))

    def _raw(self, answers: Sequence[Mapping[str, np.ndarray]], label: str) -> np.ndarray:
        spec = self._outputs[label]
        levels = np.array([answer[spec.name].item() for answer in answers], np.int8)
        return dequantize(levels, spec).astype(np.float64)
