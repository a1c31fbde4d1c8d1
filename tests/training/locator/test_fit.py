import io
import json
import os
import shutil
import signal
from pathlib import Path

import keras
import numpy as np
import pytest
from rich.console import Console

from edge.errors import UserError
from edge.vision.letterbox import LOCATOR_SIZE
from training.cli import main
from training.common.interruption import Interruption
from training.common.progress import EpochProgress
from training.common.runs import RunFiles, RunState
from training.locator.fit import fit
from training.locator.network import LOCATORS, STRIDES
from training.locator.pipeline import training_batches
from training.locator.scene_reader import read_scenes
from training.locator.session import train_locator
from training.locator.settings import LocatorFitSettings
from training.locator.targets import MAX_ROWS


def test_batches_are_pictures_in_zero_to_one_and_their_truth(drawn_scenes):
    scenes = read_scenes(drawn_scenes).split("train")
    pictures, truth = next(iter(training_batches(scenes, batch_size=3, size=(96, 128), seed=1)))
    assert pictures.shape == (3, 96, 128, 3)
    assert 0 <= np.min(pictures) <= np.max(pictures) <= 1
    assert truth.shape == (3, MAX_ROWS, 5)
    assert (np.array(truth)[..., 4] == 1).any()


@pytest.mark.parametrize(("height", "size"), [(240, (240, 320)), (176, (176, 224))])
def test_training_pictures_have_the_shape_of_the_devices(height, size):
    assert LocatorFitSettings(height=height).size == size


@pytest.fixture(scope="module")
def tiny_network():
    """A network that is compiled in a second, under the name `tiny`."""

    def build(size=LOCATOR_SIZE):
        image = keras.Input((*size, 3), name="image")
        outputs, x = {}, keras.layers.Conv2D(4, 3, strides=4, padding="same", activation="relu")(image)
        for stride in STRIDES:
            x = keras.layers.AveragePooling2D(2, padding="same")(x)
            for name, depth in (("heat", 1), ("box", 4)):
                outputs[f"{name}{stride}"] = keras.layers.Conv2D(depth, 1)(x)
        return keras.Model(image, outputs, name="tiny")

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(LOCATORS, "tiny", build)
        yield "tiny"


@pytest.fixture(scope="module")
def finished(drawn_scenes, tiny_network, tmp_path_factory):
    """A run of one epoch by the command."""
    folder = tmp_path_factory.mktemp("finished") / "run"
    command = ["locator", str(drawn_scenes), "--network", tiny_network, "--out", str(folder)]
    assert main([*command, "--epochs", "1", "--batch-size", "8", "--height", "80"]) == 0
    return RunFiles(folder)


def test_a_run_holds_what_is_needed_to_go_on_and_to_export(finished, tiny_network):
    files = finished
    assert files.network.is_file()
    assert files.state is RunState.FITTED
    settings = LocatorFitSettings(network=tiny_network, epochs=1, batch_size=8, height=80)
    assert files.read_settings(LocatorFitSettings) == settings
    metrics = json.loads(files.metrics.read_text())
    assert metrics["kind"] == "locator"
    assert 0 <= metrics["val"]["recall"] <= 1
    assert "The worst mistakes" in files.report.read_text()
    (row,) = files.read_history()
    assert row["epoch"] == 1


def test_an_interrupted_fit_goes_on_after_its_last_epoch(drawn_scenes, tmp_path, tiny_network, monkeypatch):
    files = RunFiles(tmp_path / "run")
    files.folder.mkdir()
    settings = LocatorFitSettings(network=tiny_network, epochs=2, batch_size=8, height=80)
    # A busy machine must not end the tests themselves.
    monkeypatch.setattr("training.common.interruption.SECONDS_TO_END", 600.0)
    with monkeypatch.context() as once:
        once.setattr(EpochProgress, "epoch_scored", lambda self, row: os.kill(os.getpid(), signal.SIGINT))
        assert not train_locator(read_scenes(drawn_scenes), settings, files)
    assert [row["epoch"] for row in files.read_history()] == [1]
    assert train_locator(read_scenes(drawn_scenes), settings, files)
    assert [row["epoch"] for row in files.read_history()] == [1, 2]


@pytest.mark.slow
def test_a_fit_may_begin_with_another_ones_network(drawn_scenes, tmp_path, tiny_network):
    keras.utils.set_random_seed(7)
    begun, files = RunFiles(tmp_path / "begun"), RunFiles(tmp_path / "run")
    for run in (begun, files):
        run.folder.mkdir()
    LOCATORS[tiny_network]().save(begun.network)
    settings = LocatorFitSettings(
        network=tiny_network, epochs=1, height=80, learning_rate=1e-9, start_from=str(begun.folder)
    )
    progress = EpochProgress(Console(file=io.StringIO()), batch_size=64)
    with Interruption() as interruption:
        fit(read_scenes(drawn_scenes), settings, files, progress, interruption)
    weights = [keras.models.load_model(run.network, compile=False).get_weights() for run in (begun, files)]
    assert all(a == pytest.approx(b, abs=1e-4) for a, b in zip(*weights, strict=True))


@pytest.mark.slow
def test_a_fit_with_the_rounding_of_int8_leaves_a_network_without_it(drawn_scenes, finished, tmp_path, tiny_network):
    begun, files = finished, RunFiles(tmp_path / "run")
    command = ["locator", str(drawn_scenes), "--network", tiny_network, "--out", str(files.folder)]
    command += ["--epochs", "1", "--batch-size", "8", "--height", "80"]
    assert main([*command, "--from", str(begun.folder), "--as-int8"]) == 0
    assert files.read_settings(LocatorFitSettings).as_int8
    networks = [keras.models.load_model(run.network, compile=False) for run in (begun, files)]
    kinds = [[type(layer) for layer in network.layers] for network in networks]
    assert kinds[0] == kinds[1]


def test_a_fit_learns_from_another_run_s_network_and_keeps_the_student_alone(
    drawn_scenes, finished, tmp_path, tiny_network
):
    files = RunFiles(tmp_path / "run")
    command = ["locator", str(drawn_scenes), "--network", tiny_network, "--out", str(files.folder)]
    command += ["--epochs", "1", "--batch-size", "8"]
    assert main([*command, "--teacher", str(finished.folder)]) == 0
    networks = [keras.models.load_model(run.network, compile=False) for run in (finished, files)]
    kinds = [[type(layer) for layer in network.layers] for network in networks]
    assert kinds[0] == kinds[1]


def test_a_teacher_for_pictures_of_another_size_is_refused(drawn_scenes, finished, tmp_path, tiny_network, capsys):
    command = ["locator", str(drawn_scenes), "--network", tiny_network, "--out", str(tmp_path / "run")]
    assert main([*command, "--epochs", "1", "--height", "80", "--teacher", str(finished.folder)]) == 2
    assert "cannot teach tiny" in capsys.readouterr().err
    # Another teacher may be named for the same folder.
    assert (RunFiles(tmp_path / "run").state, RunFiles(tmp_path / "run").in_the_way) == (RunState.NONE, None)


def test_an_unknown_network_is_refused(drawn_scenes, tmp_path):
    with pytest.raises(UserError, match="choose one of face_cnn"):
        train_locator(read_scenes(drawn_scenes), LocatorFitSettings(network="other"), RunFiles(tmp_path))


def test_the_command_fits_a_locator_and_goes_on(drawn_scenes, finished, tmp_path, tiny_network, capsys):
    folder = Path(shutil.copytree(finished.folder, tmp_path / "run"))
    command = ["locator", str(drawn_scenes), "--network", tiny_network, "--out", str(folder)]
    assert main(command) == 2
    assert "add --resume" in capsys.readouterr().err
    assert main([*command, "--resume"]) == 0
    assert "of the faces found" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "what"), [(("with_mask", "without_mask"), "labels"), ((",with_mask", ".5,with_mask"), "boxes")]
)
def test_a_run_does_not_go_on_with_other_annotations(
    scenes_folder, finished, tmp_path, tiny_network, change, what, capsys
):
    files = RunFiles(Path(shutil.copytree(finished.folder, tmp_path / "run")))
    before, table = files.split.read_bytes(), scenes_folder / "train.csv"
    table.write_text(table.read_text().replace(*change, 1))
    command = ["locator", str(scenes_folder), "--network", tiny_network, "--out", str(files.folder)]
    assert main([*command, "--resume"]) == 2
    assert f"was begun with other {what} of " in capsys.readouterr().err
    assert files.split.read_bytes() == before
    assert sorted(path.name for path in files.folder.iterdir()) == sorted(p.name for p in finished.folder.iterdir())


def test_scenes_that_are_not_there_are_refused_in_a_sentence(tmp_path, capsys):
    assert main(["locator", str(tmp_path / "none"), "--out", str(tmp_path / "run")]) == 2
    assert capsys.readouterr().err.startswith("maskwatch-train: There is no folder")
