import os
from datetime import datetime, timedelta
from itertools import count

import pytest

from edge.releases.install import install_bundle

from .board import Board, write_bundle


@pytest.fixture(autouse=True)
def unsynced(monkeypatch):
    """Nobody switches this machine off, and other tests write to its disk."""
    monkeypatch.setattr(os, "sync", lambda: None)
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def board(tmp_path):
    return Board(tmp_path / "board")


@pytest.fixture(scope="session")
def bundles(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundles")
    for temper in ("well", "mute", "sick"):
        for letter in "abcdef":
            write_bundle(folder / f"1.0+{letter}-{temper}", f"1.0+{letter}", temper)
    return folder


@pytest.fixture
def install(bundles):
    """Installs a release on a board, a minute after the one before; gives the exit status."""
    minute = count()

    def install(board, release, temper="well", *, live=True):
        bundle = bundles / f"{release}-{temper}"
        time = datetime(2026, 1, 1) + timedelta(minutes=next(minute))
        return install_bundle(bundle, board.system(live=live), now=lambda: time)

    return install
