"""Learning from a larger locator as well as from annotated boxes."""

from typing import Any

import keras
from keras import layers, ops

from training.common.distillation import Teacher
from training.locator.loss import BOX_WEIGHT, FOCUS, LocatorLoss, flat_outputs, generalized_iou

TEACHER_SHARE = 0.5
"""How much of the loss is about the teacher's answers; the rest is about the annotated boxes."""

FACE_FROM = 0.25
"""Heat from which the teacher sees a face in a cell, so that its box there is worth learning."""


def beside_teacher(network: keras.Model, teacher: keras.Model) -> keras.Model:
    """A network that shares the weights of the given one and shows its teacher's answers, too.

    Args:
        network: A locator, see `training.locator.network`.
        teacher: Another with these inputs and outputs; it is not trained.

    Returns:
        From the same pictures to levels (n, cells, 10): the network's five of `flat_outputs`, then the teacher's.
    """
    both = [flat_outputs(network.output), flat_outputs(Teacher(teacher)(network.input))]
    return keras.Model(network.inputs, layers.Concatenate()(both), name=f"{network.name}_beside_{teacher.name}")


class DistillationLoss(LocatorLoss):
    """The loss of the annotated boxes, mixed with the distance to the teacher's heat and boxes.

    Quality focal loss takes any target between 0 and 1, so the teacher's heat is one for every cell, and the boxes of
    the cells in which the teacher sees a face are the targets of the GIoU loss.
    """

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The loss of a batch, with predictions (n, cells, 10), see `beside_teacher`."""
        student, teacher = y_pred[..., :5], y_pred[..., 5:]
        log_odds, boxes = self._read(student)
        told, told_boxes = self._read(teacher)
        target, p = ops.sigmoid(told), ops.sigmoid(log_odds)
        of_faces = ops.where(target > FACE_FROM, target, 0.0)
        heat = ops.sum(ops.abs(target - p) ** FOCUS * (ops.softplus(log_odds) - target * log_odds))
        box = ops.sum(of_faces * (1 - generalized_iou(boxes, told_boxes)))
        from_teacher = (heat + BOX_WEIGHT * box) / ops.maximum(ops.sum(of_faces), 1.0)
        return (1 - TEACHER_SHARE) * super().call(y_true, student) + TEACHER_SHARE * from_teacher
