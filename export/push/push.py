"""`maskwatch-export push`: a new release, or a model alone, onto running devices."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from edge.errors import UserError
from edge.releases.bundle_tar import read_bundle_tar
from edge.vision.model_file import read_model_file
from export.push.remote import INTERRUPTED, NOT_STARTED, UNREACHED, Remote

OUTCOMES = {
    0: "runs it",
    1: "not healthy: the release before runs again, if there was one",
    2: "refused it",
    NOT_STARTED: "the installer could not be started: nothing was changed",
    UNREACHED: "connection lost: it takes the release or leaves it by itself; ask `maskwatch releases` there",
}
"""By the exit status there."""


@dataclass(frozen=True)
class Result:
    """The result on one device."""

    host: str
    good: bool
    outcome: str
    said: str = ""
    """The last line of output there."""


def push(
    hosts: Sequence[str], file: Path, console: Console, *, keep_going: bool = False, root: str = "/"
) -> list[Result]:
    """Install a bundle or a model on each device in turn, and stop at the first that does not take it, or at Ctrl-C.

    Args:
        hosts: As `ssh` takes them.
        file: A bundle (.tar) or a model file (.tflite).
        console: Shows what happens.
        keep_going: Go on to the next one after a failure, but not after Ctrl-C.
        root: Root of the devices' files.

    Returns:
        A result for each device, also for those that were not tried.

    Raises:
        UserError: The file is neither, a host's name cannot be used, or `ssh` is missing.
    """
    for host in hosts:
        _refuse_unless_host(host)
    what = _described(file)
    if not shutil.which("ssh"):
        raise UserError("The program ssh is missing", "run `sudo apt install openssh-client`")
    results: list[Result] = []
    try:
        for host in hosts:
            if results and not results[-1].good and not keep_going:
                break
            console.print(f"{host}: {what}, {file.stat().st_size / 1e6:.1f} MB")
            results.append(_push_one(Remote(host, root), file, console))
    except KeyboardInterrupt:
        # The devices before may run the release, so the person must learn their results all the same.
        outcome = "interrupted: ask `maskwatch releases` there what it runs"
        results += [Result(host, good=False, outcome=outcome) for host in hosts[len(results) :][:1]]
    return results + [Result(host, good=False, outcome="not tried") for host in hosts[len(results) :]]


def results_table(results: Sequence[Result]) -> Table:
    """A line for each device."""
    table = Table("device", "outcome", "its last words")
    for result in results:
        table.add_row(result.host, result.outcome, result.said)
    return table


def _push_one(remote: Remote, file: Path, console: Console) -> Result:
    with console.status(f"Copying to {remote.host}"):
        folder = remote.receive(file)
    if not folder:
        return Result(remote.host, good=False, outcome="not reached, or no room there: nothing was changed")
    status, said = remote.install(folder, file.name, lambda piece: console.print(piece, end="", soft_wrap=True))
    if status == INTERRUPTED:
        raise KeyboardInterrupt
    outcome = OUTCOMES.get(status, f"the installer ended with status {status}")
    return Result(remote.host, good=status == 0, outcome=outcome, said=said)


def _refuse_unless_host(name: str) -> None:
    """Refuse what a shell's pattern may have put before the file, and options of ssh."""
    if name.endswith((".tar", ".tflite")) or Path(name).is_file():
        raise UserError(f"{name} is a file and no host", "push one file at a time, named after all hosts")
    if name.startswith("-"):
        raise UserError(f"{name} is no host", "name devices as you do for ssh, such as pi@door-1")


def _described(file: Path) -> str:
    """The kind of the file in a word or two; it is read here, so that a bad file never reaches a device."""
    if file.suffix == ".tflite":
        metadata = read_model_file(file).metadata
        return f"the {metadata.kind} {metadata.network}"
    manifest = read_bundle_tar(file).manifest
    return f"{manifest.release} for {manifest.target}"
