import resource
import signal
from contextlib import contextmanager

import pytest

from edge.files import folder_for, write_whole


def test_a_file_is_replaced(tmp_path):
    write_whole(tmp_path / "file", b"old")
    write_whole(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"new"
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


def test_everybody_may_read_it(tmp_path):
    write_whole(tmp_path / "file", b"new")
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o644


@contextmanager
def no_room():
    """As on a full disk: no file may grow beyond 1000 bytes. No fixture: pytest's own report would be caught in it."""
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def test_on_a_full_disk_the_old_file_stays_and_nothing_else(tmp_path):
    write_whole(tmp_path / "file", b"old")
    with pytest.raises(OSError, match="too large"), no_room():
        write_whole(tmp_path / "file", bytes(5000))
    assert (tmp_path / "file").read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


def test_a_folder_that_stays_empty_goes_again_with_those_above_it(tmp_path):
    with folder_for(tmp_path / "a/b"):
        assert (tmp_path / "a/b").is_dir()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_filled_or_was_there_stays(tmp_path):
    (tmp_path / "there").mkdir()
    with folder_for(tmp_path / "there"), folder_for(tmp_path / "a/b"):
        (tmp_path / "a/file").touch()
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a", "file", "there"]
