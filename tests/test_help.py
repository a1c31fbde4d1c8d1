"""Each command's help ends with an example that its parser takes, and the shell can complete its name."""

import argparse
import shlex
import subprocess
from collections.abc import Iterator
from importlib import import_module

import pytest
import shtab

PROGRAMS = {"maskwatch": "edge.cli", "maskwatch-train": "training.cli", "maskwatch-export": "export.cli"}


def commands() -> Iterator:
    for program, module in PROGRAMS.items():
        parser = import_module(module)._parser()
        (action,) = (a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
        for name, command in action.choices.items():
            yield pytest.param(parser, program, name, command, id=f"{program} {name}")


@pytest.mark.parametrize(("parser", "program", "name", "command"), list(commands()))
def test_the_help_ends_with_an_example_that_can_be_typed(parser, program, name, command):
    line = command.format_help().rstrip().splitlines()[-1]
    words = shlex.split(line.strip().removeprefix("sudo "))
    assert words[:2] == [program, name]
    assert parser.parse_args(words[1:]).command


@pytest.mark.parametrize("program", PROGRAMS)
def test_bash_completes_every_command(program):
    parser = import_module(PROGRAMS[program])._parser()
    parser.prog = program
    (action,) = (a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    asked = f"\nCOMP_WORDS=({program} ''); COMP_CWORD=1; _shtab_{program.replace('-', '_')}; echo ${{COMPREPLY[@]}}"
    shown = subprocess.run(
        ["bash", "-c", shtab.complete(parser, "bash") + asked], capture_output=True, text=True, check=True
    )
    assert set(action.choices) <= set(shown.stdout.split())
