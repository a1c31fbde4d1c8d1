"""`maskwatch install` for a bundle that is still a tar."""

import subprocess
import sys
import tempfile
from pathlib import Path

from edge.errors import UserError


def install_bundle_file(bundle: Path, root: Path) -> int:
    """Unpack a bundle and run the installer that it brings, which knows best how.

    Returns:
        Its exit status.

    Raises:
        UserError: This is no bundle.
    """
    # Not /tmp: that is memory on newer systems, and a board may have little.
    with tempfile.TemporaryDirectory(prefix="maskwatch-", dir="/var/tmp") as folder:
        unpacked = subprocess.run(("tar", "-xf", str(bundle.absolute())), cwd=folder, check=False, capture_output=True)
        installer = Path(folder, "install.py")
        if unpacked.returncode or not installer.exists():
            raise UserError(f"{bundle} is no bundle of maskwatch: make one with `maskwatch-export bundle`.")
        return subprocess.run((sys.executable, str(installer), "--root", str(root)), check=False).returncode
