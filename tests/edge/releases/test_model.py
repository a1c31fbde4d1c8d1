import shutil

import pytest

from edge.errors import UserError
from edge.releases.model import install_model
from edge.releases.record import installed_releases, linked_release
from edge.releases.rollback import rollback

PLACE = "lib/edge/models/door_cnn.tflite"


@pytest.fixture
def own_model(shipped_model):
    """Any other classifier than the shipped one."""
    return shipped_model.with_name("seed_cnn.tflite")


def current(board):
    return board.layout.release(linked_release(board.layout.current))


def test_a_model_alone_becomes_a_release_that_runs(board, install, own_model):
    install(board, "1.0+a")
    assert install_model(own_model, board.system()) == 0
    assert board.running == current(board).name != "1.0+a"
    assert current(board).name.startswith("1.0+a.")
    assert (current(board) / PLACE).read_bytes() == own_model.read_bytes()


def test_the_release_that_it_came_to_keeps_its_own(board, install, own_model):
    install(board, "1.0+a")
    install_model(own_model, board.system())
    assert (board.layout.release("1.0+a") / PLACE).read_text() == "the shipped one"


def test_all_else_is_on_the_disk_once(board, install, own_model):
    install(board, "1.0+a")
    install_model(own_model, board.system())
    assert (current(board) / "lib/edge/cli.py").samefile(board.layout.release("1.0+a") / "lib/edge/cli.py")


def test_its_health_record_is_its_own(board, install, own_model):
    install(board, "1.0+a")
    install_model(own_model, board.system())
    assert not (current(board) / "health.json").samefile(board.layout.release("1.0+a") / "health.json")


def test_another_of_the_same_kind_takes_its_place(board, install, own_model, shipped_model):
    install(board, "1.0+a")
    install_model(own_model, board.system())
    install_model(shipped_model, board.system())
    record = next(one for one in installed_releases(board.layout) if one.name == current(board).name)
    assert (record.program, record.models["classifier"].network) == ("1.0+a", "door_cnn")
    assert current(board).name.count(".") == len(["1", "0+a", ""]) - 1


def test_it_is_rolled_back_as_any_release(board, install, own_model):
    install(board, "1.0+a")
    install_model(own_model, board.system())
    rollback(board.system())
    assert board.running == "1.0+a"


def test_the_next_bundle_says_that_it_brings_its_own(board, install, own_model):
    install(board, "1.0+a")
    install_model(own_model, board.system())
    install(board, "1.0+b")
    assert "The classifier that was pushed alone (seed_cnn, " in board.notes.getvalue()


def test_a_damaged_model_is_refused_before_anything_is_touched(board, install, own_model, tmp_path):
    install(board, "1.0+a")
    damaged = shutil.copy(own_model, tmp_path)
    content = bytearray(own_model.read_bytes())
    content[1000] ^= 1
    (tmp_path / own_model.name).write_bytes(content)
    with pytest.raises(UserError):
        install_model(type(own_model)(damaged), board.system())
    assert len(installed_releases(board.layout)) == 1


def test_a_model_that_the_settings_would_not_use_is_refused(board, install, own_model):
    install(board, "1.0+a")
    board.layout.settings.write_text('[model]\nclassifier = "/srv/mine.tflite"\n')
    with pytest.raises(UserError, match=r"name a classifier of their own, /srv/mine\.tflite"):
        install_model(own_model, board.system())


def test_a_model_needs_a_release_to_come_to(board, own_model):
    with pytest.raises(UserError, match="install a bundle first"):
        install_model(own_model, board.system())
