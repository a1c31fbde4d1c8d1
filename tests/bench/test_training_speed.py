import json
from pathlib import Path

import keras
import numpy as np
import pytest
from card import with_figures
from multiply_adds import multiply_adds
from timed_fits import timed_classifier, timed_locator
from training_speed import COMMITTED, PAGE, limit, speed_table, training_multiply_adds

from edge.settings.schema import ModelSettings
from training.classifier.networks import CLASSIFIERS
from training.common.saved_network import load_network
from training.locator.network import LOCATORS

SHIPPED = (ModelSettings().classifier, ModelSettings().locator)

WEIGHTS = Path(__file__).parents[2] / "training" / "weights"


@pytest.fixture(scope="module")
def committed():
    return json.loads(COMMITTED.read_text())


def test_the_page_shows_the_committed_speeds(committed):
    page = PAGE.read_text(encoding="utf-8")
    assert page == with_figures(page, [speed_table(committed).markdown()], by="training_speed.py")


@pytest.mark.parametrize(("name", "build"), [("door_cnn", CLASSIFIERS["door_cnn"]), ("face_cnn", LOCATORS["face_cnn"])])
def test_the_committed_speeds_are_those_of_todays_networks(committed, name, build):
    if committed["quick"]:
        pytest.skip("not run, because the committed speeds are a quick try")
    counted = committed["networks"][name]["multiply_adds"]
    assert counted == training_multiply_adds(build()), f"run tests/bench/training_speed.py --json {COMMITTED}"


def test_no_network_trains_faster_than_the_matrix_multiply_allows(committed):
    for name, of in committed["networks"].items():
        assert 0 < of["with_constants"] < limit(committed, name)


def test_a_step_multiplies_three_times_as_often_but_for_the_first_layer():
    image = keras.Input((8, 8, 3))
    x = keras.layers.Conv2D(4, 3, padding="same")(image)
    x = keras.layers.DepthwiseConv2D(3, strides=2, padding="same")(x)
    network = keras.Model(image, keras.layers.Dense(5)(keras.layers.Flatten()(x)))
    first, others = 64 * 27 * 4, 16 * 9 * 4 + 64 * 5
    assert training_multiply_adds(network) == 2 * first + 3 * others


@pytest.mark.parametrize(
    "model", [ModelSettings().classifier, ModelSettings().locator], ids=lambda path: Path(path).stem
)
def test_a_networks_multiply_adds_are_those_of_its_exported_file(model):
    network = load_network(WEIGHTS / Path(model).stem / "model.keras")
    first = next(layer for layer in network.layers if hasattr(layer, "kernel"))
    of_first = int(np.prod(first.kernel.shape) * np.prod(first.output.shape[1:-1]))
    assert (training_multiply_adds(network) + of_first) / 3 == multiply_adds(Path(model))


@pytest.mark.slow
@pytest.mark.parametrize("timed", [timed_classifier, timed_locator])
def test_either_fit_can_be_timed(timed, drawn_faces, draw_scenes, tmp_path):
    for split, count in (("train", 24), ("val", 2)):
        draw_scenes(tmp_path, split, count, first=len(split))
    fit = timed(drawn_faces if timed is timed_classifier else tmp_path, steps=4)
    assert fit.with_constants() > 0
    assert fit.with_pictures() > 0
    assert fit.pictures_alone() > 0
