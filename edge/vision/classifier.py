"""P(not compliant) for each face in a frame."""

from collections.abc import Sequence

import numpy as np

from edge.errors import UserError
from edge.vision.face import Face
from edge.vision.interpreter import Int8Network, dequantize
from edge.vision.preprocessing import crop_face


class Classifier:
    """Crops each face, runs the int8 network on it and calibrates its answer.

    Raises:
        UserError: The network is of another kind.
    """

    def __init__(self, network: Int8Network) -> None:
        if network.metadata.kind != "classifier":
            raise UserError(f"The {network.metadata.network} model is a {network.metadata.kind}, not a classifier.")
        self.network = network
        self.threshold = network.metadata.threshold

    def score(self, image: np.ndarray, faces: Sequence[Face]) -> np.ndarray:
        """Calibrated probabilities of not being compliant.

        Args:
            image: uint8 (height, width, 3), RGB.
            faces: n boxes in pixels of `image`.

        Returns:
            float64 (n,).
        """
        return self.score_crops([crop_face(image, face, self.network.input_size[0]) for face in faces])

    def score_crops(self, crops: Sequence[np.ndarray]) -> np.ndarray:
        """As `score`, for n crops that `crop_face` has cut, uint8 (size, size, 3) each."""
        spec = self.network.metadata.outputs[0]
        raw = np.array([self.network.run(crop)[spec.name].item() for crop in crops], np.int8)
        return self.network.metadata.calibration.apply(dequantize(raw, spec).astype(np.float64))
