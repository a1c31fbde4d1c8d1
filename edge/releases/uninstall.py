"""Removing maskwatch from a device."""

import shutil
from pathlib import Path

from edge.files import remove_whole
from edge.releases.activate import stop_guard
from edge.releases.install import changing
from edge.releases.layout import ENABLED, INSTALLED, USERS
from edge.releases.target_system import TargetSystem


def uninstall(system: TargetSystem) -> None:
    """Stop the service, and remove everything that was installed, except the settings.

    Raises:
        UserError: Another process changes the releases at this moment.
    """
    if not system.layout.base.exists() and not any(link.is_symlink() for link in system.layout.links):
        system.say("maskwatch is not installed here.")
        return
    with changing(system.layout):
        system.systemctl("stop", *ENABLED, *INSTALLED, seconds=120.0)
        stop_guard(system)
        _remove(system)
    if system.layout.settings.parent.exists():
        where = system.layout.settings.parent
        system.say(f"maskwatch is removed. Its settings stay in {where}; remove them by hand if you wish.")
    else:
        system.say("maskwatch is removed.")


def _remove(system: TargetSystem) -> None:
    layout = system.layout
    layout.trial_unit.unlink(missing_ok=True)
    for link in reversed(layout.links):
        link.unlink(missing_ok=True)
        for folder in ("usr/local/lib", "etc/systemd/system"):
            _remove_empty(link.parent, below=layout.root / folder)
    system.systemctl("daemon-reload")
    for user in USERS:
        system.run(("userdel", user), 60.0)
    for state in (layout.state, layout.counts):
        shutil.rmtree(state, ignore_errors=True)
    remove_whole(layout.base)


def _remove_empty(folder: Path, *, below: Path) -> None:
    """Remove the folders that held only our links."""
    while folder.is_relative_to(below) and folder != below and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
