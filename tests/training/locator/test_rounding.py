import keras
import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from keras import layers

from edge.vision.interpreter import open_interpreter
from export.quantize.convert import to_int8
from training.locator.rounding import as_int8


def convolution():
    network = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(4, 3)])
    network.set_weights([np.random.default_rng(1).normal(size=(3, 3, 3, 4)), np.arange(4.0)])
    return network


def depthwise():
    network = keras.Sequential([keras.Input((8, 8, 3)), layers.DepthwiseConv2D(3)])
    network.set_weights([np.random.default_rng(1).normal(size=(3, 3, 3, 1)), np.arange(3.0)])
    return network


def answers_to_single_pixels(network):
    """The kernel as the network uses it: what it answers to one pixel of one channel at a time, (27, outputs)."""
    pixels = np.eye(192, dtype=np.float32).reshape(-1, 8, 8, 3)
    return (np.array(network(pixels)) - np.array(network(0 * pixels)))[:, 3, 3]


@pytest.mark.parametrize("build", [convolution, depthwise])
def test_each_channels_kernel_is_in_whole_steps_of_its_own_scale(build):
    network = build()
    used, kept = answers_to_single_pixels(as_int8(network)), answers_to_single_pixels(network)
    steps = used / (np.abs(used).max(axis=0) / 127)
    assert np.allclose(steps, np.round(steps), atol=1e-3)
    assert not np.allclose(used, kept, atol=1e-5)
    assert np.allclose(used, kept, atol=np.abs(kept).max() / 127 / 2 + 1e-6)
    assert np.allclose(as_int8(network)(np.zeros((1, 8, 8, 3))), network(np.zeros((1, 8, 8, 3))))


def test_a_map_is_in_whole_steps_of_its_range():
    network = keras.Sequential([keras.Input((4,)), layers.ReLU(max_value=6.0)])
    answers = np.array(as_int8(network)(np.array([[-1.0, 0.01, 0.02, 9.0]], np.float32)))
    assert np.allclose(answers, [[0, 0, 6 / 255, 6]])


def test_the_terms_of_a_sum_are_in_whole_steps_of_their_ranges():
    inputs = keras.Input((3,)), keras.Input((3,))
    network = keras.Model(inputs, layers.Add()(inputs))
    fine, coarse = np.array([[0.0, 0.3, 1.0]], np.float32), np.array([[-155.0, 0.7, 100.0]], np.float32)
    summed = np.array(as_int8(network)([fine, coarse]))
    assert np.allclose(summed, [[-155.0, 0.3 + 1.0, 101.0]], atol=1 / 255)


def test_gradients_pass_as_if_nothing_were_rounded():
    network, picture = convolution(), tf.constant(np.random.default_rng(2).normal(size=(1, 8, 8, 3)), tf.float32)
    plain, rounded = (gradients_of(each, picture) for each in (network, as_int8(network)))
    for before, after in zip(plain, rounded, strict=True):
        assert np.allclose(before, after)


def gradients_of(network, picture):
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(network(picture))
    return tape.gradient(total, network.trainable_variables)


def test_the_copy_has_the_networks_own_weights_and_gives_them_back():
    network = convolution()
    rounded = as_int8(network)
    for before, after in zip(network.get_weights(), rounded.get_weights(), strict=True):
        assert np.array_equal(before, after)
    rounded.set_weights([weights + 1 for weights in rounded.get_weights()])
    assert not np.allclose(network.get_weights()[0], rounded.get_weights()[0])
    network.set_weights(rounded.get_weights())
    assert np.array_equal(network.get_weights()[0], rounded.get_weights()[0])


def test_it_errs_as_the_exported_network_does():
    image = keras.Input((8, 8, 3), name="image")
    network = keras.Model(image, layers.Conv2D(4, 3, use_bias=False, name="answer")(image))
    rng = np.random.default_rng(3)
    kernel = rng.normal(size=(3, 3, 3, 4))
    # One weight that never has anything to do makes all others coarse.
    kernel[1, 1, 2] = 50.0
    network.set_weights([kernel])
    pictures = rng.integers(0, 256, (20, 8, 8, 3), np.uint8)
    pictures[..., 2] = 0
    pixels = pictures.astype(np.float32) / 255
    plain, rounded = (np.array(each(pixels)) for each in (network, as_int8(network)))
    exported = answers_in_int8(to_int8(network, pictures), pixels)
    assert np.abs(exported - rounded).mean() < np.abs(exported - plain).mean() / 10


def answers_in_int8(tflite, pixels):
    network = open_interpreter(Interpreter, tflite, threads=1)
    (given,), (told,) = network.get_input_details(), network.get_output_details()
    answers = []
    for picture in pixels[:, None]:
        scale, zero = given["quantization"]
        network.set_tensor(given["index"], np.round(picture / scale + zero).clip(-128, 127).astype(np.int8))
        network.invoke()
        scale, zero = told["quantization"]
        answers.append(scale * (network.get_tensor(told["index"]).astype(float) - zero))
    return np.concatenate(answers)
