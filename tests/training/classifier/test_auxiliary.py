import keras
import numpy as np
import pytest

from training.classifier.auxiliary import MOUTH_BARE, with_mouth_output
from training.classifier.distillation import beside_teacher
from training.classifier.networks import CLEAR, NOT_COMPLIANT, door_cnn

PICTURES = np.random.default_rng(1).random((4, 128, 128, 3), np.float32)


def answers(network):
    return {name: keras.ops.convert_to_numpy(answer) for name, answer in network(PICTURES).items()}


@pytest.fixture
def network():
    return door_cnn()


def test_the_networks_own_answers_stay_what_they_were(network):
    own, more = answers(network), answers(with_mouth_output(network))
    assert more.keys() == {NOT_COMPLIANT, CLEAR, MOUTH_BARE}
    assert all(more[name] == pytest.approx(own[name]) for name in own)


def test_to_learn_of_the_mouth_changes_what_the_network_itself_looks_for(network):
    before = keras.ops.convert_to_numpy(network.trainable_weights[0]).copy()
    trained = with_mouth_output(network)
    trained.compile(keras.optimizers.Adam(0.01), {MOUTH_BARE: "binary_crossentropy"})
    trained.fit(PICTURES, {MOUTH_BARE: np.array([[0.0], [1.0], [0.0], [1.0]])}, verbose=0)
    assert (keras.ops.convert_to_numpy(network.trainable_weights[0]) != before).any()
    assert network.output.keys() == {NOT_COMPLIANT, CLEAR}


def test_a_teacher_says_nothing_of_the_mouth(network):
    more = answers(with_mouth_output(beside_teacher(network, door_cnn())))
    assert {name: answer.shape for name, answer in more.items()} == {
        NOT_COMPLIANT: (4, 2),
        CLEAR: (4, 2),
        MOUTH_BARE: (4, 1),
    }
