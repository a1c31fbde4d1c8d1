"""Every command of the manual is run here, or its fence says what it needs: a door, a card, root, ..."""

import argparse
import re
import shlex
import shutil
import sys
from importlib import import_module
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from fences import DOCUMENTS, NEEDS, PROGRAMS, REPOSITORY, fences, scripts, typed_in_fences, typed_in_sentences
from sandbox import Sandbox

MODULES = dict(zip(PROGRAMS, ("edge.cli", "training.cli", "export.cli"), strict=True))

each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(REPOSITORY)))


def parser(program):
    return import_module(MODULES[program])._parser()


def commands(program):
    (action,) = (action for action in parser(program)._actions if isinstance(action, argparse._SubParsersAction))
    return action.choices


def runnable():
    """The documents with something to run; those that train take minutes."""
    for document in DOCUMENTS:
        text = "\n".join(fence.text for fence in scripts(document) if not fence.needs)
        if text:
            marks = [pytest.mark.slow] if "maskwatch-train" in text else []
            yield pytest.param(document, id=str(document.relative_to(REPOSITORY)), marks=marks)


@pytest.mark.parametrize("document", list(runnable()))
def test_the_manuals_commands_can_be_typed_in_order(document, tmp_path, draw_faces, draw_scenes):
    sandbox = Sandbox(tmp_path, draw_faces, draw_scenes)
    for fence in scripts(document):
        if not fence.needs:
            if missing := {"ssh-keygen", "tar"} & set(fence.text.split()) - {*filter(shutil.which, fence.text.split())}:
                pytest.skip(f"not run, because {', '.join(missing)} is missing")
            sandbox.provide(re.findall(r"[\w.]+", fence.text))
            done = sandbox.run(fence.text)
            assert done.returncode == 0, f"{fence.text}\n{done.stdout}\n{done.stderr}"


@each_document
def test_a_fence_that_is_not_run_says_what_it_needs(document):
    assert {fence.needs for fence in scripts(document)} <= {"", *NEEDS}
    assert all(fence.notes == f"needs={fence.needs}" for fence in scripts(document) if fence.notes)


@each_document
def test_everything_like_a_command_is_in_a_fence_for_the_shell(document):
    begins = re.compile(rf"^(\$ |sudo |{'|'.join(PROGRAMS)} )", re.MULTILINE)
    assert [fence.text for fence in fences(document) if fence.language != "sh" and begins.search(fence.text)] == []


@each_document
def test_our_programs_take_each_line_of_a_fence(document, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for program, line in typed_in_fences(document):
        for run in re.findall(r"--(?:from|teacher) (\S+)", line):
            Path(run).mkdir(parents=True, exist_ok=True)  # whether a run is there is all that the parser asks
            for name in ("model.keras", "settings.json"):
                Path(run, name).touch()
        assert parser(program).parse_args(shlex.split(line)).command, line


@each_document
def test_our_programs_know_what_the_sentences_name(document):
    for program, line in typed_in_sentences(document):
        name, *words = line.split()
        options = {option for action in commands(program)[name]._actions for option in action.option_strings}
        assert {word for word in words if word.startswith("--")} <= options, line
