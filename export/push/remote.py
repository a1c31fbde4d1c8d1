"""A device, reached by the user's own `ssh` with the user's own settings and keys."""

import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from edge.releases.layout import BASE

UNREACHED = 255
"""Exit status of `ssh` itself, instead of that of the remote command."""

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
        """Copy a file there; returns the folder that it lies in alone, empty where that failed."""
        name = shlex.quote(file.name)
        # Not /tmp: that is memory on newer systems, and a board may have little.
        script = f'd=$(mktemp -d /var/tmp/maskwatch-push-XXXXXXXX) && cat >"$d"/{name} && echo "$d"'
        with file.open("rb") as content:
            done = subprocess.run(self._ssh(script), stdin=content, stdout=subprocess.PIPE, text=True, check=False)
        return done.stdout.strip() if done.returncode == 0 else ""

    def install(self, folder: str, name: str, show: Callable[[str], object]) -> tuple[int, str]:
        """Install what lies in a folder there, and remove the folder.

        Args:
            folder: From `receive`.
            name: The file in it, a bundle or a model.
            show: Gets the output there, as it comes.

        Returns:
            The exit status, and the last line of output.
        """
        root, quoted = shlex.quote(self.root), shlex.quote(name)
        program = shlex.quote(str(Path(self.root, BASE, "current/bin/maskwatch")))
        if name.endswith(".tflite"):
            work = f"$sudo {program} install --root {root} {quoted}"
        else:
            # A bundle cannot prove itself, so the installed program checks it if there is one.
            keys = shlex.quote(str(Path(self.root, "etc/maskwatch/trusted_keys")))
            work = (
                f"if [ -s {keys} ] && [ -x {program} ]; then $sudo {program} install --root {root} {quoted}; "
                f"else mkdir b && tar -xf {quoted} -C b && $sudo /usr/bin/python3 b/install.py --root {root}; fi"
            )
        script = (
            f'cd {shlex.quote(folder)} || exit 1; [ "$(id -u)" = 0 ] && sudo= || sudo=sudo; '
            f"{work}; status=$?; cd /; rm -rf {shlex.quote(folder)}; exit $status"
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
