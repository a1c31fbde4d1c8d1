import os
import subprocess
import sys
from dataclasses import replace

import pytest

from edge.errors import UserError
from edge.settings.schema import ModelSettings
from edge.vision import trial
from edge.vision.model_file import read_model_file

SETTINGS = ModelSettings(threads=1)


@pytest.fixture(scope="module")
def model(shipped_model):
    return read_model_file(shipped_model)


@pytest.fixture
def child(monkeypatch, shipped_model, model):
    """Puts other code in the place of the child's, and gives what its trial says."""

    def run(code, **options):
        monkeypatch.setattr(trial, "CHILD", code.replace("{", "{{").replace("}", "}}"))
        return trial.try_model(shipped_model, model, SETTINGS, **options)

    return run


@pytest.mark.parametrize("name", ["door_cnn", "face_cnn"])
def test_a_shipped_network_answers_as_golden(name, shipped_model):
    path = shipped_model.with_stem(name)
    result = trial.try_model(path, read_model_file(path), SETTINGS)
    assert result.answers_as_golden
    assert result.delegated


def test_other_golden_answers_are_noticed(shipped_model, model):
    other = replace(model, golden=replace(model.golden, outputs_sha256="0" * 64))
    assert not trial.try_model(shipped_model, other, SETTINGS).answers_as_golden


def test_a_network_with_other_tensors_than_it_says_is_refused(shipped_model, model):
    wrong = replace(model.metadata.outputs[0], scale=0.5)
    other = replace(model, metadata=replace(model.metadata, outputs=(wrong,)))
    with pytest.raises(UserError, match="tensors differ from its metadata"):
        trial.try_model(shipped_model, other, SETTINGS)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import os; os.abort()", r"crashes at it \(SIGABRT\): copy it again"),
        ("import os; os.kill(os.getpid(), 11)", r"crashes at it \(SIGSEGV\): copy it again"),
        ("import ctypes; ctypes.string_at(8)", r"crashes at it \(SIGSEGV\)"),
        ("import os; os.kill(os.getpid(), 9)", "takes more than"),
        ("raise SystemExit(3)", r"fails at it \(status 3\)"),
        ("print('what')", r"fails at it \(status 0\)"),
        ("print('[' * 100000)", r"fails at it \(status 0\)"),
        ("print('{\"refused\": 5}')", r"fails at it \(status 0\)"),
        ('import sys; sys.stdout.write(\'{"problem": "It is odd", "remedy": "wait"}\')', "^It is odd: wait.$"),
    ],
)
def test_a_child_that_dies_or_prints_nonsense_ends_in_a_sentence(child, code, said):
    with pytest.raises(UserError, match=said):
        child(code)


def test_a_child_that_never_ends_is_ended(child):
    with pytest.raises(UserError, match="takes more than 1 s"):
        child("while True: pass", seconds=1)


RIGHTS = f"import sys; sys.path[:] = {sys.path!r}; from edge.vision.trial import give_up_rights; give_up_rights(60)\n"


def after_giving_up(code):
    done = subprocess.run([sys.executable, "-c", RIGHTS + code], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout.strip(), done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="not run, because only root has rights to give up")
def test_root_becomes_nobody():
    _, user, _ = after_giving_up("import os; print(os.getuid(), os.geteuid(), os.getgid(), os.getgroups())")
    assert user == "65534 65534 65534 []"


def test_memory_is_limited():
    status, _, errors = after_giving_up("bytearray(400_000_000)")
    assert status == 1
    assert "MemoryError" in errors


def test_output_and_time_are_limited_and_no_core_dump_is_written():
    status, limits, _ = after_giving_up(
        "from resource import *; print([getrlimit(x)[0] for x in (RLIMIT_FSIZE, RLIMIT_CORE, RLIMIT_CPU)])"
    )
    assert (status, limits) == (0, f"[{trial.ANSWER_BYTES}, 0, 60]")


def test_a_flood_of_output_is_cut_off(child):
    flood = RIGHTS + "import sys\nwhile True: sys.stdout.write('x' * 1000)"
    with pytest.raises(UserError, match=r"because the runtime (fails|crashes) at it"):
        child(flood)
