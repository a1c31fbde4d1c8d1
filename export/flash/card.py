"""Which Raspberry Pi OS is on a card, recognized by the files of its boot partition."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from edge.errors import UserError
from export.flash.cmdline import split_line
from export.flash.image import ImageFile
from export.flash.partition import BootPartition, MountedFolder

System = Literal["bookworm", "trixie"]

KERNELS_64_BIT = {"kernel8.img", "kernel_2712.img"}
KERNELS_32_BIT = {"kernel.img", "kernel7.img", "kernel7l.img"}
"""Images of the 32-bit system hold these beside a 64-bit kernel; those of the 64-bit system never do."""
OTHER_COMMAND_LINE = re.compile(
    r"^[ \t]*(?:cmdline[ \t]*=[ \t]*(?!cmdline\.txt\s*$)|os_prefix[ \t]*=[ \t]*)\S.*$", re.MULTILINE | re.IGNORECASE
)
"""Lines of config.txt after which the firmware reads another file than cmdline.txt."""
CLOUD_INIT = {"user-data", "meta-data"}
"""On Trixie's cards from the first one on, and on none of Bookworm's."""


@dataclass(frozen=True, kw_only=True)
class Card:
    """A stock Raspberry Pi OS."""

    system: System
    lite: bool
    """Whether it is the image without a desktop, on which python3-picamera2 is not installed."""
    issue: str
    """First line of its `issue.txt`, such as "Raspberry Pi reference 2025-10-01", or empty."""


def open_partition(place: Path) -> BootPartition:
    """The boot partition that is mounted on a folder, or the one inside an image file.

    Raises:
        UserError: It is neither.
    """
    if place.is_block_device():
        raise UserError(f"{place} is a device", "name the folder where its boot partition (bootfs) is mounted instead")
    if place.is_dir():
        return MountedFolder(place)
    if place.is_file():
        return ImageFile(place)
    if place.exists():
        raise UserError(f"{place} is neither a folder nor an image", "name the folder where bootfs is mounted")
    raise UserError(f"There is no {place}", "name the folder where the card's boot partition is mounted, or an image")


def recognize(partition: BootPartition) -> Card:
    """Tell which Raspberry Pi OS a boot partition belongs to.

    Raises:
        UserError: It is no boot partition of a Raspberry Pi OS that maskwatch runs on.
    """
    names = {name.lower() for name in partition.names()}
    _refuse_others(partition, names)
    _refuse_other_command_line(partition)
    issue = partition.read("issue.txt").decode(errors="replace") if "issue.txt" in names else ""
    return Card(
        system="trixie" if names & CLOUD_INIT else "bookworm",
        lite=re.search(r"\bstage2\b", issue) is not None,
        issue=issue.partition("\n")[0].strip(),
    )


def _refuse_others(partition: BootPartition, names: set[str]) -> None:
    if not {"config.txt", "cmdline.txt"} <= names or not _names_root(partition):
        raise UserError(
            f"{partition} is not the boot partition of Raspberry Pi OS (no config.txt, or no cmdline.txt that names a "
            "root file system)",
            "name the one that is called bootfs",
        )
    if names & KERNELS_32_BIT or _switched_to_32_bit(partition):
        raise UserError(f"{partition} holds a 32-bit system", "write Raspberry Pi OS (64-bit) to the card first")
    if not names & KERNELS_64_BIT:
        raise UserError(
            f"{partition} holds no kernel (no {' or '.join(sorted(KERNELS_64_BIT))})",
            "write Raspberry Pi OS (64-bit) to the card again",
        )
    if "initramfs8" not in names and not names & CLOUD_INIT:
        raise UserError(
            f"{partition} holds a system that is older than Bookworm, or not Raspberry Pi OS",
            "write Raspberry Pi OS (64-bit), Bookworm or Trixie, to the card first",
        )


def _refuse_other_command_line(partition: BootPartition) -> None:
    """Refuse a card whose firmware reads another file than cmdline.txt."""
    config = partition.read("config.txt").decode("latin-1")
    other = OTHER_COMMAND_LINE.search(config)
    if other:
        raise UserError(
            f'config.txt on the card says "{other[0].strip()}", so cmdline.txt is not in force', "take that out first"
        )


def _names_root(partition: BootPartition) -> bool:
    line, _ = split_line(partition.read("cmdline.txt").decode("latin-1"))
    return any(word.startswith("root=") for word in line.split())


def _switched_to_32_bit(partition: BootPartition) -> bool:
    values = re.findall(r"^\s*arm_64bit\s*=\s*(\d+)", partition.read("config.txt").decode("latin-1"), re.MULTILINE)
    return bool(values) and values[-1] == "0"
