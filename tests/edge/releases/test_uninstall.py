import pytest

from edge.errors import UserError
from edge.releases.uninstall import uninstall


def files_of(board):
    return {str(path.relative_to(board.root)) for path in board.root.rglob("*") if path.is_symlink() or path.is_file()}


def test_nothing_stays_but_the_settings_and_that_is_said(board, install):
    install(board, "1.0+a")
    install(board, "1.0+b")
    board.layout.state.mkdir(parents=True)
    uninstall(board.system())
    assert files_of(board) == {"etc/maskwatch/maskwatch.toml"}
    assert not board.layout.state.exists()
    assert board.running is None
    assert "Its settings stay in" in board.notes.getvalue()


def test_folders_that_others_use_too_stay(board, install):
    other = board.root / "usr/local/lib/systemd/system/other.service"
    other.parent.mkdir(parents=True)
    other.touch()
    install(board, "1.0+a")
    uninstall(board.system())
    assert other.exists()


def test_it_can_be_installed_again(board, install):
    install(board, "1.0+a")
    uninstall(board.system())
    assert install(board, "1.0+a") == 0
    assert board.running == "1.0+a"


def test_where_nothing_is_installed_it_does_nothing(board):
    uninstall(board.system())
    assert files_of(board) == set()
    assert not board.layout.base.exists()
    assert board.notes.getvalue() == "maskwatch is not installed here.\n"


def test_it_is_refused_while_an_installation_is_at_work(board, install):
    install(board, "1.0+a")
    board.before_program = lambda: uninstall(board.system())
    with pytest.raises(UserError, match="Another installation"):
        install(board, "1.0+b")
    assert board.running == "1.0+a"


def test_the_guard_of_an_installer_that_was_killed_goes_too(board, install):
    install(board, "1.0+a")
    board.run(["systemd-run"], 60.0)
    uninstall(board.system())
    assert not board.guard
