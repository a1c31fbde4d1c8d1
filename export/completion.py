"""The command `maskwatch-export completion`: scripts by which a shell completes our commands and their files by Tab."""

import argparse
import importlib
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

from edge.errors import UserError
from edge.files import write_whole
from edge.help import example

if TYPE_CHECKING:
    from rich.console import Console

PARSERS = {"maskwatch": "edge.cli", "maskwatch-train": "training.cli", "maskwatch-export": "export.cli"}
"""The module of each program, whose `_parser` makes its parser."""

FOLDERS = {"bash": Path("~/.local/share/bash-completion/completions"), "zsh": Path("~/.zfunc")}
"""Where the scripts go if no folder is named; bash reads its own without being told."""

NEXT = {
    "bash": "A new shell completes by Tab (package bash-completion).",
    "zsh": "Add to ~/.zshrc, before any other compinit: fpath=({folder} $fpath); autoload -U compinit; compinit",
}

MARK = b"shtab"
"""In the first lines of a script that was written before."""

PLACES = ("SOURCE", "CLIP", "FOLDER", "SCENES", "CROPS", "RUN", "FILE")
"""Names of the arguments that are files or folders, and not read as a Path at once."""


def add_completion(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add it."""
    completion = commands.add_parser(
        "completion",
        **example("maskwatch-export completion bash"),
        help="write the scripts that complete our commands by Tab",
    )
    completion.add_argument("shell", choices=list(FOLDERS))
    completion.add_argument("--out", type=Path, metavar="FOLDER", help="where to write them [where the shell looks]")
    completion.set_defaults(command=write_completion)


def write_completion(arguments: argparse.Namespace, console: "Console") -> None:
    """Write a script for each program, in place of an older one.

    Raises:
        UserError: shtab is missing, or the folder cannot be written to, or holds something else of that name.
    """
    folder = (arguments.out or FOLDERS[arguments.shell]).expanduser()
    for program in PARSERS:
        script = completion_script(program, arguments.shell)
        file = folder / (f"_{program}" if arguments.shell == "zsh" else program)
        try:
            if file.exists() and MARK not in file.read_bytes():
                raise UserError(f"{file} is no completion script", "name another folder with --out")
            write_whole(file, script.encode())
        except OSError as error:
            raise UserError(f"{file} cannot be written ({error.strerror})", "name another folder with --out") from error
    said = f"Wrote the completions of {', '.join(PARSERS)} to {folder}.\n{NEXT[arguments.shell].format(folder=folder)}"
    console.print(said, soft_wrap=True)


def completion_script(program: str, shell: str) -> str:
    """The script for one of PARSERS and one of FOLDERS.

    Raises:
        UserError: shtab is missing.
    """
    if importlib.util.find_spec("shtab") is None:
        raise UserError("Not installed is shtab", "run `pip install 'maskwatch[train]'`")
    import shtab

    parser = importlib.import_module(PARSERS[program])._parser()
    _complete_files(parser, shtab.FILE)
    return shtab.complete(parser, shell)


def _complete_files(parser: argparse.ArgumentParser, files: object) -> None:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                _complete_files(command, files)
        elif action.type is Path or action.metavar in PLACES:
            action.complete = files  # type: ignore[attr-defined]  # that is where shtab looks
