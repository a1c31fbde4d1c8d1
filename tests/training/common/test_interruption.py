import json
import shutil
import signal

import pytest

from training.classifier.pipeline import training_batches
from training.cli import main
from training.common.runs import RunFiles, RunState


@pytest.mark.slow
def test_ctrl_c_keeps_the_best_and_resume_goes_on(start_python, classifier_command, tmp_path):
    run = RunFiles(tmp_path / "run")
    # More epochs than are done before the signal, however busy the machine is.
    process = start_python("-m", "training", *classifier_command(run.folder, "--batch-size", 16, "--epochs", 500))
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

    again = classifier_command(run.folder, "--resume")
    assert main([*again, "--score-only"]) == 0
    assert run.report.is_file()
    assert json.loads(run.metrics.read_text())["epochs_done"] == done

    # One more epoch is enough to see that it goes on.
    run.settings.write_text(json.dumps(json.loads(run.settings.read_text()) | {"epochs": done + 1}))
    assert main(again) == 0
    assert [row["epoch"] for row in run.read_history()] == list(range(1, done + 2))
    assert run.state is RunState.FITTED


def test_ctrl_c_before_the_first_epoch_says_so(classifier_command, tmp_path, monkeypatch, capsys):
    def interrupted(*args, **options):
        signal.raise_signal(signal.SIGINT)
        return training_batches(*args, **options)

    # A busy machine must not end the tests themselves.
    monkeypatch.setattr("training.common.interruption.SECONDS_TO_END", 600.0)
    monkeypatch.setattr("training.classifier.fit.training_batches", interrupted)
    assert main(classifier_command(tmp_path / "run", "--batch-size", 16, "--epochs", 2)) == 130
    assert "before the first epoch was finished" in capsys.readouterr().out
    assert not RunFiles(tmp_path / "run").read_history()


def test_a_picture_that_goes_during_a_fit_is_told_in_a_sentence(
    refusal, classifier_command, drawn_faces, tmp_path, monkeypatch
):
    def vanishing(photos, *args, **options):
        batches = training_batches(photos, *args, **options)
        for photo in photos:
            photo.path.unlink()
        return batches

    monkeypatch.setattr("training.classifier.fit.training_batches", vanishing)
    data, run = shutil.copytree(drawn_faces, tmp_path / "faces"), RunFiles(tmp_path / "run")
    sentence = refusal(classifier_command(run.folder, "--batch-size", 16, "--epochs", 2, data=data))
    assert ".png is gone or damaged: put it back, or begin a new run." in sentence
    assert run.state is RunState.BEGUN


def test_a_batch_that_does_not_end_is_not_waited_for_after_ctrl_c(start_python):
    code = (
        "import threading; from training.common.interruption import Interruption\n"
        "lock = threading.Lock(); lock.acquire()\n"
        "with Interruption(): print('begun', flush=True); lock.acquire()"
    )
    process = start_python("-c", code)
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "the best epoch so far is kept" in err
