"""A larger network that teaches a small one (Hinton et al., 2015, "Distilling the Knowledge in a Neural Network")."""

from pathlib import Path
from typing import Any

import keras
from keras import layers, ops

from edge.errors import UserError
from training.common.names import printable
from training.common.normalization import without_normalization
from training.common.saved_network import load_network


def read_teacher(path: Path, network: keras.Model) -> keras.Model:
    """The saved network that is to teach another one.

    Raises:
        UserError: The file is damaged, or its network reads or answers something else.
    """
    teacher = load_network(path)
    answers = set(teacher.output) if isinstance(teacher.output, dict) else set()
    if teacher.input_shape != network.input_shape or answers != set(network.output):
        raise UserError(
            f"The network of {printable(path)} cannot teach {network.name}: it reads other pictures or answers "
            "something else",
            "name a run of the same command after --teacher, fitted to pictures of the same size",
        )
    return teacher


class Teacher(layers.Layer):
    """A network as it answers outside training: Keras would train one that is called within another."""

    def __init__(self, network: keras.Model) -> None:
        """Take the network, whose weights stay as they are."""
        super().__init__()
        self.network = without_normalization(network)
        self.network.trainable = False

    def call(self, pictures: Any) -> dict[str, Any]:
        """The network's dictionary of answers, without gradients: the backward pass would take most of the time."""
        return {name: ops.stop_gradient(x) for name, x in self.network(pictures, training=False).items()}
