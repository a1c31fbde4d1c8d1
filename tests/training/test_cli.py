import io
import json
import shutil
from pathlib import Path

import keras
import numpy as np
import pytest
from rich.console import Console

from training.classifier.dataset_reader import read_dataset
from training.classifier.fit import fit
from training.classifier.settings import ClassifierFitSettings
from training.cli import main
from training.common.interruption import Interruption
from training.common.progress import EpochProgress
from training.common.runs import RunFiles, RunState

REPOSITORY = Path(__file__).parents[2]

TWO_EPOCHS = ("--batch-size", "16", "--epochs", "2")


@pytest.fixture(scope="module")
def twins(start_python, classifier_command, tmp_path_factory):
    """Two runs of the same settings in one fresh process, `--deterministic`, on one thread."""
    folder = tmp_path_factory.mktemp("twins")
    runs = [folder / "one", folder / "two"]
    options = (*TWO_EPOCHS, "--deterministic", "--threads", 1, "--seed", 7)
    calls = [classifier_command(run, *options) for run in runs]
    process = start_python("-c", f"from training.cli import main; print([main(call) for call in {calls!r}])")
    out, err = process.communicate(timeout=900)
    assert out.endswith("[0, 0]\n"), err
    assert "Traceback" not in err
    return [RunFiles(run) for run in runs]


@pytest.fixture
def finished(twins, tmp_path):
    """A finished run of its own for the test."""
    return RunFiles(Path(shutil.copytree(twins[0].folder, tmp_path / "run")))


def test_a_run_leaves_model_settings_metrics_and_report(twins):
    run = twins[0]
    assert keras.models.load_model(run.network, compile=False).name == "seed_cnn"
    history = run.read_history()
    assert [row["epoch"] for row in history] == [1, 2]
    assert all(row["seconds"] > 0 for row in history)
    assert run.state is RunState.FITTED
    record = json.loads(run.settings.read_text())
    assert (record["seed"], record["threads"], record["threads_used"]) == (7, 1, 1)
    assert {"tensorflow", "keras", "numpy"} <= record.keys()
    assert len(run.predictions.read_text().splitlines()) > 1


def test_metrics_hold_what_export_reads(twins):
    metrics = json.loads(twins[0].metrics.read_text())
    assert metrics["network"] == "seed_cnn"
    assert metrics["training_set_digest"] == twins[0].read_digest()
    assert metrics["temperature"] > 0
    assert 0 < metrics["threshold"] < 1
    assert metrics["epochs_done"] == 2
    assert metrics["skipped"] == {}
    for split in ("val", "test"):
        assert metrics[split]["images"] == sum(metrics["images"][split].values())


def test_the_report_carries_everything_itself(twins):
    page = twins[0].report.read_text()
    assert page.count("data:image/png;base64,") >= 2
    assert 'src="http' not in page
    assert "href=" not in page
    for words in ("How the training went", "By source", "By size of the face", "worst mistakes", "Not used"):
        assert words in page


def test_deterministic_gives_the_same_weights_twice(twins):
    one, two = (keras.models.load_model(run.network, compile=False).get_weights() for run in twins)
    assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))
    one, two = ([row | {"seconds": 0} for row in run.read_history()] for run in twins)
    assert one == two


def test_resuming_a_finished_run_writes_metrics_and_report_again(classifier_command, finished, capsys):
    before = json.loads(finished.metrics.read_text())
    history = finished.history.read_text()
    finished.metrics.unlink()
    finished.report.unlink()
    assert main(classifier_command(finished.folder, "--resume")) == 0
    after = json.loads(finished.metrics.read_text())
    assert after.keys() == before.keys()
    assert after["threshold"] == pytest.approx(before["threshold"], abs=1e-3)
    assert "<small>" not in capsys.readouterr().out
    assert finished.report.is_file()
    assert finished.history.read_text() == history


def test_a_backend_that_cannot_split_batches_over_devices_is_refused(refusal, classifier_command, tmp_path):
    sentence = refusal(classifier_command(tmp_path / "run", *TWO_EPOCHS, "--distribute"))
    assert "--distribute needs Keras's JAX backend, and this is tensorflow" in sentence


def test_scoring_alone_needs_a_network(refusal, classifier_command, tmp_path):
    arguments = classifier_command(tmp_path / "run", "--score-only")
    assert "holds no network to score yet" in refusal(arguments)


def test_a_label_pair_of_an_unknown_class_is_refused(refusal, classifier_command, tmp_path):
    arguments = classifier_command(tmp_path / "run", "--labels", "a=b")
    assert "--labels a=b is not THEIRS=OURS" in refusal(arguments)


def test_no_data_folder(refusal, classifier_command, tmp_path):
    arguments = classifier_command(tmp_path / "run", data=tmp_path / "none")
    assert "There is no folder" in refusal(arguments)


def test_bad_data_is_answered_before_tensorflow_is_imported(start_python, classifier_command, tmp_path):
    call = classifier_command(tmp_path / "run", data=tmp_path)
    code = f"import sys; from training.cli import main; print(main({call!r}), 'tensorflow' in sys.modules)"
    out, err = start_python("-c", code).communicate(timeout=300)
    assert out == "2 False\n"
    assert "has no with_mask/" in err


def test_an_unknown_network(refusal, classifier_command, tmp_path):
    arguments = classifier_command(tmp_path / "run", network="big_cnn")
    assert (
        "There is no network big_cnn: choose one of seed_cnn, seed_cnn_average, door_cnn, efficientnet_lite0."
        in refusal(arguments)
    )


@pytest.mark.parametrize("name", ["report.html", "split.csv", "checkpoint/mine.txt"])
def test_a_file_of_something_else_is_not_overwritten(refusal, classifier_command, tmp_path, name):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("mine")
    sentence = refusal(classifier_command(tmp_path, *TWO_EPOCHS))
    assert f"{name.split('/')[0]} is there and would be lost: name another folder" in sentence
    assert (tmp_path / name).read_text() == "mine"


@pytest.mark.parametrize("options", [("--resume",), ("--resume", "--score-only")])
def test_a_network_without_a_history_is_not_gone_on_with(refusal, classifier_command, tmp_path, options):
    weights = REPOSITORY / "training/weights/door_cnn"
    shutil.copytree(weights, tmp_path / "run")
    sentence = refusal(classifier_command(tmp_path / "run", *options, network="door_cnn"))
    assert "holds a network without the history of its fit, which cannot go on: begin a new run with --from" in sentence
    assert (tmp_path / "run/model.keras").read_bytes() == (weights / "model.keras").read_bytes()


def test_a_folder_that_holds_a_run_is_not_overwritten(refusal, classifier_command, finished):
    sentence = refusal(classifier_command(finished.folder, *TWO_EPOCHS))
    assert "already holds a run: add --resume to go on with it or name another folder." in sentence


def test_a_run_folder_that_cannot_be_made(refusal, classifier_command, tmp_path):
    (tmp_path / "file").touch()
    assert "cannot be made" in refusal(classifier_command(tmp_path / "file", *TWO_EPOCHS))


def test_nothing_to_resume(refusal, classifier_command, tmp_path):
    arguments = classifier_command(tmp_path / "run", "--resume")
    assert "holds no run to go on with" in refusal(arguments)


@pytest.mark.parametrize(
    ("network", "options", "difference"),
    [
        ("door_cnn", (), "--network seed_cnn, not door_cnn"),
        ("seed_cnn", ("--epochs", "9"), "--epochs 2, not 9"),
        ("seed_cnn", ("--learning-rate", "0.1"), "--learning-rate 0.003, not 0.1"),
    ],
)
def test_resuming_with_other_settings(refusal, classifier_command, finished, network, options, difference):
    arguments = classifier_command(finished.folder, *options, "--resume", network=network)
    assert difference in refusal(arguments)


def test_resuming_with_other_pictures(refusal, classifier_command, two_classes, finished):
    arguments = classifier_command(finished.folder, "--resume", data=two_classes)
    assert "other training pictures" in refusal(arguments)


def test_resuming_with_other_labels(refusal, classifier_command, drawn_faces, finished, tmp_path):
    photo = next(photo for photo in read_dataset(drawn_faces).split("train") if photo.label == "with_mask")
    split = tmp_path / "faces"
    for other in read_dataset(drawn_faces).photos:
        label = "without_mask" if other == photo else other.label
        (split / other.split / label).mkdir(parents=True, exist_ok=True)
        shutil.copy(other.path, split / other.split / label / f"{other.label}_{other.path.name}")
    before = finished.split.read_bytes()
    sentence = refusal(classifier_command(finished.folder, "--resume", data=split))
    assert f"was begun with other labels of with_mask_{photo.path.name}: go on with those" in sentence
    assert finished.split.read_bytes() == before


@pytest.mark.slow
def test_a_fit_can_begin_with_another_runs_weights(twins, drawn_faces, tmp_path):
    begun = RunFiles(tmp_path)
    settings = ClassifierFitSettings(
        network="seed_cnn", epochs=1, batch_size=16, learning_rate=1e-12, start_from=str(twins[0].folder)
    )
    progress = EpochProgress(Console(file=io.StringIO()), batch_size=settings.batch_size)
    with Interruption() as interruption:
        fit(read_dataset(drawn_faces), settings, begun, progress, interruption)
    weights = [keras.models.load_model(run.network, compile=False).get_weights() for run in (twins[0], begun)]
    assert all(np.allclose(before, after, atol=1e-4) for before, after in zip(*weights, strict=True))


def test_a_fit_cannot_begin_with_another_network(refusal, classifier_command, twins, tmp_path):
    options = ("--epochs", 1, "--from", twins[0].folder)
    assert "holds a seed_cnn" in refusal(classifier_command(tmp_path / "door", *options, network="door_cnn"))
