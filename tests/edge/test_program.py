import os
import subprocess
import sys
from pathlib import Path

import pytest

NOT_UTF8 = os.fsdecode(b"caf\xe9")


@pytest.fixture
def maskwatch(tmp_path):
    """Runs `maskwatch` in an empty folder, its output in strict UTF-8 as on a board."""

    def maskwatch(*arguments, **options):
        return subprocess.run(
            [sys.executable, "-m", "edge", *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONIOENCODING": "utf-8:strict"},
            stderr=subprocess.PIPE,
            check=False,
            **{"stdout": subprocess.PIPE} | options,
        )

    return maskwatch


def test_a_name_that_is_not_utf8_is_printed_with_escapes(maskwatch, tmp_path):
    (tmp_path / f"{NOT_UTF8}.toml").write_text("")
    ran = maskwatch("settings", "--check", f"{NOT_UTF8}.toml")
    assert (ran.returncode, rb"caf\udce9.toml" in ran.stdout) == (0, True)


def test_a_name_that_is_too_long_is_an_answer(maskwatch):
    ran = maskwatch("evaluate", 300 * "a")
    assert (ran.returncode, ran.stderr.count(b"\n")) == (2, 1)
    assert b"File name too long" in ran.stderr


def test_output_that_finds_no_room_is_an_answer(maskwatch):
    with Path("/dev/full").open("wb") as full:
        ran = maskwatch("settings", stdout=full)
    assert ran.returncode == 2
    assert (
        ran.stderr
        == b"maskwatch: The output cannot be used (No space left on device): make room, or name another place.\n"
    )
