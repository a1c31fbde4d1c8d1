import io
import json
from contextlib import redirect_stdout

import keras
import numpy as np
import pytest

from edge.cli import main as maskwatch
from edge.errors import UserError
from edge.runtime.pipeline import make_locator
from edge.settings.schema import LocatorSettings, ModelSettings
from edge.vision.anchor_free import HEAT_SLOPE, encode_boxes, levels
from edge.vision.golden import answers_as_golden
from edge.vision.model_file import read_model_file
from export.cli import main
from export.quantize.audit import audit
from export.quantize.convert import to_int8
from export.quantize.graph import read_graph
from export.quantize.locator_run import calibration_scenes
from export.quantize.quantize import quantize
from export.quantize.runs import read_run
from training.locator.network import face_cnn, for_device
from training.locator.scene_reader import read_scenes
from training.locator.scores import MAX_FALSE_FACES

DISC_PX = 64
"""About the diameter of a drawn face in the network's input."""


def disc_finder():
    """A network that needs no training: the brighter the surroundings of a cell, the surer it is of a face there."""
    image = keras.Input((240, 320, 3), name="image")
    x = keras.layers.AveragePooling2D(16)(image)
    dark, bright = levels(0.05, HEAT_SLOPE), levels(0.9, HEAT_SLOPE)
    code = levels(encode_boxes(np.array([[0, 0, DISC_PX, DISC_PX]]), np.full((1, 2), DISC_PX / 2), 16)[0])
    heat, box = keras.layers.Conv2D(1, 3, padding="same"), keras.layers.Conv2D(4, 1)
    outputs = {"heat16": heat(x), "box16": box(x)}
    heat.set_weights([np.full((3, 3, 3, 1), (bright - dark) / 0.5 / 27), np.array([dark])])
    box.set_weights([np.zeros((1, 1, 3, 4)), code])
    return keras.Model(image, outputs, name="disc_finder")


def save_run(folder, network, scenes, threshold=0.3):
    """What `maskwatch-train locator` leaves behind."""
    folder.mkdir(exist_ok=True)
    network.save(folder / "model.keras")
    scenes.save_split(folder / "split.csv")
    metrics = {"kind": "locator", "network": network.name, "threshold": threshold, "training_set_digest": scenes.digest}
    (folder / "metrics.json").write_text(json.dumps(metrics))
    return folder


@pytest.fixture(scope="module")
def scenes(tmp_path_factory, draw_scenes):
    folder = tmp_path_factory.mktemp("scenes")
    for i, (split, count) in enumerate((("train", 24), ("val", 12), ("test", 12))):
        draw_scenes(folder, split, count, first=100 * i)
    return read_scenes(folder)


@pytest.fixture(scope="module")
def run(tmp_path_factory, scenes):
    return save_run(tmp_path_factory.mktemp("run"), disc_finder(), scenes)


@pytest.fixture(scope="module")
def shown(run):
    """What the command showed when it exported the run's network."""
    with redirect_stdout(io.StringIO()) as shown:
        assert main(["quantize", str(run), "--images", "4", "--max-drop", "20"]) == 0
    return shown.getvalue()


@pytest.fixture(scope="module")
def exported(run, shown):
    return run / "disc_finder.tflite"


def test_the_file_holds_the_figures_of_the_run(exported, scenes):
    metadata = read_model_file(exported).metadata
    assert (metadata.kind, metadata.network, metadata.labels) == ("locator", "disc_finder", ("face",))
    assert [spec.name for spec in metadata.outputs] == ["box16", "heat16"]
    assert metadata.training_set_digest == scenes.digest
    assert set(metadata.scores) == {"val", "test"}
    assert metadata.scores["val"]["recall"] > 0.5


def test_the_threshold_is_chosen_for_the_int8_network(exported):
    metadata = read_model_file(exported).metadata
    assert metadata.threshold != 0.3  # which is what the run says
    assert metadata.scores["val"]["false_faces_an_image"] <= MAX_FALSE_FACES


def test_the_device_finds_faces_with_what_was_exported(exported, scenes):
    locator = make_locator(LocatorSettings(min_score=0.5), ModelSettings(locator=str(exported)))
    assert answers_as_golden(locator.network)
    scene = scenes.split("test")[0]
    x, y = (scene.boxes[0, :2] + scene.boxes[0, 2:]) / 2
    assert any(np.hypot(face.center[0] - x, face.center[1] - y) < 10 for face in locator.locate(scene.read()))


def test_a_run_says_that_both_networks_answer_as_they_should(exported, scenes, tmp_path, capsys):
    config = tmp_path / "maskwatch.toml"
    config.write_text(f'[model]\nlocator = "{exported}"\n')
    assert maskwatch(["run", "--source", str(scenes.split("test")[0].path), "--config", str(config)]) == 0
    started = json.loads(capsys.readouterr().out.splitlines()[0])
    assert started["locator"] == "disc_finder"
    assert started["golden"]
    assert started["locator_golden"]


def test_float_and_int8_are_shown_side_by_side(shown):
    for part in ("recall", "small recall", "false faces an image", "decides from", "decisions that agree"):
        assert part in shown


def test_one_that_loses_too_much_is_refused(run):
    with pytest.raises(UserError, match="points on the validation split"):
        quantize(read_run(run), images=4, max_drop=-101)


def test_a_lower_threshold_shows_more_faces(run, tmp_path):
    recalls = []
    for threshold in ("0.999", "0.05"):
        out = tmp_path / f"{threshold}.tflite"
        assert main(["quantize", str(run), "--images", "4", "--threshold", threshold, "--out", str(out)]) == 0
        metadata = read_model_file(out).metadata
        assert metadata.threshold == float(threshold)
        recalls.append(metadata.scores["val"]["recall"])
    assert recalls[0] < recalls[1]


@pytest.mark.slow
def test_the_network_that_is_trained_passes_the_audit(scenes):
    keras.utils.set_random_seed(1)
    tflite = to_int8(for_device(face_cnn()), calibration_scenes(scenes.split("train"), 4))
    assert audit(read_graph(tflite)) == []


def test_inspect_shows_what_is_inside_a_locator(shipped_locator, capsys):
    assert main(["inspect", str(shipped_locator)]) == 0
    shown = capsys.readouterr().out
    for part in ("locator", "heat8", "box32", "1x30x40x4 int8", "RESIZE_BILINEAR", "Golden outputs equal"):
        assert part in shown


def test_one_that_finds_nothing_is_refused_and_nothing_is_written(scenes, tmp_path, capsys):
    network = disc_finder()
    for layer in network.layers:
        if layer.name.startswith("conv2d") and layer.kernel.shape[:2] == (3, 3):
            layer.set_weights([np.zeros((3, 3, 3, 1)), np.full(1, -20.0)])
    run = save_run(tmp_path / "run", network, scenes, threshold=1.0)
    assert main(["quantize", str(run), "--images", "4"]) == 2
    assert "This network finds no face on the validation split: train it longer" in capsys.readouterr().err
    assert not list(run.glob("*.tflite"))


def test_calibration_begins_with_the_extremes(scenes):
    pictures = calibration_scenes(scenes.split("train"), 3)
    assert pictures.shape == (5, 240, 320, 3)
    assert (pictures[0] == 0).all()
    assert (pictures[1] == 255).all()


def test_a_run_that_does_not_say_where_the_faces_are_is_told_how_to(run, tmp_path, capsys):
    for name in ("model.keras", "metrics.json"):
        (tmp_path / name).write_bytes((run / name).read_bytes())
    (tmp_path / "split.csv").write_text("path,split,sha256,faces\n")
    assert main(["quantize", str(tmp_path)]) == 2
    assert "--resume" in capsys.readouterr().err


def test_a_run_whose_scenes_are_gone_is_refused(run, tmp_path, draw_scenes, capsys):
    for split in ("train", "val", "test"):
        draw_scenes(tmp_path / "scenes", split)
    folder = save_run(tmp_path / "run", disc_finder(), read_scenes(tmp_path / "scenes"))
    (tmp_path / "scenes" / "test" / "003.png").unlink()
    assert main(["quantize", str(folder)]) == 2
    assert "003.png is gone" in capsys.readouterr().err
