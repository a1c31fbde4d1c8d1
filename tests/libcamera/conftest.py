"""A virtual machine with Debian's kernel, the kernel's virtual sensor (vimc), and the real libcamera and picamera2."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

HERE = Path(__file__).parent
EDGE = HERE.parents[1] / "edge"
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "maskwatch" / "libcamera"
TOOLS = ("qemu-system-x86_64", "mmdebstrap", "mke2fs")

PACKAGES = (
    *("linux-image-amd64", "linux-headers-amd64", "linux-source-6.12", "make", "gcc", "libc6-dev", "xz-utils"),
    *("systemd-sysv", "udev", "kmod", "libcamera-ipa", "python3-libcamera", "python3-numpy"),
)

BUILD = """
set -e
cd /root
tar --strip-components=4 -xf /usr/src/linux-source-6.12.tar.xz --wildcards '*/drivers/media/test-drivers/vimc/*'
make -C $(ls -d /usr/src/linux-headers-*[0-9]-amd64) M=/root/vimc CONFIG_VIDEO_VIMC=m modules
mv /root/vimc/vimc.ko /root
rm -rf /root/vimc /usr/src/* /usr/share/doc /var/cache/apt/archives
"""
"""Debian's kernel comes without the sensor, which is a module of its own."""

BOOT_SECONDS = 900


@pytest.fixture(scope="session")
def root():
    """The machine's files, but for what is tested; made once, which takes some minutes."""
    if os.geteuid():
        pytest.skip("not run, because it needs root")
    if missing := [tool for tool in TOOLS if not shutil.which(tool)]:
        pytest.skip(f"not run, because {', '.join(missing)} are missing: see tests/install_packages.sh")
    recipe = repr(PACKAGES) + BUILD + (HERE / "from-pypi.txt").read_text()
    whole = CACHE / f"root-{hashlib.sha256(recipe.encode()).hexdigest()[:12]}"
    if not whole.is_dir():
        if os.environ.get("MASKWATCH_ONLY_CACHED"):
            pytest.skip("not run, because the machine's files are not in the cache")
        CACHE.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=".root-", dir=CACHE))
        try:
            make_root(part)
            part.chmod(0o755)
            part.rename(whole)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return whole


def make_root(root):
    """Debian, the sensor's module, and picamera2."""
    command = ["mmdebstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", "trixie", str(root)]
    if (made := subprocess.run(command, capture_output=True, text=True)).returncode:
        pytest.skip(f"not run, because Debian's archive was not reached: {made.stderr.strip().splitlines()[-1]}")
    subprocess.run(["chroot", root, "sh", "-c", BUILD], check=True, capture_output=True)
    target = ["--no-deps", "--require-hashes", "--target", str(root / "opt/picamera2")]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", *target, "-r", str(HERE / "from-pypi.txt")]
    if (fetched := subprocess.run(pip, capture_output=True, text=True)).returncode:
        pytest.skip(f"not run, because picamera2 cannot be fetched: {fetched.stderr.strip().splitlines()[-1]}")


@pytest.fixture(scope="session")
def said(root, tmp_path_factory):
    """What the calls in the machine gave."""
    work = tmp_path_factory.mktemp("libcamera")
    disk, added = work / "disk.img", work / "added"
    with disk.open("wb") as file:
        file.truncate(4 << 30)
    shutil.copytree(EDGE, added / "opt/app/edge", ignore=shutil.ignore_patterns("__pycache__", "*.tflite"))
    (added / "root").mkdir()
    for name in ("start.sh", "guest.py"):
        shutil.copy(HERE / name, added / "root")
    whole = work / "root"
    subprocess.run(["cp", "-a", "--reflink=auto", root, whole], check=True)
    subprocess.run(["cp", "-a", f"{added}/.", whole], check=True)
    subprocess.run(["mke2fs", "-q", "-t", "ext4", "-d", whole, disk], check=True)
    shutil.rmtree(whole)
    output = boot(root, disk)
    line = next((line for line in output.splitlines() if line.startswith("SAID ")), None)
    assert line, output[-3000:]
    return json.loads(line.removeprefix("SAID "))


def boot(root, disk):
    """Everything that the machine prints until it switches itself off."""
    kernel, initrd = (next((root / "boot").glob(pattern)) for pattern in ("vmlinuz-*", "initrd.img-*"))
    machine = ["qemu-system-x86_64", "-M", "q35", "-cpu", "max", "-accel", "tcg", "-m", "1500", "-nographic"]
    machine += ["-no-reboot", "-kernel", str(kernel), "-initrd", str(initrd)]
    machine += ["-append", "console=ttyS0 root=/dev/vda rw quiet panic=-1 init=/root/start.sh"]
    machine += ["-drive", f"file={disk},format=raw,if=virtio"]
    done = subprocess.run(machine, capture_output=True, timeout=BOOT_SECONDS, stdin=subprocess.DEVNULL)
    return done.stdout.decode(errors="replace").replace("\r", "")
