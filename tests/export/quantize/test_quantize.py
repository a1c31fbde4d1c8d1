import csv
import io
import json
import shutil
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path

import keras
import pytest

from edge.cli import main as maskwatch
from edge.errors import UserError
from edge.runtime.pipeline import load_classifier
from edge.settings.schema import ModelSettings
from edge.vision.golden import answers_as_golden
from edge.vision.model_file import read_model_file
from export.cli import main
from export.quantize.quantize import quantize
from export.quantize.runs import read_run
from training.classifier.dataset_reader import read_dataset

REPOSITORY = Path(__file__).parent.parent.parent.parent


def save_run(folder, network, dataset):
    """What `maskwatch-train classifier` leaves behind."""
    network.save(folder / "model.keras")
    dataset.save_split(folder / "split.csv")
    metrics = {
        "network": network.name,
        "training_set_digest": dataset.digest,
        "temperature": 1.5,
        "threshold": 0.4,
    }
    (folder / "metrics.json").write_text(json.dumps(metrics))
    (folder / "settings.json").write_text(json.dumps({"network": network.name, "crop_widening": 1.3}))
    return folder


@pytest.fixture(scope="module")
def run(tmp_path_factory, drawn_faces):
    network = keras.models.load_model(REPOSITORY / "training/weights/door_cnn/model.keras", compile=False)
    return save_run(tmp_path_factory.mktemp("run"), network, read_dataset(drawn_faces))


@pytest.fixture(scope="module")
def shown(run):
    """What the command showed when it exported the run's network: once, for that takes seconds."""
    with redirect_stdout(io.StringIO()) as shown:
        assert main(["quantize", str(run), "--images", "10"]) == 0
    return shown.getvalue()


@pytest.fixture(scope="module")
def exported(run, shown):
    return run / "door_cnn.tflite"


@pytest.fixture
def untrained_run(tmp_path, drawn_faces):
    """A run whose network gives everything the same probability."""
    image = keras.Input((128, 128, 3), name="image")
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.Conv2D(4, 3, strides=4, padding="same")(image))
    p = keras.layers.Dense(1, activation="sigmoid", kernel_initializer="zeros", name="p_unmasked")(x)
    (tmp_path / "untrained").mkdir()
    return save_run(tmp_path / "untrained", keras.Model(image, p, name="untrained"), read_dataset(drawn_faces))


def test_the_device_runs_what_was_exported(exported, drawn_faces, capsys):
    config = exported.parent / "maskwatch.toml"
    config.write_text(f'[model]\nclassifier = "{exported}"\n[locator]\nkind = "centre"\n')
    assert maskwatch(["run", "--source", str(drawn_faces / "with_mask"), "--config", str(config)]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[0])["golden"]


def test_the_file_holds_the_figures_of_the_run(exported, drawn_faces):
    metadata = read_model_file(exported).metadata
    assert metadata.network == "door_cnn"
    assert metadata.threshold == 0.4
    assert metadata.calibration.temperature == 1.5
    assert metadata.crop_widening == 1.3
    assert metadata.training_set_digest == read_dataset(drawn_faces).digest
    assert set(metadata.scores) == {"val", "test"}


def test_the_file_answers_as_its_golden_outputs_say(exported):
    classifier, _ = load_classifier(ModelSettings(classifier=str(exported)))
    assert answers_as_golden(classifier.network)


def test_a_model_file_is_not_overwritten_unless_forced(run, exported, capsys):
    command = ["quantize", str(run), "--images", "10"]
    before = exported.read_bytes()
    assert main(command) == 2
    assert "with --force" in capsys.readouterr().err
    assert main([*command, "--force"]) == 0
    assert exported.read_bytes() == before  # the same run gives the same bytes


@pytest.mark.parametrize("name", ["model.keras", "metrics.json", "split.csv"])
def test_what_training_left_is_never_written_over(run, name, capsys):
    before = (run / name).read_bytes()
    assert main(["quantize", str(run), "--images", "10", "--out", str(run / name), "--force"]) == 2
    assert "is read by this command and would be lost" in capsys.readouterr().err
    assert (run / name).read_bytes() == before


def test_both_scores_the_agreement_and_the_disagreements_are_shown(shown):
    for part in ("float", "int8", "decisions that agree", "Worst disagreements"):
        assert part in shown


def test_a_network_that_loses_too_much_is_refused(run):
    with pytest.raises(UserError, match="points on the validation split"):
        quantize(read_run(run), images=10, max_drop=-101)


@pytest.mark.parametrize(
    ("option", "value", "wanted"),
    [
        ("--images", "0", "a whole number above zero"),
        ("--images", "-3", "a whole number above zero"),
        ("--max-drop", "nan", "a number from 0.0 to 100.0"),
        ("--max-drop", "-1", "a number from 0.0 to 100.0"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(capsys, option, value, wanted):
    with pytest.raises(SystemExit, match="2"):
        main(["quantize", "run", option, value])
    assert f"argument {option}: must be {wanted}, not {value}" in capsys.readouterr().err


def test_a_threshold_replaces_the_fits_choice(run, tmp_path):
    out = tmp_path / "model.tflite"
    assert main(["quantize", str(run), "--images", "10", "--threshold", "0.25", "--out", str(out)]) == 0
    assert read_model_file(out).metadata.threshold == 0.25


@pytest.mark.parametrize("threshold", ["0", "1.5", "nan"])
def test_an_impossible_threshold_is_refused(run, tmp_path, capsys, threshold):
    out = tmp_path / "model.tflite"
    assert main(["quantize", str(run), "--images", "10", "--threshold", threshold, "--out", str(out)]) == 2
    assert "is out of bounds: give 0.001 to 0.999" in capsys.readouterr().err
    assert not out.exists()


def test_a_network_that_has_learned_nothing_is_refused_and_nothing_is_written(untrained_run, tmp_path, capsys):
    out = tmp_path / "model.tflite"
    assert main(["quantize", str(untrained_run), "--images", "10", "--out", str(out)]) == 2
    assert "This network tells no mask from a bare face on the validation split: train it" in capsys.readouterr().err
    assert not out.exists()


def test_a_place_that_cannot_be_written_leaves_nothing_behind(run, tmp_path, capsys):
    assert main(["quantize", str(run), "--images", "10", "--out", str(tmp_path / "none" / "model.tflite")]) == 2
    assert "There is no folder" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [["quantize", "none"], ["inspect", "none"]])
def test_nothing_there_is_said_in_a_sentence(arguments, capsys):
    assert main(arguments) == 2
    assert capsys.readouterr().err.startswith("maskwatch-export: ")


def test_a_run_whose_pictures_are_gone_is_refused(run, tmp_path, capsys):
    for name in ("model.keras", "metrics.json", "settings.json"):
        (tmp_path / name).write_bytes((run / name).read_bytes())
    rows = list(csv.DictReader((run / "split.csv").open()))
    rows[0]["path"] = "gone.png"
    with (tmp_path / "split.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    assert main(["quantize", str(tmp_path)]) == 2
    assert "gone.png is gone" in capsys.readouterr().err


def test_inspect_shows_what_is_inside(shipped_model, capsys):
    assert main(["inspect", str(shipped_model)]) == 0
    shown = capsys.readouterr().out
    for part in ("CONV_2D", "1x128x128x3 int8", "multiply-adds", "threshold", "Golden outputs equal"):
        assert part in shown


def test_inspect_outlives_a_network_at_which_the_runtime_crashes(shipped_model, capsys, monkeypatch):
    monkeypatch.setattr("edge.vision.trial.CHILD", "import os; os.abort()")
    assert main(["inspect", str(shipped_model)]) == 2
    assert "crashes at it (SIGABRT)" in capsys.readouterr().err


def test_without_tensorflow_quantize_says_what_installs_it(tmp_path):
    code = (
        "import sys; sys.modules['tensorflow'] = sys.modules['keras'] = None; from export.cli import main; "
        f"sys.exit(main(['quantize', {str(tmp_path)!r}]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=REPOSITORY)
    assert done.returncode == 2
    assert "which this line of the README installs: python3 -m venv" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("content", ["{", "[]", '{"kind": "x"}', "{}", "[" * 100_000])
def test_damaged_metrics_are_refused_in_a_sentence(run, tmp_path, content):
    folder = Path(shutil.copytree(run, tmp_path / "run"))
    (folder / "metrics.json").write_text(content)
    with pytest.raises(UserError, match=r"metrics\.json is damaged"):
        read_run(folder)


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\3\4"])
def test_a_damaged_network_is_refused_in_a_sentence(run, tmp_path, content):
    folder = Path(shutil.copytree(run, tmp_path / "run"))
    (folder / "model.keras").write_bytes(content)
    with pytest.raises(UserError, match="no network that Keras can load"):
        read_run(folder).load()
