"""What the files in a folder say of its run."""

import pytest

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
