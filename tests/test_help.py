"""Each command's help ends with an example that its parser takes."""

import argparse
import shlex
from collections.abc import Iterator
from importlib import import_module

import pytest

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
