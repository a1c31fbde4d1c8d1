import io
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from rich.console import Console

from training.classifier.dataset_reader import read_dataset
from training.classifier.fit import fit
from training.classifier.pipeline import training_batches
from training.classifier.settings import ClassifierFitSettings
from training.cli import main
from training.common.interruption import Interruption
from training.common.progress import EpochProgress
from training.common.runs import RunFiles

REPOSITORY = Path(__file__).parent.parent.parent
SMALL = ("--network", "seed_cnn", "--batch-size", "16", "--epochs")


def command(data, run, *options):
    return ["classifier", str(data), "--out", str(run), *map(str, options)]


def begin(*arguments):
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    return subprocess.Popen(
        [sys.executable, "-u", *arguments],
        cwd=REPOSITORY,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.fixture(scope="module")
def twins(drawn_faces, tmp_path_factory):
    """Two runs of the same settings in one fresh process, `--deterministic`, on one thread."""
    folder = tmp_path_factory.mktemp("twins")
    runs = [folder / "one", folder / "two"]
    calls = [command(drawn_faces, run, *SMALL, 2, "--deterministic", "--threads", 1, "--seed", 7) for run in runs]
    process = begin("-c", f"from training.cli import main; print([main(call) for call in {calls!r}])")
    out, err = process.communicate(timeout=900)
    assert out.endswith("[0, 0]\n"), err
    assert "Traceback" not in err
    return [RunFiles(run) for run in runs]


@pytest.fixture
def finished(twins, tmp_path):
    """A finished run of its own for the test."""
    return RunFiles(Path(shutil.copytree(twins[0].folder, tmp_path / "run")))


def refusal(capsys, arguments):
    """The one sentence with which the command ends."""
    assert main(arguments) == 2
    sentence = capsys.readouterr().err
    assert sentence.startswith("maskwatch-train: ")
    assert sentence.count("\n") == 1
    return sentence


def test_a_run_leaves_model_settings_metrics_and_report(twins):
    run = twins[0]
    assert keras.models.load_model(run.network, compile=False).name == "seed_cnn"
    assert [row["epoch"] for row in run.read_history()] == [1, 2]
    assert run.hold_a_finished_fit
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
    assert twins[0].history.read_text() == twins[1].history.read_text()


def test_resuming_a_finished_run_writes_metrics_and_report_again(finished, drawn_faces, capsys):
    before = json.loads(finished.metrics.read_text())
    history = finished.history.read_text()
    finished.metrics.unlink()
    finished.report.unlink()
    assert main(command(drawn_faces, finished.folder, "--network", "seed_cnn", "--resume")) == 0
    after = json.loads(finished.metrics.read_text())
    assert after.keys() == before.keys()
    assert after["threshold"] == pytest.approx(before["threshold"], abs=1e-3)
    assert "<small>" not in capsys.readouterr().out
    assert finished.report.is_file()
    assert finished.history.read_text() == history


@pytest.mark.slow
def test_ctrl_c_keeps_the_best_and_resume_goes_on(drawn_faces, tmp_path):
    run = RunFiles(tmp_path / "run")
    # More epochs than are done before the signal, however busy the machine is.
    process = begin("-m", "training", *command(drawn_faces, run.folder, *SMALL, 500))
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("epoch   1/"):
            process.send_signal(signal.SIGINT)
            break
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert "--resume" in out + err
    done = len(run.read_history())
    assert 1 <= done < 500
    assert not run.metrics.exists()

    again = command(drawn_faces, run.folder, "--network", "seed_cnn", "--resume")
    assert main([*again, "--score-only"]) == 0
    assert run.report.is_file()
    assert json.loads(run.metrics.read_text())["epochs_done"] == done

    # One more epoch is enough to see that it goes on.
    run.settings.write_text(json.dumps(json.loads(run.settings.read_text()) | {"epochs": done + 1}))
    assert main(again) == 0
    assert [row["epoch"] for row in run.read_history()] == list(range(1, done + 2))
    assert run.hold_a_finished_fit


def test_ctrl_c_before_the_first_epoch_says_so(drawn_faces, tmp_path, monkeypatch, capsys):
    def interrupted(*args, **options):
        signal.raise_signal(signal.SIGINT)
        return training_batches(*args, **options)

    # A busy machine must not end the tests themselves.
    monkeypatch.setattr("training.common.interruption.SECONDS_TO_END", 600.0)
    monkeypatch.setattr("training.classifier.fit.training_batches", interrupted)
    assert main(command(drawn_faces, tmp_path / "run", *SMALL, 2)) == 130
    assert "before the first epoch was finished" in capsys.readouterr().out
    assert not RunFiles(tmp_path / "run").read_history()


def test_a_batch_that_does_not_end_is_not_waited_for_after_ctrl_c():
    code = (
        "import threading; from training.common.interruption import Interruption\n"
        "lock = threading.Lock(); lock.acquire()\n"
        "with Interruption(): print('begun', flush=True); lock.acquire()"
    )
    process = begin("-c", code)
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "the best epoch so far is kept" in err


def without(package, call):
    """What `maskwatch-train` says where a package is not installed."""
    code = f"import sys; sys.modules[{package!r}] = None; from training.cli import main; sys.exit(main({call!r}))"
    process = begin("-c", code)
    _, err = process.communicate(timeout=300)
    assert process.returncode == 2, err
    return err


@pytest.mark.parametrize("package", ["tensorflow", "PIL", "rich"])
def test_without_the_workstations_packages_it_says_how_to_install_them(drawn_faces, tmp_path, package):
    err = without(package, command(drawn_faces, tmp_path / "run", *SMALL, 1))
    assert "which this line of the README installs: python3 -m venv" in err
    assert err.count("\n") == 1


def test_the_locator_says_so_too(draw_scenes, tmp_path):
    for split in ("train", "val"):
        draw_scenes(tmp_path / "scenes", split)
    err = without("tensorflow", ["locator", str(tmp_path / "scenes"), "--out", str(tmp_path / "run")])
    assert err.startswith("maskwatch-train: TensorFlow is not installed")
    assert err.count("\n") == 1


def test_without_keras_other_backend_it_says_how_to_install_it(drawn_faces, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    err = without("jax", command(drawn_faces, tmp_path / "run", *SMALL, 1))
    assert err == "maskwatch-train: JAX is not installed: install it with pip install jax, or unset KERAS_BACKEND.\n"


def test_an_unknown_backend_is_refused(drawn_faces, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("KERAS_BACKEND", "theano")
    sentence = refusal(capsys, command(drawn_faces, tmp_path / "run", *SMALL, 1))
    assert "make it one of tensorflow, jax, torch" in sentence


def test_a_backend_that_cannot_split_batches_over_devices_is_refused(drawn_faces, tmp_path, capsys):
    sentence = refusal(capsys, command(drawn_faces, tmp_path / "run", *SMALL, 1, "--distribute"))
    assert "--distribute needs Keras's JAX backend, and this is tensorflow" in sentence


def test_scoring_alone_needs_a_network(capsys, drawn_faces, tmp_path):
    arguments = command(drawn_faces, tmp_path / "run", "--network", "seed_cnn", "--score-only")
    assert "holds no network to score yet" in refusal(capsys, arguments)


def test_labels_that_are_none_of_ours_are_refused(capsys, drawn_faces, tmp_path):
    arguments = command(drawn_faces, tmp_path / "run", "--network", "seed_cnn", "--labels", "a=b")
    assert "--labels a=b is not THEIRS=OURS" in refusal(capsys, arguments)


def test_no_data_folder(capsys, tmp_path):
    arguments = command(tmp_path / "none", tmp_path / "run", "--network", "seed_cnn")
    assert "There is no folder" in refusal(capsys, arguments)


def test_bad_data_is_answered_before_tensorflow_is_imported(tmp_path):
    call = command(tmp_path, tmp_path / "run", "--network", "seed_cnn")
    code = f"import sys; from training.cli import main; print(main({call!r}), 'tensorflow' in sys.modules)"
    out, err = begin("-c", code).communicate(timeout=300)
    assert out == "2 False\n"
    assert "has no with_mask/" in err


def test_an_unknown_network(capsys, drawn_faces, tmp_path):
    arguments = command(drawn_faces, tmp_path / "run", "--network", "big_cnn")
    assert (
        "There is no network big_cnn: choose one of seed_cnn, seed_cnn_average, door_cnn, efficientnet_lite0."
        in refusal(capsys, arguments)
    )


def test_a_folder_that_holds_a_run_is_not_overwritten(capsys, drawn_faces, finished):
    sentence = refusal(capsys, command(drawn_faces, finished.folder, *SMALL, 2))
    assert "already holds a run: add --resume to go on with it or name another folder." in sentence


def test_a_run_folder_that_cannot_be_made(capsys, drawn_faces, tmp_path):
    (tmp_path / "file").touch()
    assert "cannot be made" in refusal(capsys, command(drawn_faces, tmp_path / "file", *SMALL, 2))


def test_nothing_to_resume(capsys, drawn_faces, tmp_path):
    arguments = command(drawn_faces, tmp_path / "run", "--network", "seed_cnn", "--resume")
    assert "holds no run to go on with" in refusal(capsys, arguments)


@pytest.mark.parametrize(
    ("options", "difference"),
    [
        (("--network", "door_cnn"), "--network seed_cnn, not door_cnn"),
        (("--network", "seed_cnn", "--epochs", "9"), "--epochs 2, not 9"),
        (("--network", "seed_cnn", "--learning-rate", "0.1"), "--learning-rate 0.003, not 0.1"),
    ],
)
def test_resuming_with_other_settings(capsys, drawn_faces, finished, options, difference):
    arguments = command(drawn_faces, finished.folder, *options, "--resume")
    assert difference in refusal(capsys, arguments)


def test_resuming_with_other_pictures(capsys, two_classes, finished):
    arguments = command(two_classes, finished.folder, "--network", "seed_cnn", "--resume")
    assert "other training pictures" in refusal(capsys, arguments)


@pytest.mark.parametrize("option", ["--epochs", "--batch-size", "--learning-rate"])
def test_numbers_that_make_no_sense(capsys, tmp_path, option):
    with pytest.raises(SystemExit) as ending:
        main(command(tmp_path, tmp_path / "run", "--network", "seed_cnn", option, "0"))
    assert ending.value.code == 2
    assert "0 is not above zero" in capsys.readouterr().err


def test_omitted_options_are_the_defaults_of_a_fit():
    settings = ClassifierFitSettings(network="door_cnn")
    assert (settings.epochs, settings.batch_size, settings.seed, settings.threads) == (60, 64, 1, 0)


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


def test_a_fit_cannot_begin_with_another_network(twins, drawn_faces, tmp_path, capsys):
    options = ("--network", "door_cnn", "--epochs", 1, "--from", str(twins[0].folder))
    assert main(command(drawn_faces, tmp_path / "door", *options)) == 2
    assert "holds a seed_cnn" in capsys.readouterr().err
