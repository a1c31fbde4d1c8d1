"""Tries a model file in a process of its own, so that a network that crashes the runtime does no other harm.

The child imports what it needs, gives up root's rights, limits its memory and time, and only then gives the network to
the runtime. It runs the network on the golden pictures and writes the result as a line of JSON.
"""

import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Annotated

from edge.bounds import Bounded, Text
from edge.errors import UserError
from edge.records import parse_json, read_record
from edge.settings.schema import MODELS, ModelSettings, Settings
from edge.signals import delaying
from edge.vision.golden import answers_as_golden
from edge.vision.interpreter import Int8Network, find_runtime
from edge.vision.model_file import ModelFile, pack, read_model_file, unpack

SECONDS = 300
"""How long a trial may take. A Raspberry Pi 3 needs three seconds, most of them for imports. A busy or emulated one
needs many times as long, and refusing a good network is worse than a long wait."""

MEMORY_BYTES = 192 * 1024 * 1024
"""Memory that the child may allocate after its start, in bytes; the shipped networks need a tenth."""

ANSWER_BYTES = 16 * 1024

NOBODY = 65534
"""User and group IDs without rights, on every Linux."""

CHILD = (
    "import sys; sys.path[:] = {path!r}; from edge.vision.trial import answer; "
    "answer({runtime!r}, {threads!r}, {seconds!r})"
)


@dataclass(frozen=True, kw_only=True)
class Trial(Bounded):
    """The result of a network's trial."""

    problem: Annotated[str, Text(4000)] = ""
    """Why the runtime refuses the network; empty if it accepts it."""
    remedy: Annotated[str, Text(4000)] = ""
    """How to fix that."""
    runtime: Annotated[str, Text(64)] = ""
    """The runtime that was used, one of `interpreter.RUNTIMES`."""
    delegated: bool = False
    """As `Int8Network.delegated`."""
    answers_as_golden: bool = False
    """Whether it gave exactly the same bytes as where it was exported."""


def try_model(path: Path, file: ModelFile, settings: ModelSettings, *, seconds: int = SECONDS) -> Trial:
    """Run a network on its golden pictures in a process of its own.

    Args:
        path: The model file's path, for messages.
        file: The network, read and checked.
        settings: The runtime, and its threads.
        seconds: How long it may take.

    Raises:
        UserError: The runtime refuses the network or crashes, it needs too much time or memory, or there is no runtime.
    """
    runtime = find_runtime(settings.runtime)
    code = CHILD.format(path=sys.path, runtime=runtime, threads=settings.threads, seconds=seconds)
    with tempfile.TemporaryFile() as question, tempfile.TemporaryFile() as answer:
        question.write(pack(file.tflite, file.metadata, file.golden))
        question.seek(0)
        status = _run([sys.executable, "-I", "-c", code], question.fileno(), answer.fileno(), seconds)
        answer.seek(0)
        content = answer.read(ANSWER_BYTES)
    return _read(path, status, content, seconds)


def refuse_unusable_models(settings: Settings) -> None:
    """Check that `maskwatch run` can use the settings' model files on this machine.

    Raises:
        UserError: A file is missing, damaged or of another kind, or the runtime refuses it or crashes.
    """
    paths = {"classifier": settings.model.classifier, "locator": settings.model.locator}
    if settings.locator.kind == "centre":
        del paths["locator"]
    for role, name in paths.items():
        path = Path(name)
        file = read_model_file(path)
        if file.metadata.kind != role:
            raise UserError(f"The model file {path} holds a {file.metadata.kind}", f"name a {role} under [model]")
        if path.parent != MODELS:  # the shipped files are trusted like the program
            try_model(path, file, settings.model)


def _run(command: list[str], stdin: int, stdout: int, seconds: int) -> int:
    # Linear algebra libraries reserve memory for a thread on each core.
    environment = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    child = None
    try:
        with delaying():  # a stop between the child's birth and its name here would leave it behind
            child = subprocess.Popen(
                command, stdin=stdin, stdout=stdout, stderr=subprocess.DEVNULL, cwd="/", env=environment
            )
        return child.wait(seconds)
    except subprocess.TimeoutExpired:
        return -signal.SIGALRM
    finally:
        if child:
            child.kill()
            child.wait()


def _read(path: Path, status: int, content: bytes, seconds: int) -> Trial:
    try:
        trial = read_record(Trial, parse_json(content))
    except ValueError as error:
        raise UserError(
            f"The model file {path} cannot be used, because the runtime {_end(status, seconds)}",
            "copy it again from its origin",
        ) from error
    if trial.problem:
        raise UserError(trial.problem, trial.remedy)
    return trial


def _end(status: int, seconds: int) -> str:
    if status in (-signal.SIGALRM, -signal.SIGXCPU, -signal.SIGKILL):
        return f"takes more than {seconds} s for it"
    if status < 0:
        return f"crashes at it ({signal.Signals(-status).name})"
    return f"fails at it (status {status})"


def answer(runtime: str, threads: int, seconds: int) -> None:
    """Run in the child: try the network from standard input, and write the result to standard output."""
    import_module(f"{runtime}.interpreter")
    file = unpack(sys.stdin.buffer.read())
    # From here on Python's own files may be inaccessible, so everything that is needed has been imported.
    give_up_rights(seconds)
    try:
        network = Int8Network(file, threads=threads, runtime=runtime)
        golden = answers_as_golden(network)
        trial = Trial(runtime=network.runtime, delegated=network.delegated, answers_as_golden=golden)
    except UserError as error:
        trial = Trial(problem=_line(error.problem), remedy=_line(error.remedy))
    except (RuntimeError, ValueError, MemoryError) as error:
        problem = f"The runtime fails at the {file.metadata.network} model ({_line(f'{error}' or repr(error))})"
        trial = Trial(problem=problem, remedy="export it again")
    sys.stdout.write(json.dumps(asdict(trial)))


def _line(text: str) -> str:
    return " ".join(text.split())[:2000]


def give_up_rights(seconds: int) -> None:
    """Continue as a user without rights, with limited memory and time, and without a core file."""
    data_pages = int(Path("/proc/self/statm").read_text().split()[5])
    limits = {
        resource.RLIMIT_DATA: data_pages * resource.getpagesize() + MEMORY_BYTES,
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_FSIZE: ANSWER_BYTES,
        resource.RLIMIT_CORE: 0,
    }
    for which, most in limits.items():
        with contextlib.suppress(OSError, ValueError):  # a service's own limits may be lower, and may be fixed
            resource.setrlimit(which, (most, most))
    if os.geteuid() == 0:
        with contextlib.suppress(OSError):  # a container may have no other user
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
