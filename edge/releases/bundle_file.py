"""`maskwatch install` for a bundle that is still a tar."""

import signal
import subprocess
import sys
import tempfile
from contextlib import AbstractContextManager
from pathlib import Path

from edge.errors import UserError
from edge.files import folder_for
from edge.releases.layout import Layout
from edge.signals import handling


def install_bundle_file(bundle: Path, root: Path) -> int:
    """Unpack a bundle and run the installer that it brings, which knows best how.

    Returns:
        Its exit status.

    Raises:
        UserError: This is no bundle.
    """
    # Not /tmp: that is memory on newer systems, and a board may have little. What a power cut leaves in this place,
    # the next boot clears away (tmpfiles.conf), or an uninstallation.
    base = Layout(root).base
    with folder_for(base), tempfile.TemporaryDirectory(prefix="bundle-", dir=base) as folder:
        unpacked = subprocess.run(("tar", "-xf", str(bundle.absolute())), cwd=folder, check=False, capture_output=True)
        installer = Path(folder, "install.py")
        if unpacked.returncode or not installer.exists():
            raise UserError(
                f"{bundle} is no bundle of maskwatch", "make one with `maskwatch-export bundle`, or copy it again"
            )
        with subprocess.Popen((sys.executable, str(installer), "--root", str(root))) as running, _waiting_for(running):
            return running.wait()


def _waiting_for(installer: subprocess.Popen[bytes]) -> AbstractContextManager[None]:
    """Leave it to the installer how it ends: it may have to bring the old release back first."""

    def leave(*_: object) -> None:
        """The terminal has told the installer, too."""

    def pass_on(which: int, _: object) -> None:
        installer.send_signal(which)

    return handling({signal.SIGHUP: leave, signal.SIGINT: leave, signal.SIGTERM: pass_on})
