"""What flashing does to a card: worked out before anything is written, then carried out.

A card that is pulled out at any moment is the old one or the new one.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from edge.errors import UserError
from export.flash.access import Access
from export.flash.bundle_file import BundleFile
from export.flash.card import Card
from export.flash.login import Login, read_login
from export.flash.partition import BootPartition
from export.flash.system_files import card_texts, changed_files, encoded

FOLDER = "maskwatch"
FIRST_BOOT = Path(__file__).with_name("first-boot.sh")
SUM = f"{FOLDER}/bundle.sha256"
TRUSTED = f"{FOLDER}/trusted_keys"
SETTINGS = f"{FOLDER}/maskwatch.toml"
OLD_BUNDLE = re.compile(r"maskwatch-[\w.+-]+\.tar", re.IGNORECASE)
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
    """The changes in the order in which they are made: the file that starts the first boot comes last."""

    partition: BootPartition
    card: Card
    bundle: BundleFile
    changes: list[FileChange]
    removals: list[str]
    """Older bundles."""
    has_wifi: bool
    """Whether the card names a wireless network in the end."""
    login: Login
    """How a person logs in to the board."""
    secrets: list[str] = field(default_factory=list)
    """What must not be shown."""

    @property
    def needed_bytes(self) -> int:
        """Space that the changes take; a file that is replaced is there twice for a moment."""
        return sum(-(-change.bytes_count // CLUSTER_BYTES) * CLUSTER_BYTES for change in self.changes)


def make_plan(
    partition: BootPartition,
    card: Card,
    bundle: BundleFile,
    access: Access,
    settings: bytes | None = None,
    trusted: Sequence[str] = (),
) -> Plan:
    """Work out what to write; files that are already right are not written.

    Args:
        partition: The card's boot partition.
        card: What is on it.
        bundle: The bundle to put there.
        access: Name, user and network to give it.
        settings: Content of a settings file to put there.
        trusted: Public keys, one of which must have signed each bundle from then on.

    Raises:
        UserError: Something on the card cannot be added to, or space is short.
    """
    before = card_texts(partition)
    texts = changed_files(partition, card, access, bundle.sha256, before)
    files = _own_files(bundle, settings, trusted) | {
        name: encoded(partition, name, text) for name, text in texts.items()
    }
    login = read_login(card.system, before | texts, access.ssh_key)
    plan = Plan(
        partition=partition,
        card=card,
        bundle=bundle,
        changes=[change for name, content in files.items() if (change := _change(partition, name, content))],
        removals=_old_bundles(partition, bundle),
        has_wifi=login.wifi or any(WIFI.search(text) for text in (before | texts).values()),
        login=login,
        secrets=[access.wifi.psk] if access.wifi else [],
    )
    _refuse_if_too_large(plan)
    return plan


def write_card(plan: Plan, advanced: Callable[[int], None]) -> None:
    """Write what a plan says, in its order, and remove what it says at the end.

    Args:
        plan: What to do.
        advanced: Called with the number of further bytes that are on the card.

    Raises:
        UserError: The card cannot be written, or Ctrl-C.
    """
    name = ""
    try:
        for change in plan.changes:
            name = change.name
            plan.partition.write(name, _watched(change.chunks(), advanced))
        for name in plan.removals:
            plan.partition.remove(name)
    except KeyboardInterrupt as error:
        raise UserError(f"Stopped at {name}", "give the same command again to finish the card") from error
    except OSError as error:
        raise UserError(
            f"{name} could not be written to {plan.partition} ({error.strerror or error})",
            "see that the card may be written to, then give the same command again",
        ) from error


def _watched(chunks: Iterable[bytes], advanced: Callable[[int], None]) -> Iterator[bytes]:
    for chunk in chunks:
        yield chunk
        advanced(len(chunk))


def _own_files(bundle: BundleFile, settings: bytes | None, trusted: Sequence[str]) -> dict[str, bytes | BundleFile]:
    files: dict[str, bytes | BundleFile] = {
        f"{FOLDER}/{bundle.name}": bundle,
        SUM: f"{bundle.sha256}  {bundle.name}\n".encode(),
        f"{FOLDER}/first-boot.sh": FIRST_BOOT.read_bytes(),
    }
    files |= {TRUSTED: "".join(f"{key}\n" for key in trusted).encode()} if trusted else {}
    return files | ({SETTINGS: settings} if settings is not None else {})


def _old_bundles(partition: BootPartition, bundle: BundleFile) -> list[str]:
    return [
        f"{FOLDER}/{name}"
        for name in partition.names(FOLDER)
        if OLD_BUNDLE.fullmatch(name) and name.lower() != bundle.name.lower()
    ]


def _change(partition: BootPartition, name: str, content: bytes | BundleFile) -> FileChange | None:
    before = partition.read(name) if partition.holds(name) else None
    if isinstance(content, BundleFile):
        same = before is not None and hashlib.sha256(before).hexdigest() == content.sha256
    else:
        same = before == content
    return None if same else FileChange(name=partition.actual(name), content=content, before=before)


def _refuse_if_too_large(plan: Plan) -> None:
    free = plan.partition.free_bytes()
    if plan.changes and plan.needed_bytes + SPARE_BYTES > free:
        raise UserError(
            f"{plan.partition} has {free / 1e6:.0f} MB free, but {plan.needed_bytes / 1e6:.0f} MB are needed and "
            f"{SPARE_BYTES / 1e6:.0f} MB more for the system's updates",
            "remove what is not needed there, or write the system to the card again",
        )
