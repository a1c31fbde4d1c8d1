"""What the files in a folder say of its run."""

import json

import pytest

from edge.errors import UserError
from training.classifier.settings import ClassifierFitSettings
from training.common.runs import RunFiles, RunState


@pytest.mark.parametrize(
    ("names", "state"),
    [
        ((), RunState.NONE),
        (("model.keras", "split.csv"), RunState.NONE),
        (("settings.json",), RunState.BEGUN),
        (("settings.json", "model.keras", "checkpoint"), RunState.BEGUN),
        (("settings.json", "model.keras", "history.jsonl", "checkpoint"), RunState.BEGUN),
        (("settings.json", "model.keras", "history.jsonl"), RunState.FITTED),
        (("settings.json", "model.keras"), RunState.WITHOUT_HISTORY),
    ],
)
def test_how_far_a_run_is_shows_in_its_files(tmp_path, names, state):
    for name in names:
        (tmp_path / name).touch()
    assert RunFiles(tmp_path).state is state


def test_a_new_run_writes_over_nothing_in_an_empty_folder_or_in_one_of_other_files(tmp_path):
    (tmp_path / "notes.txt").touch()
    assert RunFiles(tmp_path).in_the_way is None


def test_settings_that_are_gone_are_missed_in_a_sentence(tmp_path):
    with pytest.raises(UserError, match=r"settings\.json cannot be read \(No such file.*put the file back"):
        RunFiles(tmp_path).read_settings(ClassifierFitSettings)


@pytest.mark.parametrize(("setting", "widening"), [({}, 1.4), ({"crop_widening": 1.3}, 1.3)])
def test_a_classifier_from_before_the_crops_width_could_be_set_reads_the_crops_of_then(tmp_path, setting, widening):
    files = RunFiles(tmp_path)
    files.settings.write_text(json.dumps({"network": "door_cnn", "epochs": 1, **setting}))
    assert files.read_settings(ClassifierFitSettings).crop_widening == widening


@pytest.mark.parametrize("widening", [0.9, 50, "x", [1.2]])
def test_a_crops_width_that_no_network_has_is_a_damaged_setting(tmp_path, widening):
    files = RunFiles(tmp_path)
    files.settings.write_text(json.dumps({"network": "door_cnn", "crop_widening": widening}))
    with pytest.raises(UserError, match=r"settings\.json is damaged"):
        files.read_settings(ClassifierFitSettings)
