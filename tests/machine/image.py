"""A card as Raspberry Pi OS (64-bit, Lite, Trixie) is when it has just been written: Debian stands in for it."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

HERE = Path(__file__).parent
BOOTFS, ROOTFS, FROM_PYPI, UNPACK = HERE / "bootfs", HERE / "rootfs", HERE / "from-pypi.txt", HERE / "unpack.sh"

PACKAGES = (
    *("linux-image-arm64", "initramfs-tools", "zstd", "systemd-sysv", "udev", "dbus", "kmod", "dosfstools"),
    *("python3", "python3-numpy", "python3-colorzero", "v4l-utils", "gpiod", "cloud-init"),
    *("iproute2", "netbase"),
)
UNUSED_DRIVERS = (
    *("sound", *(f"drivers/{name}" for name in ("gpu", "infiniband", "iio", "scsi", "hwmon"))),
    *(f"drivers/net/{name}" for name in ("wireless", "ethernet", "can")),
    *(f"drivers/media/{name}" for name in ("dvb-frontends", "tuners", "pci")),
)
EXCLUDED = (
    *(f"/usr/share/{name}/*" for name in ("doc", "man", "locale")),
    # The initramfs does without udev, which takes it a minute: the kernel makes the card's devices.
    *("/usr/share/initramfs-tools/*/udev", "/usr/lib/udev/hwdb.d/*"),
    *(f"/usr/lib/modules/*/kernel/{name}/*" for name in UNUSED_DRIVERS),
)

BINFMT = Path("/proc/sys/fs/binfmt_misc")
"""Where the kernel is told which interpreter runs foreign programs."""

CARD_MB, BOOT_START_MB, BOOT_MB = 4096, 8, 512
"""QEMU wants a power of two; the boot partition lies where Raspberry Pi OS has it, and is as large."""
ROOT_START_MB = BOOT_START_MB + BOOT_MB
TABLE = f"""label: dos
label-id: 0x6d61736b
start={BOOT_START_MB}MiB, size={BOOT_MB}MiB, type=c
start={ROOT_START_MB}MiB, type=83
"""
"""The disk's number is in cmdline.txt and fstab, too."""

DEVICE_TREES = {"bcm2837-rpi-3-b.dtb": "bcm2710-rpi-3-b.dtb", "bcm2711-rpi-4-b.dtb": "bcm2711-rpi-4-b.dtb"}
"""Debian's names, and those on a card."""
FIRMWARE = ("bootcode.bin", "start.elf", "start4.elf", "fixup.dat", "fixup4.dat")
"""Empty here: QEMU has no GPU that would run them."""


class ImageError(Exception):
    """A tool is missing or failed, or Debian's archive was not reached."""


def stock_card(cache: Path, *, only_cached: bool = False) -> Path:
    """The image of a card that has never been booted; made if it is not in the cache, which takes ten minutes or more.

    Raises:
        ImageError: It cannot be made here, or is not to be.
    """
    root = f"root-{_digest((PACKAGES, EXCLUDED), FROM_PYPI, UNPACK)}"
    layout = (root, TABLE, CARD_MB, DEVICE_TREES, FIRMWARE)
    card = f"card-{_digest(layout, BOOTFS, ROOTFS)}.img"
    if only_cached and not (cache / card).exists():
        raise ImageError("it is not in the cache")
    return _cached(cache, card, lambda partial: _write_card(_cached(cache, root, _bootstrap), partial))


def _digest(constants: object, *inputs: Path) -> str:
    """A name for what is made of these: constants, files, and folders of files."""
    digest = hashlib.sha256(repr(constants).encode())
    for path in (path for given in inputs for path in [given, *sorted(given.rglob("*"))]):
        if path.is_file():
            digest.update(f"{path.relative_to(HERE)}\0{path.read_text()}\0".encode())
    return digest.hexdigest()[:12]


def _cached(cache: Path, name: str, make: Callable[[Path], None]) -> Path:
    """What is in the cache by that name, or has been made there: whole, or not at all."""
    done = cache / name
    if not done.exists():
        cache.mkdir(parents=True, exist_ok=True)
        partial = cache / f"{os.getpid()}-{name}.partial"
        try:
            make(partial)
            partial.rename(done)
        finally:
            _remove(partial)
    return done


def _register_emulator() -> None:
    """Let this kernel run aarch64 programs by QEMU, as systemd-binfmt does at boot; a container has no systemd."""
    if (BINFMT / "qemu-aarch64").exists():
        return
    rule = next(iter(sorted(Path("/usr/lib/binfmt.d").glob("qemu-aarch64*.conf"))), None)
    if rule is None:
        raise ImageError("this kernel is not told how to run aarch64 programs: install qemu-user-static")
    if not (BINFMT / "register").exists():
        _call("mount", "-t", "binfmt_misc", "binfmt_misc", BINFMT)
    try:
        (BINFMT / "register").write_text(rule.read_text().strip())
    except OSError as error:
        raise ImageError(f"this kernel does not take {rule} ({error.strerror})") from error


def _bootstrap(root: Path) -> None:
    _register_emulator()
    included = ("?essential", "?priority(required)", ",".join(PACKAGES))
    _call(
        *("mmdebstrap", "--mode=root", "--architectures=arm64", "--variant=extract", "--format=directory"),
        *(f"--include={packages}" for packages in included),
        *(f"--dpkgopt=path-exclude={pattern}" for pattern in EXCLUDED),
        *('--aptopt=Acquire::Languages "none"', '--aptopt=APT::Install-Recommends "false"'),
        f'--extract-hook=sh {UNPACK} "$1"',
        *("trixie", root, f"deb {_archive()} trixie main"),
    )
    _add_from_pypi(root)


def _archive() -> str:
    """Where this machine's own apt gets Debian from."""
    told = _call("apt-get", "indextargets", "--format", "$(REPO_URI)", "Origin: Debian", "Label: Debian")
    if not told.split():
        raise ImageError("this machine's apt knows no archive of Debian")
    return told.split()[0]


def _add_from_pypi(root: Path) -> None:
    """What Raspberry Pi OS has of its own: python3-lgpio and a gpiozero that is new enough."""
    wheel = ("--platform", "manylinux2014_aarch64", "--python-version", "3.13", "--only-binary=:all:", "--no-deps")
    pip = (sys.executable, "-m", "pip", "download", "--quiet", "--require-hashes", *wheel, "--requirement", FROM_PYPI)
    with TemporaryDirectory() as folder:
        _call(*pip, "--dest", folder)
        for downloaded in Path(folder).iterdir():
            ZipFile(downloaded).extractall(root / "usr/lib/python3/dist-packages")


def _write_card(root: Path, card: Path) -> None:
    """A table, a FAT and an ext4 file system, without mounting anything."""
    with card.open("wb") as file:
        file.truncate(CARD_MB << 20)
    _call("sfdisk", "--quiet", card, told=TABLE)
    for start, write in ((BOOT_START_MB, _write_boot), (ROOT_START_MB, _write_root)):
        part = card.with_name(f"{card.name}.part")
        try:
            write(root, part)
            _call("dd", f"if={part}", f"of={card}", "bs=1M", f"seek={start}", "conv=notrunc,sparse", "status=none")
        finally:
            _remove(part)


def _write_boot(root: Path, fat: Path) -> None:
    kernel, initramfs = (next((root / "boot").glob(f"{name}-*")) for name in ("vmlinuz", "initrd.img"))
    trees = next((root / "usr/lib").glob("linux-image-*")) / "broadcom"
    files = {kernel: "kernel8.img", initramfs: "initramfs8"} | {trees / old: new for old, new in DEVICE_TREES.items()}
    files |= {path: path.name for path in BOOTFS.iterdir()}
    _call("mkfs.vfat", "-C", "-F", "32", "-n", "bootfs", fat, str(BOOT_MB * 1024))
    for path, name in files.items():
        _call("mcopy", "-i", fat, path, f"::/{name}")
    for name in FIRMWARE:
        _call("mcopy", "-i", fat, "-", f"::/{name}")
    _call("mmd", "-i", fat, "::/overlays")


def _write_root(root: Path, ext4: Path) -> None:
    layer = ext4.with_name(f"{ext4.name}.layer")
    try:
        _call("cp", "-a", root, layer)
        shutil.copytree(ROOTFS, layer, dirs_exist_ok=True)
        (layer / "boot/firmware").mkdir()
        (layer / "etc/machine-id").write_text("uninitialized\n")
        _call("chroot", layer, "systemd-sysusers")
        _call("chroot", layer, "systemctl", "enable", "probe")
        _call("mke2fs", "-q", "-F", "-t", "ext4", "-L", "rootfs", "-d", layer, ext4, f"{CARD_MB - ROOT_START_MB}M")
    finally:
        _remove(layer)


def _remove(partial: Path) -> None:
    if partial.is_dir():
        # Never into what may still be mounted there.
        _call("rm", "-rf", "--one-file-system", partial)
    partial.unlink(missing_ok=True)


def _call(*command: str | Path, told: str = "") -> str:
    done = subprocess.run([str(part) for part in command], input=told, capture_output=True, text=True)
    if done.returncode:
        raise ImageError(f"{command[0]} says: {done.stderr.strip()[-1000:]}")
    return done.stdout
