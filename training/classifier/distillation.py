"""Learning from a larger classifier as well as from labels."""

from typing import Any

import keras
from keras import layers

from training.common.distillation import Teacher

TEACHER_SHARE = 0.6
"""How much of what the network is to answer is the teacher's answer; the rest is the label."""


def beside_teacher(network: keras.Model, teacher: keras.Model) -> keras.Model:
    """A network that shares the weights of the given one and shows its teacher's answers, too.

    Args:
        network: From pictures to a dictionary of probabilities, (n, 1) each.
        teacher: Another with these inputs and outputs; it is not trained.

    Returns:
        From the same pictures to the same dictionary, each (n, 2): the network's probability and the teacher's.
    """
    answers = Teacher(teacher)(network.input)
    both = {name: layers.Concatenate()([answer, answers[name]]) for name, answer in network.output.items()}
    return keras.Model(network.input, both, name=f"{network.name}_beside_{teacher.name}")


class DistillationLoss(keras.losses.Loss):
    """Cross-entropy with a mixture of the label and the teacher's probability."""

    def __init__(self, label_smoothing: float, name: str = "distillation_loss") -> None:
        super().__init__(name=name)
        self.label_smoothing = label_smoothing

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The loss of each picture, (n,), of labels (n, 1) and probabilities (n, 2), see `beside_teacher`."""
        student, teacher = y_pred[:, :1], y_pred[:, 1:]
        label = y_true * (1 - self.label_smoothing) + self.label_smoothing / 2
        target = (1 - TEACHER_SHARE) * label + TEACHER_SHARE * teacher
        return keras.losses.binary_crossentropy(target, student)
