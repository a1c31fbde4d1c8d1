from dataclasses import replace

import numpy as np
import pytest

from edge.errors import UserError
from edge.vision.classifier import Classifier
from edge.vision.face import Face
from edge.vision.golden import answers_as_golden, golden_pictures, make_golden
from edge.vision.interpreter import Int8Network, dequantize, quantize_pixels
from edge.vision.model_file import read_model_file
from edge.vision.preprocessing import crop_face


@pytest.fixture(scope="module")
def model(shipped_model):
    return read_model_file(shipped_model)


@pytest.fixture(scope="module")
def network(model):
    return Int8Network(model)


def test_the_shipped_network_answers_here_as_where_it_was_exported(network, model):
    assert answers_as_golden(network)


def test_another_seed_has_another_golden_answer(network, model):
    assert make_golden(network, seed=2).outputs_sha256 != model.golden.outputs_sha256


def test_golden_pictures_are_the_same_for_ever():
    assert golden_pictures(1, 2, (32, 48))[1, 20, 40].tolist() == [128, 73, 23]


def test_one_thread_and_two_give_the_same_bytes(model, network):
    assert make_golden(Int8Network(model, threads=2)) == make_golden(network)


def test_metadata_that_promises_other_tensors_is_refused(model):
    wrong = replace(model.metadata.inputs[0], scale=0.5)
    with pytest.raises(UserError, match="tensors differ from its metadata"):
        Int8Network(replace(model, metadata=replace(model.metadata, inputs=(wrong,))))


def test_a_network_that_the_runtime_cannot_read_is_refused(model):
    with pytest.raises(UserError, match="does not accept the model"):
        Int8Network(replace(model, tflite=b"TFL3" * 100))


def test_a_network_of_another_kind_is_no_classifier(network, model):
    other = Int8Network(replace(model, metadata=replace(model.metadata, kind="locator")))
    with pytest.raises(UserError, match="is a locator"):
        Classifier(other)


def test_each_face_gets_its_own_score(network):
    image = np.random.default_rng(1).integers(0, 256, (240, 320, 3), np.uint8)
    faces = [Face(10, 10, 90, 90), Face(150, 60, 260, 170)]
    together = Classifier(network).score(image, faces)
    assert together.tolist() == [Classifier(network).score(image, [face])[0].tolist() for face in faces]


def test_a_network_reads_a_face_as_widely_as_it_was_trained(model, network):
    image = np.random.default_rng(1).integers(0, 256, (240, 320, 3), np.uint8)
    face = Face(100, 60, 200, 170)
    widened = Int8Network(replace(model, metadata=replace(model.metadata, crop_widening=1.7)))
    said = Classifier(widened).score(image, [face])
    assert said.tolist() == Classifier(network).score_crops([crop_face(image, face, 1.7)]).tolist()
    assert said.tolist() != Classifier(network).score(image, [face]).tolist()


def test_a_score_is_the_calibrated_answer(network):
    crop = np.random.default_rng(2).integers(0, 256, (*network.input_size, 3), np.uint8)
    answer, metadata = network.run(crop), network.metadata
    calibrations = {"not_compliant": metadata.calibration, "clear": metadata.clear_calibration}
    expected = {
        label: calibrations[label].apply(dequantize(answer[spec.name], spec)).item()
        for label, spec in zip(metadata.labels, metadata.outputs, strict=True)
    }
    said = Classifier(network).score_crops([crop])[0]
    assert said.tolist() == pytest.approx([expected["not_compliant"], expected["clear"]])


def test_no_faces_have_no_scores(network, gray_frame):
    assert Classifier(network).score(gray_frame, []).shape == (0, 2)


def test_a_network_that_does_not_say_how_clear_a_face_is_takes_each_to_be_clear(shipped_model, gray_frame):
    older = Int8Network(read_model_file(shipped_model.with_name("seed_cnn.tflite")))
    assert older.metadata.labels == ("not_compliant",)
    assert Classifier(older).score(gray_frame, [Face(10, 10, 90, 90)])[0, 1] == 1.0


def test_a_classifier_that_lacks_its_output_is_refused(model):
    other = Int8Network(replace(model, metadata=replace(model.metadata, labels=("cats", "dogs"))))
    with pytest.raises(UserError, match="has no output not_compliant"):
        Classifier(other)


def test_the_quantized_pixel_is_the_byte_less_128():
    pixels = np.arange(256, dtype=np.uint8)
    assert (quantize_pixels(pixels) == np.arange(-128, 128)).all()
