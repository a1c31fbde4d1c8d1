from pathlib import Path

import keras
import numpy as np
import pytest

from training.classifier.fit import begin_with
from training.classifier.networks import CLASSIFIERS, CLEAR, NOT_COMPLIANT
from training.classifier.pipeline import predict
from training.classifier.settings import ClassifierFitSettings
from training.common.runs import RunFiles
from training.locator.network import LOCATORS
from training.locator.settings import LocatorFitSettings

WEIGHTS = Path(__file__).parents[2] / "training" / "weights"


def test_a_fit_of_a_locator_can_begin_with_the_shipped_weights():
    files = RunFiles(WEIGHTS / "face_cnn")
    assert files.read_settings(LocatorFitSettings).network == "face_cnn"
    fresh = LOCATORS["face_cnn"]()
    before = [weights.copy() for weights in fresh.get_weights()]
    fresh.load_weights(files.network)
    assert any((a != b).any() for a, b in zip(before, fresh.get_weights(), strict=True))


def test_a_fit_of_a_classifier_can_begin_with_the_shipped_weights():
    files = RunFiles(WEIGHTS / "door_cnn")
    assert files.read_settings(ClassifierFitSettings).network == "door_cnn"
    fresh = CLASSIFIERS["door_cnn"]()
    begin_with(fresh, files.network)
    crops = np.random.default_rng(1).integers(0, 256, (3, 128, 128, 3), np.uint8)
    shipped = keras.models.load_model(files.network, compile=False)
    assert predict(fresh, crops)[:, 0] == pytest.approx(predict(shipped, crops)[:, 0])


def test_a_fit_can_begin_with_a_network_that_does_not_say_how_clear_a_face_is(tmp_path):
    whole, fresh = (CLASSIFIERS["door_cnn"]() for _ in range(2))
    keras.Model(whole.inputs, whole.output[NOT_COMPLIANT]).save(tmp_path / "model.keras")
    at_random = fresh.get_layer(CLEAR).get_weights()
    begin_with(fresh, tmp_path / "model.keras")
    assert (fresh.get_layer(NOT_COMPLIANT).get_weights()[0] == whole.get_layer(NOT_COMPLIANT).get_weights()[0]).all()
    assert (fresh.get_layer(CLEAR).get_weights()[0] == at_random[0]).all()


def test_the_record_of_shipped_weights_names_no_folder_of_their_maker():
    for record in WEIGHTS.rglob("settings.json"):
        assert "/" not in record.read_text()
