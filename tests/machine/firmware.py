"""What a Raspberry Pi's GPU firmware does, and QEMU does not: read the boot partition and describe the board."""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Self

BOOT_PARTITION = "@@8M"
"""What mtools are told to find it on a card."""

DEVICE_TREE = "bcm2710-rpi-3-b.dtb"
REVISION = "0xa02082"
"""That of a Raspberry Pi 3B, by which gpiozero knows the board."""

HURRY = (
    # Four processors that share one of the host's wait for each other most of the time.
    "isolcpus=1-3",
    "systemd.condition_needs_update=no",
    *(f"systemd.mask={name}.timer" for name in ("apt-daily", "apt-daily-upgrade", "e2scrub_all", "dpkg-db-backup")),
)
"""What else the kernel and systemd are told, so that a processor in software has less to do."""


@dataclass(frozen=True, kw_only=True)
class BootFiles:
    """What QEMU is handed instead."""

    kernel: Path
    initramfs: Path
    device_tree: Path
    command_line: str

    @classmethod
    def of(cls, card: Path, folder: Path) -> Self:
        """Read a card's boot partition as it is now, into a folder."""
        kernel, initramfs, tree = (_read(card, name, folder) for name in ("kernel8.img", "initramfs8", DEVICE_TREE))
        _run("fdtput", "-p", "-t", "x", tree, "/system", "linux,revision", REVISION)
        # As `dtoverlay=disable-bt` has it: without Bluetooth the first serial port is free, for the test.
        _run("fdtput", "-r", tree, "/soc/serial@7e201000/bluetooth")
        line = _read(card, "cmdline.txt", folder).read_text().strip().replace("serial0", "ttyS1")
        return cls(
            kernel=kernel, initramfs=initramfs, device_tree=tree, command_line=" ".join([line, "panic=-1", *HURRY])
        )


def write_boot_file(card: Path, file: Path) -> None:
    """Copy a file onto a card's boot partition, as somebody with a card reader does."""
    _run("mcopy", "-o", "-i", f"{card}{BOOT_PARTITION}", file, f"::/{file.name}")


def _read(card: Path, name: str, folder: Path) -> Path:
    _run("mcopy", "-n", "-o", "-i", f"{card}{BOOT_PARTITION}", f"::/{name}", folder / name)
    return folder / name


def _run(*command: str | Path) -> None:
    subprocess.run(command, check=True, capture_output=True)
