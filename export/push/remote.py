"""A device, reached by the user's own `ssh` with the user's own settings and keys."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from edge.releases.layout import BASE

UNREACHED = 255
"""Exit status of `ssh` itself, instead of that of the remote command."""
NOT_STARTED = 72
"""Exit status there if the installer could not be started; its own statuses are smaller."""
INTERRUPTED = 130
"""Exit status there after Ctrl-C, which `ssh` passes on from a terminal."""

# Not /tmp: that is memory on newer systems, and a board may have little. What a power cut leaves here the board's next
# boot removes (tmpfiles.conf).
FOLDER = "/var/tmp/maskwatch-push-"
FOLDER_SHOWN = re.compile(re.escape(FOLDER) + "[A-Za-z0-9]{8}")

# A door may be switched off, or lose its network half-way.
OPTIONS = ("-o", "ConnectTimeout=20", "-o", "ServerAliveInterval=15")


@dataclass(frozen=True)
class Remote:
    """One device."""

    host: str
    """As `ssh` takes it: a name, user@name, or an alias from its settings."""
    root: str = "/"
    """Root of its files; another one in tests."""

    def receive(self, file: Path) -> str:
        """Copy a file there; returns the folder that it lies in alone, empty where that failed and nothing stays."""
        copy = f'"$d"/{shlex.quote(file.name)}'
        # A connection that is lost looks there like the end of the file, so the size is compared.
        script = (
            f"d=$(mktemp -d {FOLDER}XXXXXXXX) || exit 1; trap 'rm -rf \"$d\"' EXIT; trap 'exit 1' HUP INT TERM PIPE; "
            f'cat >{copy} && [ "$(wc -c <{copy})" -eq {file.stat().st_size} ] && echo "$d" && trap - EXIT'
        )
        with file.open("rb") as content:
            done = subprocess.run(self._ssh(script), stdin=content, stdout=subprocess.PIPE, check=False)
        # The shell there may greet first.
        shown = FOLDER_SHOWN.findall(done.stdout.decode(errors="replace"))
        return shown[-1] if done.returncode == 0 and shown else ""

    def install(self, folder: str, name: str, show: Callable[[str], object]) -> tuple[int, str]:
        """Install what lies in a folder there, and remove the folder.

        Args:
            folder: From `receive`.
            name: The file in it, a bundle or a model.
            show: Gets the output there, as it comes.

        Returns:
            The exit status, which is NOT_STARTED if nothing was changed there, and the last line of output.
        """
        root, quoted = shlex.quote(self.root), shlex.quote(name)
        program = shlex.quote(str(Path(self.root, BASE, "current/bin/maskwatch")))
        by_program = f"$sudo {program} install --root {root} {quoted}"
        if name.endswith(".tflite"):
            missing = f"{{ echo 'maskwatch is not installed: push a bundle first'; exit {NOT_STARTED}; }}"
            work = f"[ -x {program} ] || {missing}; {by_program}"
        else:
            # A bundle cannot prove itself, so the installed program checks it if there is one.
            keys = shlex.quote(str(Path(self.root, "etc/maskwatch/trusted_keys")))
            work = (
                f"if [ -s {keys} ] && [ -x {program} ]; then {by_program}; "
                f"else {{ mkdir b && tar -xf {quoted} -C b; }} || exit {NOT_STARTED}; "
                f"$sudo /usr/bin/python3 b/install.py --root {root}; fi"
            )
        # Without `$sudo true` the installer would seem to have ended with the status of a sudo that refuses.
        script = (
            f"trap 'rm -rf {folder}' EXIT; trap 'exit {INTERRUPTED}' HUP INT TERM; cd {folder} || exit {NOT_STARTED}; "
            f'[ "$(id -u)" = 0 ] && sudo= || sudo=sudo; $sudo true || exit {NOT_STARTED}; {work}'
        )
        return _run_shown(self._ssh(script, terminal=sys.stdin.isatty()), show)

    def _ssh(self, script: str, *, terminal: bool = False) -> list[str]:
        # With a terminal sudo can ask for a password.
        return ["ssh", *OPTIONS, *(["-t"] if terminal else []), "--", self.host, script]


def _run_shown(command: list[str], show: Callable[[str], object]) -> tuple[int, str]:
    """Run a program; show what it writes piece by piece, for a question waits for its answer on an unfinished line."""
    said = bytearray()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as running:
        assert running.stdout
        while piece := os.read(running.stdout.fileno(), 4096):
            said += piece
            show(piece.decode(errors="replace"))
    lines = [line.strip() for line in said.decode(errors="replace").splitlines() if line.strip()]
    return running.returncode, lines[-1] if lines else ""
