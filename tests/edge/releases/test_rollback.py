import pytest

from edge.errors import UserError
from edge.releases.record import linked_release
from edge.releases.rollback import rollback


def test_without_a_name_it_goes_back_to_the_release_before(board, install):
    install(board, "1.0+a")
    install(board, "1.0+b")
    assert rollback(board.system()) == 0
    assert board.running == linked_release(board.layout.current) == "1.0+a"


def test_twice_it_is_where_it_was(board, install):
    install(board, "1.0+a")
    install(board, "1.0+b")
    rollback(board.system())
    rollback(board.system())
    assert board.running == "1.0+b"


def test_a_release_is_named_by_how_its_name_begins(board, install):
    for release in ("1.0+a", "1.0+b", "1.0+c"):
        install(board, release)
    rollback(board.system(), "1.0+a")
    assert board.running == "1.0+a"


def test_a_release_that_is_not_healthy_is_not_gone_back_to(board, install):
    install(board, "1.0+a")
    install(board, "1.0+b", "mute")
    assert rollback(board.system(), "1.0+b") == 1
    assert board.running == "1.0+a"


@pytest.mark.parametrize("wanted", ["1.0", "2"])
def test_a_name_that_fits_none_or_several_is_refused(board, install, wanted):
    install(board, "1.0+a")
    install(board, "1.0+b")
    with pytest.raises(UserError, match=r"name one of 1\.0\+a, 1\.0\+b"):
        rollback(board.system(), wanted)


def test_with_nothing_to_go_back_to_it_says_so(board, install):
    install(board, "1.0+a")
    with pytest.raises(UserError, match="There is no release before this one"):
        rollback(board.system())


@pytest.mark.parametrize("wanted", ["", "foo"])
def test_where_nothing_is_installed_it_says_so_and_leaves_nothing(board, wanted):
    with pytest.raises(UserError, match=r"^No release is installed here: install a bundle with"):
        rollback(board.system(), wanted)
    assert not board.layout.base.exists()
