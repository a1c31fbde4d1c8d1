from dataclasses import replace
from pathlib import Path

import pytest

from edge.errors import UserError
from edge.runtime.pipeline import load_classifier, make_locator
from edge.settings.schema import LocatorSettings, ModelSettings
from edge.vision.known_good import kept_copy, state_directory
from edge.vision.model_file import pack, read_model_file


@pytest.fixture
def state(tmp_path):
    return tmp_path / "state"


@pytest.fixture
def door(tmp_path, shipped_model):
    """A classifier's file that may be damaged."""
    file = tmp_path / "door.tflite"
    file.write_bytes(shipped_model.read_bytes())
    return file


@pytest.fixture
def load(door, state):
    """Loads it, and gives the network's name and what was told."""

    def load_door(state=state):
        told = []
        classifier, _ = load_classifier(ModelSettings(classifier=str(door)), state=state, tell=told.append)
        return classifier.network.metadata.network, told

    return load_door


def answer_otherwise(file):
    """As on a processor that computes wrongly: the golden answers are no more what the network answers."""
    model = read_model_file(file)
    file.write_bytes(pack(model.tflite, model.metadata, replace(model.golden, outputs_sha256="0" * 64)))


def test_a_file_that_answers_as_golden_is_kept(load, door, state):
    assert load() == ("door_cnn", [])
    assert kept_copy(state, "classifier").read_bytes() == door.read_bytes()


def test_nothing_is_kept_where_there_is_no_state_directory(load, tmp_path):
    load(state=None)
    assert [file.name for file in tmp_path.iterdir()] == ["door.tflite"]


def test_a_copy_that_is_there_already_is_not_written_again(load, state):
    def written():
        """Changes whenever the copy is written; the time at which it was read must not count."""
        status = kept_copy(state, "classifier").stat()
        return status.st_ino, status.st_mtime_ns

    load()
    before = written()
    load()
    assert written() == before


def test_a_new_good_file_takes_the_old_ones_place(load, door, state):
    load()
    door.write_bytes(Path(ModelSettings().classifier).with_name("seed_cnn.tflite").read_bytes())
    assert load() == ("seed_cnn", [])
    assert read_model_file(kept_copy(state, "classifier")).metadata.network == "seed_cnn"


def truncate(file):
    file.write_bytes(file.read_bytes()[:50_000])


def swap_for_a_locator(file):
    file.write_bytes(Path(ModelSettings().locator).read_bytes())


def put_another(file):
    """A file that has not been tried yet."""
    file.write_bytes(Path(ModelSettings().classifier).with_name("seed_cnn.tflite").read_bytes())


@pytest.mark.parametrize("code", ["import os; os.abort()", "import os; os.kill(os.getpid(), 11)", "raise MemoryError"])
def test_the_last_good_copy_is_used_in_place_of_a_file_at_which_the_runtime_crashes(code, load, door, monkeypatch):
    load()
    put_another(door)
    monkeypatch.setattr("edge.vision.trial.CHILD", code)
    name, (reason,) = load()
    assert name == "door_cnn"
    assert "cannot be used" in reason


@pytest.mark.parametrize(
    "error", [RuntimeError("lacks"), MemoryError(), ZeroDivisionError(), KeyError("x"), OSError(5)]
)
def test_any_error_over_a_file_leads_to_the_copy(error, load, door, monkeypatch):
    load()
    put_another(door)

    def fail(*_, **options):
        raise error

    monkeypatch.setattr("edge.vision.trial.try_model", fail)
    name, (reason,) = load()
    assert name == "door_cnn"
    assert reason.endswith("Until then a copy of the last good one is used.")


def test_without_a_copy_any_error_ends_in_a_sentence(load, door, monkeypatch):
    monkeypatch.setattr("edge.vision.trial.try_model", lambda *_, **options: 1 / 0)
    with pytest.raises(UserError, match=r"cannot be used \(division by zero\): copy it again"):
        load()


def test_a_file_that_was_tried_before_is_not_tried_again(load, monkeypatch):
    load()
    monkeypatch.setattr("edge.vision.trial.try_model", lambda *_, **options: pytest.fail("tried again"))
    assert load() == ("door_cnn", [])


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (truncate, "copy it again"),
        (Path.unlink, "cannot be read"),
        (swap_for_a_locator, "is a locator, not a classifier"),
        (answer_otherwise, "does not answer here as it did"),
    ],
)
def test_the_last_good_copy_is_used_in_place_of_a_bad_file_and_the_reason_told(damage, said, load, door):
    load()
    damage(door)
    name, (reason,) = load()
    assert name == "door_cnn"
    assert said in reason
    assert reason.endswith("Until then a copy of the last good one is used.")


def test_a_refused_file_without_a_good_copy_is_refused(load, door):
    truncate(door)
    with pytest.raises(UserError, match="copy it again"):
        load()


def test_a_damaged_copy_is_not_used(load, door, state):
    load()
    truncate(door)
    truncate(kept_copy(state, "classifier"))
    with pytest.raises(UserError, match="copy it again"):
        load()


def test_a_file_that_answers_otherwise_is_used_where_there_is_nothing_better(load, door, state):
    answer_otherwise(door)
    assert load() == ("door_cnn", [])
    assert not kept_copy(state, "classifier").exists()


def test_the_locators_file_has_a_copy_of_its_own(state, tmp_path, shipped_locator):
    file, told = tmp_path / "face.tflite", []
    file.write_bytes(shipped_locator.read_bytes())
    settings = ModelSettings(locator=str(file))
    make_locator(LocatorSettings(), settings, state=state)
    truncate(file)
    locator = make_locator(LocatorSettings(), settings, state=state, tell=told.append)
    assert locator.network.metadata.network == "face_cnn"
    assert len(told) == 1


@pytest.mark.parametrize("place", ["/proc/none", "/dev/full"])
def test_a_place_that_cannot_be_written_costs_nothing_but_the_copy(place, load):
    assert load(state=Path(place)) == ("door_cnn", [])


def test_the_state_directory_is_the_first_that_systemd_names():
    assert state_directory({"STATE_DIRECTORY": "/var/lib/maskwatch:/var/lib/other"}) == Path("/var/lib/maskwatch")


def test_outside_a_service_there_is_none():
    assert state_directory({}) is None
