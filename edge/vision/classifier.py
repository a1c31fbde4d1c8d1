"""P(not compliant) and P(clear) for each face in a frame."""

from collections.abc import Mapping, Sequence

import numpy as np

from edge.errors import UserError
from edge.vision.calibration import Calibration
from edge.vision.face import Face
from edge.vision.interpreter import Int8Network, level_values
from edge.vision.model_file import TensorSpec
from edge.vision.preprocessing import CROP_WIDENING, crop_face

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
        outputs = dict(zip(network.metadata.labels, network.metadata.outputs, strict=False))
        if NOT_COMPLIANT not in outputs:
            raise UserError(f"The {network.metadata.network} model has no output {NOT_COMPLIANT}", "export it again")
        self.network = network
        self.threshold = network.metadata.threshold
        self.crop_widening = network.metadata.crop_widening or CROP_WIDENING
        calibrations = {NOT_COMPLIANT: network.metadata.calibration, CLEAR: network.metadata.clear_calibration}
        self._outputs = {
            label: (outputs[label].name, _probabilities(outputs[label], calibration))
            for label, calibration in calibrations.items()
            if label in outputs and calibration is not None
        }

    def score(self, image: np.ndarray, faces: Sequence[Face]) -> np.ndarray:
        """Calibrated probabilities of not being compliant, and of being clear.

        Args:
            image: uint8 (height, width, 3), RGB.
            faces: n boxes in pixels of `image`.

        Returns:
            float64 (n, 2): P(not compliant) if the face is clear, and P(clear), whether this is a face whose nose and
            mouth can be judged at all.
        """
        size = self.network.input_size[0]
        return self.score_crops([crop_face(image, face, self.crop_widening, size=size) for face in faces])

    def score_crops(self, crops: Sequence[np.ndarray]) -> np.ndarray:
        """As `score`, for n crops that `crop_face` has cut, uint8 (size, size, 3) each."""
        answers = [self.network.run(crop) for crop in crops]
        rows = [(self._p(NOT_COMPLIANT, answer), self._p(CLEAR, answer)) for answer in answers]
        return np.array(rows, np.float64).reshape(-1, 2)

    def _p(self, label: str, answer: Mapping[str, np.ndarray]) -> float:
        if label not in self._outputs:
            return 1.0
        name, probabilities = self._outputs[label]
        return probabilities[answer[name].item()]


def _probabilities(spec: TensorSpec, calibration: Calibration) -> list[float]:
    """The calibrated probability of each level, in the order of `level_values`."""
    return calibration.apply(level_values(spec).astype(np.float64)).tolist()
