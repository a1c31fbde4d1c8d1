"""Installing a bundle, which contains everything that is needed: no network is used."""

import fcntl
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

from edge.errors import UserError
from edge.files import folder_for, link_whole, remove_whole, write_whole
from edge.releases.activate import activate
from edge.releases.health_check import HEALTH_CHECK, HealthCheck
from edge.releases.layout import ENABLED, INSTALLED, UNIT, Layout
from edge.releases.manifest import read_installable
from edge.releases.record import Record, installed_releases, linked_release, read_health, read_record
from edge.releases.signature import refuse_untrusted
from edge.releases.target_system import TargetSystem, refuse_other_machine
from edge.releases.unpack import add_release, refuse_small_disk, remove_partial, unpack_bundle
from edge.settings.toml_file import read_settings

KEEP = 3
"""Number of releases to keep: the current one, the previous one, and the newest healthy one of the others."""


def install_bundle(
    bundle: Path,
    system: TargetSystem,
    *,
    health_check: HealthCheck = HEALTH_CHECK,
    now: Callable[[], datetime] = datetime.now,
) -> int:
    """Install the unpacked and verified bundle in a folder, and make it the current release.

    Returns:
        Exit status: 0 if it runs now (or will run at the next boot, without systemd), 1 if it is not healthy.

    Raises:
        UserError: The bundle is not for this machine, is not signed by a key that the board trusts, does not fit on the
            disk, or would refuse the board's settings.
    """
    layout = system.layout
    refuse_untrusted(bundle, layout)
    manifest = read_installable(bundle)
    name = manifest.release
    refuse_other_machine(python=manifest.python, machine=manifest.machine, target=manifest.target)
    _refuse_missing_packages(manifest.needs)
    if layout.settings.exists():
        # Refuse here what the service would refuse, before anything changes.
        read_settings(layout.settings)
    with changing(layout):
        if not layout.release(name).exists():
            refuse_small_disk(bundle, layout.releases)
            system.say(f"Unpacking {name}; this takes a minute on a small board.")
            record = Record(
                name=name,
                version=manifest.version,
                target=manifest.target,
                installed_at=now().isoformat(timespec="seconds"),
                program=name,
            )
            add_release(layout, record, lambda folder: unpack_bundle(bundle, folder, final=layout.release(name)))
        _furnish(system, bundle, layout.release(name))
        _say_what_becomes_of_models(system, name)
        return take_up(system, name, health_check)


def take_up(system: TargetSystem, name: str, health_check: HealthCheck) -> int:
    """Make an installed release the current one and remove the oldest; returns the exit status."""
    fault = activate(system, name, health_check)
    if not fault:
        system.say(f"{name} is current.")
        _restart_companions(system)
    _remove_oldest(system)
    return 1 if fault else 0


def _remove_oldest(system: TargetSystem) -> None:
    """Remove the releases beyond KEEP, but never the current or the previous one."""
    layout = system.layout
    linked = {linked_release(layout.current), linked_release(layout.previous)} - {None}
    others = [record.name for record in installed_releases(layout) if record.name not in linked]
    # The sort is stable: it keeps equal releases in the order of their age.
    others.sort(key=lambda name: _was_healthy(layout, name))
    for name in others[: max(0, len(others) + len(linked) - KEEP)]:
        remove_whole(layout.release(name))
        system.say(f"{name} is removed; {KEEP} releases are kept.")


def _was_healthy(layout: Layout, name: str) -> bool:
    health = read_health(layout.release(name))
    return health is not None and health.healthy


def _restart_companions(system: TargetSystem) -> None:
    """Restart the other units with the current release; the door does not depend on them."""
    others = [unit for unit in ENABLED if unit != UNIT]
    system.systemctl("start", *others)
    system.systemctl("try-restart", *(unit for unit in (*others, *INSTALLED) if unit.endswith(".service")))


@contextmanager
def changing(layout: Layout) -> Iterator[None]:
    """Lock the releases for a change, after removing what an interrupted change left.

    Raises:
        UserError: Another process changes them at this moment.
    """
    # The service's user must be able to read everything that root writes, including these folders.
    before = os.umask(0o022)
    try:
        with folder_for(layout.releases), _locked(layout.releases):
            remove_partial(layout)
            yield
    finally:
        os.umask(before)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise UserError("Another installation is running", "wait until it ends") from error
    finally:
        os.close(descriptor)


def _furnish(system: TargetSystem, bundle: Path, release: Path) -> None:
    """Make what all releases share: user, folders, links, and default settings if there are none."""
    system.run(("systemd-sysusers", str(release / "systemd/sysusers.conf")), 60.0)
    system.run(("systemd-tmpfiles", "--create", str(release / "systemd/tmpfiles.conf")), 60.0)
    if not system.layout.settings.exists():
        write_whole(system.layout.settings, (bundle / "maskwatch.toml").read_bytes())
    for link, target in system.layout.links.items():
        if not (link.is_symlink() and str(link.readlink()) == target):
            link_whole(link, target)


def _say_what_becomes_of_models(system: TargetSystem, name: str) -> None:
    current = linked_release(system.layout.current)
    if current in (None, name):
        return
    with suppress(UserError):
        for kind, model in read_record(system.layout.release(current)).models.items():
            system.say(
                f"The {kind} that was pushed alone ({model.network}, {model.sha256[:8]}) stays in {current}; this "
                "bundle contains its own."
            )


def _refuse_missing_packages(needs: Mapping[str, str]) -> None:
    """Refuse a system that lacks modules that only the system can provide; `needs` names the package of each."""
    missing = [package for module, package in sorted(needs.items()) if find_spec(module) is None]
    if missing:
        raise UserError("The operating system lacks packages", f"run `sudo apt install {' '.join(missing)}`")
