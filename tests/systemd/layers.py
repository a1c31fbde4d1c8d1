"""What a test's board is made of: a Debian as old as the device's, and maskwatch as its installer leaves it there."""

import hashlib
import os
import shutil
import subprocess
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent.parent

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "maskwatch"

SUITE, PYTHON = "bookworm", "3.11"
"""The oldest system that the device runs on, and its Python."""

PACKAGES = "systemd-sysv,procps,python3,python3-numpy,python3-gpiozero"

DEBIAN = (
    "--variant=minbase",
    f"--include={PACKAGES}",
    "--aptopt=APT::Install-Recommends false",
    "--dpkgopt=path-exclude=/usr/share/{doc,man,locale}/*",
    "--customize-hook=chroot $1 groupadd --system gpio",  # Raspberry Pi OS has that group
    SUITE,
)

NSPAWN = ("systemd-nspawn", "-q", "--register=no", "--keep-unit", "--console=pipe")


def debian():
    """A folder with the root of a small Debian. Made once, kept."""
    return _kept(f"{SUITE}-{_digest(*DEBIAN)}", lambda folder: run("mmdebstrap", *DEBIAN, folder, *_mirror()))


def installed(bundle, folder):
    """A folder to be laid over that root: what the installer in an unpacked bundle leaves where no systemd runs."""
    with laid_over([debian()], folder / "changes", folder / "root") as root:
        within = (*NSPAWN, f"--bind-ro={bundle}:/bundle", "-D", root)
        run(*within, "true")
        subprocess.run([*within, "python3", "/bundle/install.py", "--root", "/"], check=True)
    return folder / "changes"


@contextmanager
def laid_over(below, changes, root):
    """A root made of folders, the uppermost first; what changes in it goes to another folder."""
    work = changes.with_name("work")
    for folder in (changes, work, root):
        folder.mkdir()
    layers = f"lowerdir={':'.join(map(str, below))},upperdir={changes},workdir={work}"
    run("mount", "-t", "overlay", "overlay", "-o", layers, root)
    try:
        yield root
    finally:
        subprocess.run(["umount", root], check=True)


def run(*command):
    """Run a command that needs what not every machine has: without it the tests are not run."""
    finished = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
    if finished.returncode:
        said = finished.stderr.strip().splitlines() or ["no more is known"]
        pytest.skip(f"not run, because {Path(command[0]).name} failed: {said[-1]}")
    return finished.stdout


def _mirror():
    """Where this machine's own apt finds Debian; nothing elsewhere, for mmdebstrap knows a place itself."""
    wanted = ("--format", "$(REPO_URI)", "Created-By: Packages", "Origin: Debian", "Component: main")
    return run("apt-get", "indextargets", *wanted).splitlines()[:1]


def _kept(name, make):
    """The folder of that name; nobody ever sees half of it."""
    folder, part = CACHE / name, CACHE / f".{name}.{os.getpid()}"
    if not folder.is_dir():
        part.mkdir(parents=True)
        try:
            make(part)
            with suppress(OSError):  # another run was faster
                part.rename(folder)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return folder


def _digest(*parts):
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]
