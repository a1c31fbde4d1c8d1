import numpy as np
from ai_edge_litert.interpreter import Interpreter

from edge.vision.interpreter import dequantize, quantize_pixels, tensor_specs
from export.quantize.classifier_run import calibration_crops
from export.quantize.convert import to_int8
from training.classifier.datasets import Photo


def test_the_same_network_gives_the_same_bytes(small_network, small_tflite, crops):
    assert to_int8(small_network, crops) == small_tflite


def test_int8_answers_as_float_to_within_two_steps(small_network, small_tflite, crops):
    interpreter = Interpreter(model_content=small_tflite)
    interpreter.allocate_tensors()
    (output,) = tensor_specs(interpreter)[1]
    for crop in crops[:5]:
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], quantize_pixels(crop)[np.newaxis])
        interpreter.invoke()
        p_int8 = dequantize(interpreter.get_tensor(interpreter.get_output_details()[0]["index"]), output)
        p_float = np.asarray(small_network(crop[np.newaxis] / np.float32(255)))
        assert abs(p_int8 - p_float).max() <= 2 / 256


def test_the_output_has_its_layers_name(small_tflite):
    interpreter = Interpreter(model_content=small_tflite)
    interpreter.allocate_tensors()
    assert [spec.name for specs in tensor_specs(interpreter) for spec in specs] == ["image", "p_unmasked"]


def test_calibration_begins_with_the_extremes_and_balances_the_classes(drawn_faces):
    folder = drawn_faces
    photos = [
        Photo(path=path, label=path.parent.name, split="train", sha256="")
        for path in sorted(folder.glob("*/*.png"))
        if path.parent.name == "with_mask" or path.stem.endswith(("0", "1"))
    ]
    crops = calibration_crops(photos, 1.2, 8)
    assert (crops[0] == 0).all()
    assert (crops[1] == 255).all()
    assert len(crops) == 2 + 4 + 4
