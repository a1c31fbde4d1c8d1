"""`maskwatch install` for a bundle that is still a tar."""

import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edge.errors import UserError
from edge.files import folder_for
from edge.releases.bundle_tar import read_bundle_tar
from edge.releases.layout import Layout
from edge.releases.manifest import REMAKE
from edge.releases.signature import refuse_untrusted
from edge.signals import handling

INSTALLER = "install.py"


def install_bundle_file(file: Path, root: Path) -> int:
    """Check a bundle, unpack it and run its own installer, which knows best how it is installed.

    Returns:
        The installer's exit status.

    Raises:
        UserError: This is no bundle, it is damaged, or nobody whom the board trusts has signed it.
    """
    bundle = read_bundle_tar(file)
    if INSTALLER not in bundle.manifest.files:
        raise UserError(f"{file} is no bundle (no {INSTALLER})", REMAKE)
    layout = Layout(root)
    # Not /tmp: that is memory on newer systems, and a board may have little. What a power cut leaves here is removed
    # by the next boot (tmpfiles.conf) or by `maskwatch uninstall`.
    with (
        folder_for(layout.base),
        tempfile.TemporaryDirectory(prefix="bundle-", dir=layout.base) as folder,
    ):
        bundle.unpack(Path(folder))
        refuse_untrusted(Path(folder), layout)
        return _run(Path(folder, INSTALLER), root)


def _run(installer: Path, root: Path) -> int:
    with _waiting_for() as running:
        running.append(subprocess.Popen((sys.executable, "-P", str(installer), "--root", str(root))))
        return running[0].wait()


@contextmanager
def _waiting_for() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Let the installer decide how it ends: it may have to bring the old release back first."""
    running: list[subprocess.Popen[bytes]] = []

    def leave(*_: object) -> None:
        """Ignore the signal: the terminal has sent it to the installer, too."""

    def pass_on(which: int, _: object) -> None:
        for installer in running:
            installer.send_signal(which)

    with handling({signal.SIGHUP: leave, signal.SIGINT: leave, signal.SIGTERM: pass_on}):
        yield running
