"""Boot partitions as Raspberry Pi OS ships them: the same names, and the texts that matter, in a folder or an image."""

import hashlib
import io
import json
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console

from export.cli import main
from export.flash import command
from export.flash.access import Access, Wifi
from export.flash.partition import BootPartition, MountedFolder

from .board import Board

FIRMWARE = ["bootcode.bin", "start.elf", "start4.elf", "fixup.dat", "fixup4.dat", "bcm2710-rpi-3-b.dtb"]
ISSUE = "Raspberry Pi reference {date}\nGenerated using pi-gen, https://example.org/pi-gen, 0123abcd, {stage}\n"
CONFIG = "camera_auto_detect=1\nauto_initramfs=1\n# Run in 64-bit mode\narm_64bit=1\n[cm4]\notg_mode=1\n"
CONSOLE = "console=serial0,115200 console=tty1 root=PARTUUID=4d8fd085-02 rootfstype=ext4 fsck.repair=yes rootwait"
USER_DATA = "#cloud-config\n\n# This is the user-data configuration file.\n#hostname: raspberrypi\n#ssh_pwauth: false\n"
NETWORK_CONFIG = "# This file contains a netplan-compatible configuration.\n#network:\n#  version: 2\n"
META_DATA = "# Instance of the image.\ndsmode: local\ninstance_id: rpios-image\n"

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAl1ld5QKOaFN3rdm6ba7ZwI7mTJvAV5aYzGW7h5DoOr someone@desk"
WIFI = Wifi(ssid="Front door", psk="f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e", country="DE")
EVERYTHING = Access(hostname="door-1", user="anna", ssh_key=KEY, wifi=WIFI)

IMAGER_FIRSTRUN = """#!/bin/sh

set +e

CURRENT_HOSTNAME=$(cat /etc/hostname | tr -d " \\t\\n\\r")
if [ -f /usr/lib/raspberrypi-sys-mods/imager_custom ]; then
   /usr/lib/raspberrypi-sys-mods/imager_custom set_hostname hall
else
   echo hall >/etc/hostname
fi
if [ -f /usr/lib/userconf-pi/userconf ]; then
   /usr/lib/userconf-pi/userconf 'anna' '$5$salt$hash'
fi
rm -f /boot/firstrun.sh
sed -i 's| systemd.run.*||g' /boot/cmdline.txt
exit 0
"""
IMAGER_RUN = " systemd.run=/boot/firstrun.sh systemd.run_success_action=reboot systemd.unit=kernel-command-line.target"
IMAGER_USER_DATA = """#cloud-config
hostname: hall
manage_etc_hosts: true
packages:
- avahi-daemon
apt:
  conf: |
    Acquire {
      Check-Date "false";
    };
timezone: Europe/Berlin
users:
- name: anna
  groups: users,adm,dialout,audio,netdev,video,plugdev,cdrom,games,input,gpio,spi,i2c,render,sudo
  shell: /bin/bash
  lock_passwd: false
  passwd: $5$salt$hash
runcmd:
  - [ rfkill, unblock, wifi ]  # radio on
"""
IMAGER_NETWORK_CONFIG = """network:
  version: 2
  wifis:
    wlan0:
      dhcp4: true
      regulatory-domain: "GB"
      access-points:
        "Hall":
          password: "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
      optional: true
"""


def stock(system: str) -> dict[str, str]:
    """Files of a card that nothing but the image was written to."""
    files = dict.fromkeys(FIRMWARE, "firmware")
    files |= dict.fromkeys(("kernel8.img", "kernel_2712.img", "initramfs8", "initramfs_2712"), "kernel")
    files |= {"overlays/README": "overlays\n", "config.txt": CONFIG}
    if system == "trixie":
        files |= {"cmdline.txt": f"{CONSOLE} resize\n", "issue.txt": ISSUE.format(date="2025-10-01", stage="stage2")}
        return files | {"user-data": USER_DATA, "network-config": NETWORK_CONFIG, "meta-data": META_DATA}
    run = "quiet init=/usr/lib/raspberrypi-sys-mods/firstboot"
    return files | {"cmdline.txt": f"{CONSOLE} {run}\n", "issue.txt": ISSUE.format(date="2024-11-19", stage="stage4")}


def imager(system: str) -> dict[str, str]:
    """The same after Raspberry Pi Imager has written what it was asked to."""
    files = stock(system)
    if system == "trixie":
        line = f"{CONSOLE} resize cfg80211.ieee80211_regdom=GB ds=nocloud;i=rpi-imager-1780381847245\n"
        files |= {"meta-data": "instance-id: rpi-imager-1780381847245\n", "cmdline.txt": line}
        return files | {"user-data": IMAGER_USER_DATA, "network-config": IMAGER_NETWORK_CONFIG}
    return files | {"firstrun.sh": IMAGER_FIRSTRUN, "cmdline.txt": files["cmdline.txt"].rstrip() + IMAGER_RUN}


@pytest.fixture(scope="session")
def samples() -> SimpleNamespace:
    """What is on cards, and what they are to be told."""
    return SimpleNamespace(stock=stock, imager=imager, image=write_image, key=KEY, wifi=WIFI, everything=EVERYTHING)


@pytest.fixture
def folder(tmp_path: Path) -> Callable[[dict[str, str]], BootPartition]:
    """Mounts a card, as far as flashing can tell."""

    def make(files: dict[str, str]) -> BootPartition:
        place = tmp_path / "bootfs"
        for name, text in files.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_text(text)
        return MountedFolder(place)

    return make


def write_image(path: Path, files: dict[str, str], megabytes: int = 48) -> None:
    """An image with an MBR, a FAT partition that holds the files, and the beginning of another partition."""
    if not shutil.which("mkfs.vfat") or not shutil.which("mcopy"):
        pytest.skip("not run, because mkfs.vfat (dosfstools) or mcopy (mtools) is missing")
    start, sectors = 2048, megabytes * 2048
    content = path.parent / "content"
    for name, text in files.items():
        (content / name).parent.mkdir(parents=True, exist_ok=True)
        (content / name).write_text(text)
    table = bytearray(512)
    for number, (kind, first, count) in enumerate([(0x0C, start, sectors), (0x83, start + sectors, 2048)]):
        entry = bytes([0, 0, 0, 0, kind, 0, 0, 0]) + first.to_bytes(4, "little") + count.to_bytes(4, "little")
        table[446 + 16 * number : 462 + 16 * number] = entry
    table[510:] = b"\x55\xaa"
    with path.open("wb") as file:
        file.write(table)
        file.truncate((start + sectors + 2048) * 512)
        file.seek((start + sectors) * 512)
        file.write(b"root" * 128)
    subprocess.run(
        ["mkfs.vfat", "-n", "bootfs", f"--offset={start}", path, str(megabytes * 1024)],
        check=True,
        capture_output=True,
    )
    subprocess.run(
        ["mcopy", "-s", "-i", f"{path}@@{start * 512}", *content.iterdir(), "::/"], check=True, capture_output=True
    )
    shutil.rmtree(content)


@pytest.fixture
def bundle(tmp_path: Path) -> Callable[..., Path]:
    """Makes a bundle that holds hardly anything."""

    def make(target: str = "trixie", version: str = "0.1.0+01234567", installer: str = "print('installed')\n") -> Path:
        path = tmp_path / f"made-{version}-{target}.tar"
        files = {"install.py": hashlib.sha256(installer.encode()).hexdigest()}
        manifest = json.dumps({"release": version, "target": target, "files": files})
        with tarfile.open(path, "w") as tar:
            for name, text in (("manifest.json", manifest), ("install.py", installer)):
                member = tarfile.TarInfo(name)
                member.size = len(text)
                tar.addfile(member, io.BytesIO(text.encode()))
        return path

    return make


@pytest.fixture
def signer(tmp_path):
    """The key of a person who signs."""
    if not shutil.which("ssh-keygen"):
        pytest.skip("not run, because ssh-keygen (openssh-client) is missing")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "signer"], check=True)
    return tmp_path / "signer"


@pytest.fixture
def board(tmp_path, bundle):
    """A board whose card holds a bundle with an installer that says how it was called."""
    board = Board(tmp_path, bundle)
    board.card("import sys; print('arguments', *sys.argv[1:])")
    return board


@pytest.fixture
def flash(monkeypatch):
    """Runs the command; returns its exit status and what it printed."""

    def run(*arguments, password="password", ask=None):
        monkeypatch.setattr(command, "getpass", ask or (lambda _: password))
        out = io.StringIO()
        monkeypatch.setattr("rich.console.Console", lambda **options: Console(file=out, width=120, **options))
        status = main(["flash", *map(str, arguments)])
        return SimpleNamespace(status=status, out=out.getvalue())

    return run


@pytest.fixture(params=["bookworm", "trixie"])
def system(request):
    return request.param


@pytest.fixture
def card(folder, samples, system):
    return folder(samples.imager(system))


@pytest.fixture
def everything(tmp_path, samples):
    (tmp_path / "id.pub").write_text(samples.key)
    (tmp_path / "settings.toml").write_text("[alarm]\nled_pin = 22\n")
    return (
        *("--hostname", "door-1", "--user", "ben", "--ssh-key", tmp_path / "id.pub", "--wifi", "Front door"),
        *("--wifi-country", "DE", "--settings", tmp_path / "settings.toml"),
    )


def content(card):
    """What is on a card, by name."""
    return {
        f"{folder}{name}": card.read(f"{folder}{name}")
        for folder in ("", "maskwatch/")
        for name in card.names(folder.rstrip("/"))
        if name.lower() not in ("overlays", "maskwatch")
    }
