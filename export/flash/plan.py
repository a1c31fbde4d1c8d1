"""What flashing will do to a card, worked out before anything is written."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from edge.errors import UserError
from export.flash.access import Access
from export.flash.bundle_file import BundleFile
from export.flash.card import Card
from export.flash.cloud_init import instance_name, merged_meta_data, merged_network_config, merged_user_data
from export.flash.cmdline import with_country, with_first_run, with_instance
from export.flash.firstrun import merged_firstrun
from export.flash.login import login
from export.flash.partition import BootPartition

FOLDER = "maskwatch"
FIRST_BOOT = Path(__file__).with_name("first-boot.sh")
SUM = f"{FOLDER}/bundle.sha256"
SETTINGS = f"{FOLDER}/maskwatch.toml"
WIFI = re.compile(r"\bset_wlan\b|^\s*access-points:", re.MULTILINE)
CLUSTER_BYTES = 32 << 10
"""Files fill whole clusters, the largest that FAT has."""
SPARE_BYTES = 32 << 20
"""Left free for the system's own updates of kernel and initramfs."""


@dataclass(frozen=True, kw_only=True)
class FileChange:
    """A file to write."""

    name: str
    content: bytes | BundleFile
    before: bytes | None
    """What is there now."""

    @property
    def bytes_count(self) -> int:
        """Its new size."""
        return len(self.content) if isinstance(self.content, bytes) else self.content.bytes_count

    def chunks(self) -> Iterable[bytes]:
        """Its new content."""
        return [self.content] if isinstance(self.content, bytes) else self.content.chunks()


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The changes in the order in which they are made: what sets off the first boot comes last."""

    partition: BootPartition
    card: Card
    bundle: BundleFile
    changes: list[FileChange]
    removals: list[str]
    """Bundles of earlier times."""
    has_wifi: bool
    """Whether the card names a wireless network in the end."""
    login: str
    """`user@host.local` for who has the key that was given, or empty."""
    secrets: list[str] = field(default_factory=list)
    """What must not be shown."""

    @property
    def needed_bytes(self) -> int:
        """Space that the changes take; a file that is replaced is there twice for a moment."""
        return sum(-(-change.bytes_count // CLUSTER_BYTES) * CLUSTER_BYTES for change in self.changes)


def make_plan(
    partition: BootPartition, card: Card, bundle: BundleFile, access: Access, settings: bytes | None = None
) -> Plan:
    """Work out what to write; files that are as they should be are left alone.

    Args:
        partition: The card's boot partition.
        card: What is on it.
        bundle: The bundle to put there.
        access: Name, user and network to give it.
        settings: Content of a settings file to put there.

    Raises:
        UserError: Something on the card cannot be added to, or space is short.
    """
    texts = _system_files(partition, card, bundle, access)
    files = _own_files(bundle, settings) | {name: text.encode() for name, text in texts.items()}
    changes = [change for name, content in files.items() if (change := _change(partition, name, content))]
    plan = Plan(
        partition=partition,
        card=card,
        bundle=bundle,
        changes=changes,
        removals=[
            f"{FOLDER}/{name}" for name in partition.names(FOLDER) if name.endswith(".tar") and name != bundle.name
        ],
        has_wifi=any(WIFI.search(text) for text in ({"": _text(partition, "network-config")} | texts).values()),
        login=login(access, {name: _text(partition, name) for name in ("userconf", "userconf.txt")} | texts),
        secrets=[access.wifi.psk] if access.wifi else [],
    )
    _refuse_if_too_large(plan)
    return plan


def _own_files(bundle: BundleFile, settings: bytes | None) -> dict[str, bytes | BundleFile]:
    files: dict[str, bytes | BundleFile] = {
        f"{FOLDER}/{bundle.name}": bundle,
        SUM: f"{bundle.sha256}  {bundle.name}\n".encode(),
        f"{FOLDER}/first-boot.sh": FIRST_BOOT.read_bytes(),
    }
    return files | ({SETTINGS: settings} if settings is not None else {})


def _system_files(partition: BootPartition, card: Card, bundle: BundleFile, access: Access) -> dict[str, str]:
    if card.system == "trixie":
        return _trixie_files(partition, access, bundle.sha256)
    return _bookworm_files(partition, access)


def _trixie_files(partition: BootPartition, access: Access, digest: str) -> dict[str, str]:
    user_data = merged_user_data(_text(partition, "user-data"), access)
    network = _text(partition, "network-config")
    network = merged_network_config(network, access.wifi) if access.wifi else network
    instance = instance_name(user_data, network, digest)
    cmdline = with_instance(_text(partition, "cmdline.txt"), instance)
    return {
        **({"network-config": network} if access.wifi else {}),
        # `enable_ssh: true` in user-data does not work on every image; this file does, and has for ten years.
        **({"ssh": ""} if access.ssh_key else {}),
        "user-data": user_data,
        "cmdline.txt": with_country(cmdline, access.wifi.country) if access.wifi else cmdline,
        "meta-data": merged_meta_data(_text(partition, "meta-data"), instance),
    }


def _bookworm_files(partition: BootPartition, access: Access) -> dict[str, str]:
    has_user = bool({"userconf", "userconf.txt"} & set(partition.names()))
    cmdline = with_first_run(_text(partition, "cmdline.txt"))
    return {
        "firstrun.sh": merged_firstrun(_text(partition, "firstrun.sh"), access, has_user=has_user),
        "cmdline.txt": with_country(cmdline, access.wifi.country) if access.wifi else cmdline,
    }


def _text(partition: BootPartition, name: str) -> str:
    """A text file with the line ends of Linux, empty if it is not there."""
    if name not in partition.names():
        return ""
    try:
        return partition.read(name).decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise UserError(
            f"{name} on the card is no text, so nothing can be added to it", "move it away first"
        ) from error


def _change(partition: BootPartition, name: str, content: bytes | BundleFile) -> FileChange | None:
    folder, _, file = name.rpartition("/")
    before = partition.read(name) if file in partition.names(folder) else None
    if isinstance(content, BundleFile):
        same = before is not None and hashlib.sha256(before).hexdigest() == content.sha256
    else:
        same = before == content
    return None if same else FileChange(name=name, content=content, before=before)


def _refuse_if_too_large(plan: Plan) -> None:
    free = plan.partition.free_bytes()
    if plan.changes and plan.needed_bytes + SPARE_BYTES > free:
        raise UserError(
            f"{plan.partition} has {free / 1e6:.0f} MB free, but {plan.needed_bytes / 1e6:.0f} MB are needed and "
            f"{SPARE_BYTES / 1e6:.0f} MB more for the system's updates",
            "remove what is not needed there, or write the system to the card anew",
        )
