"""Tab in real shells: each of our programs' commands, options and files."""

import os
import pty
import select
import shutil
import signal
import time

import pytest

from export.cli import main
from export.completion import PARSERS

PATIENCE = 60.0

SHELLS = {
    "bash": (("bash", "--norc", "-i"), "for file in scripts/*; do . $file; done"),
    "zsh": (("zsh", "-f", "-i"), "fpath=($PWD/scripts $fpath); autoload -U compinit; compinit -u -D"),
}
"""How each is started without the user's own settings, and what makes it find the scripts."""


class Terminal:
    """A context manager: a shell in a terminal of its own, whose working directory is `folder`."""

    def __init__(self, shell, folder):
        self._command, self._setup = SHELLS[shell]
        self._folder = folder

    def __enter__(self):
        self._process, self._screen = pty.fork()
        if not self._process:
            os.chdir(self._folder)
            environment = {"HOME": ".", "PATH": os.environ["PATH"], "TERM": "dumb", "PS1": "> "}
            os.execvpe(self._command[0], self._command, environment)
        self.type(f"{self._setup}; echo rea''dy\n", "ready")
        return self

    def __exit__(self, *exception):
        os.kill(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)
        os.close(self._screen)

    def type(self, keys, expected):
        """Type, and wait until the screen shows what is expected."""
        os.write(self._screen, keys.encode())
        shown, late = "", time.monotonic() + PATIENCE
        while expected not in shown and time.monotonic() < late:
            if select.select([self._screen], [], [], 0.2)[0]:
                shown += os.read(self._screen, 65_536).decode()
        assert expected in shown


@pytest.fixture(params=list(SHELLS))
def terminal(request, tmp_path, capsys):
    """A shell with our scripts, in a folder with a clip."""
    if shutil.which(request.param) is None:
        pytest.skip(f"not run, because {request.param} is not installed")
    assert main(["completion", request.param, "--out", str(tmp_path / "scripts")]) == 0
    (tmp_path / "entrance.mp4").touch()
    with Terminal(request.param, tmp_path) as terminal:
        yield terminal


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        (("maskwatch repl", "entr", "--timel"), ("replay ", "entrance.mp4 ", "--timeline ")),
        (("maskwatch-train loc", "--sec"), ("locator ", "--second-detector ")),
        (("maskwatch-export fl", "--ssh-key entr"), ("flash ", "entrance.mp4 ")),
    ],
    ids=list(PARSERS),
)
def test_tab_completes_commands_options_and_files(terminal, typed, completed):
    for keys, expected in zip(typed, completed, strict=True):
        terminal.type(f"{keys}\t", expected)


def test_a_script_is_written_for_each_program_where_the_shell_looks(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert main(["completion", "bash"]) == 0
    folder = tmp_path / ".local/share/bash-completion/completions"
    assert {file.name for file in folder.iterdir()} == set(PARSERS)


def test_a_folder_that_cannot_be_written_to_is_an_answer(tmp_path, capsys):
    (tmp_path / "taken").touch()
    assert main(["completion", "zsh", "--out", str(tmp_path / "taken")]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_a_program_of_the_same_name_is_left_alone(tmp_path, capsys):
    program = tmp_path / "maskwatch"
    program.write_text("#!/bin/sh\necho mine\n")
    assert main(["completion", "bash", "--out", str(tmp_path)]) == 2
    assert "is no completion script" in capsys.readouterr().err
    assert "mine" in program.read_text()


def test_an_older_completion_is_replaced(tmp_path):
    assert [main(["completion", "bash", "--out", str(tmp_path)]) for _ in range(2)] == [0, 0]
