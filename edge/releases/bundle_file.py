"""`maskwatch install` for a bundle that is still one tar file."""

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
    """Check a bundle, unpack it and run the installer that it contains.

    Returns:
        The installer's exit status.

    Raises:
        UserError: The file is not a bundle, is damaged, or is not signed by a key that the board trusts.
    """
    bundle = read_bundle_tar(file)
    if INSTALLER not in bundle.manifest.files:
        raise UserError(f"{file} is no bundle (no {INSTALLER})", REMAKE)
    layout = Layout(root)
    # Not /tmp: newer systems keep it in memory, of which a board may have little. The next boot (tmpfiles.conf) or
    # `maskwatch uninstall` removes what a power cut leaves here.
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
    """Ignore signals while the installer runs: it may have to restore the old release before it ends."""
    running: list[subprocess.Popen[bytes]] = []

    def leave(*_: object) -> None:
        """Ignore the signal, because the terminal has also sent it to the installer."""

    def pass_on(which: int, _: object) -> None:
        for installer in running:
            installer.send_signal(which)

    with handling({signal.SIGHUP: leave, signal.SIGINT: leave, signal.SIGTERM: pass_on}):
        yield running
