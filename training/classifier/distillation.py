"""Learning from a larger network as well as from labels (Hinton et al., 2015, "Distilling the Knowledge")."""

from pathlib import Path
from typing import Any

import keras
from keras import layers, ops

from edge.errors import UserError
from training.common.names import printable
from training.common.saved_network import load_network

TEACHER_SHARE = 0.6
"""How much of what the network is to answer is the teacher's answer; the rest is the label."""


def read_teacher(path: Path, network: keras.Model) -> keras.Model:
    """The saved network that is to teach another one.

    Raises:
        UserError: The file is damaged, or its network reads or answers something else.
    """
    teacher = load_network(path)
    answers = set(teacher.output) if isinstance(teacher.output, dict) else set()
    if teacher.input_shape != network.input_shape or answers != set(network.output):
        raise UserError(
            f"The network of {printable(path)} cannot teach {network.name}",
            f"name a run of a classifier after --teacher that answers {' and '.join(network.output)}",
        )
    return teacher


def beside_teacher(network: keras.Model, teacher: keras.Model) -> keras.Model:
    """A network that shares the weights of the given one and shows its teacher's answers, too.

    Args:
        network: From pictures to a dictionary of probabilities, (n, 1) each.
        teacher: Another with these inputs and outputs; it is not trained.

    Returns:
        From the same pictures to the same dictionary, each (n, 2): the network's probability and the teacher's.
    """
    answers = _Teacher(teacher)(network.input)
    both = {name: layers.Concatenate()([answer, answers[name]]) for name, answer in network.output.items()}
    return keras.Model(network.input, both, name=f"{network.name}_beside_{teacher.name}")


class _Teacher(layers.Layer):
    """A network as it answers outside training: Keras would train one that is called within another."""

    def __init__(self, network: keras.Model) -> None:
        super().__init__(trainable=False)
        self.network = network

    def call(self, pictures: Any) -> dict[str, Any]:
        return self.network(pictures, training=False)


class DistillationLoss(keras.losses.Loss):
    """Cross-entropy with a mixture of the label and the teacher's probability."""

    def __init__(self, label_smoothing: float, name: str = "distillation_loss") -> None:
        super().__init__(name=name)
        self.label_smoothing = label_smoothing

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The loss of each picture, (n,), of labels (n, 1) and probabilities (n, 2), see `beside_teacher`."""
        student, teacher = y_pred[:, :1], ops.stop_gradient(y_pred[:, 1:])
        label = y_true * (1 - self.label_smoothing) + self.label_smoothing / 2
        target = (1 - TEACHER_SHARE) * label + TEACHER_SHARE * teacher
        return keras.losses.binary_crossentropy(target, student)
