import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from edge.errors import UserError
from training.common.distillation import Teacher, read_teacher


def network(name="network", inputs=4, outputs=("p_unmasked", "p_clear")):
    inputs = keras.Input((inputs,))
    x = layers.Dropout(0.5)(layers.BatchNormalization()(inputs))
    return keras.Model(inputs, {output: layers.Dense(1, "sigmoid", name=output)(x) for output in outputs}, name=name)


def list_network():
    inputs = keras.Input((4,))
    return keras.Model(inputs, [layers.Dense(1)(inputs), layers.Dense(1)(inputs)])


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(lambda: network(outputs=("p_unmasked",)), id="another answer"),
        pytest.param(lambda: network(inputs=5), id="another picture"),
        pytest.param(list_network, id="answers without names"),
    ],
)
def test_a_network_that_cannot_teach_is_refused_in_a_sentence(tmp_path, other):
    other().save(tmp_path / "model.keras")
    with pytest.raises(UserError, match="cannot teach student: it reads other pictures or answers something else"):
        read_teacher(tmp_path / "model.keras", network("student"))


def test_a_teacher_answers_as_it_does_outside_training():
    teacher, pictures = network(), np.random.default_rng(1).random((8, 4), np.float32)
    answers = Teacher(teacher)(pictures, training=True)
    assert np.array(answers["p_clear"]) == pytest.approx(np.array(teacher(pictures, training=False)["p_clear"]))


def test_no_gradient_goes_through_a_teacher():
    pictures = tf.constant(np.random.default_rng(1).random((8, 4), np.float32))
    with tf.GradientTape() as tape:
        tape.watch(pictures)
        answer = Teacher(network())(pictures)["p_clear"]
    assert tape.gradient(answer, pictures) is None


def test_a_model_with_a_teacher_in_it_has_none_of_its_weights_to_train():
    inputs = keras.Input((4,))
    assert keras.Model(inputs, Teacher(network())(inputs)).trainable_variables == []
