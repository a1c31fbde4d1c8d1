"""What a test's board is made of: a Debian as old as the device's, and the libraries of a release. Made once, kept."""

import hashlib
import os
import shutil
import subprocess
import sys
import tomllib
from contextlib import suppress
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent.parent

CACHE = Path.home() / ".cache" / "maskwatch"

SUITE, PYTHON = "bookworm", "3.11"
"""The oldest system that the device runs on, and its Python."""

PACKAGES = "systemd-sysv,procps,python3"

PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]

RELEASE = Path("opt/maskwatch/releases") / PROJECT["version"]

LIBRARIES = RELEASE / "lib" / f"python{PYTHON}" / "site-packages"


def debian():
    """A folder with the root of a small Debian."""

    def make(folder):
        lean = ("--aptopt=APT::Install-Recommends false", "--dpkgopt=path-exclude=/usr/share/{doc,man,locale}/*")
        run("mmdebstrap", "--variant=minbase", f"--include={PACKAGES}", *lean, SUITE, folder, *_mirror())

    return _kept(f"{SUITE}-{_digest(PACKAGES)}", make)


def libraries():
    """A folder to be laid over that root: the device's libraries, in the versions of its lock."""
    lock = (REPOSITORY / "edge" / "requirements.txt").read_text()

    def make(folder):
        # Without the hashes: pip would want them of the project's own requirements, which bear none.
        pins = folder / "pins"
        pins.write_text("\n".join(line.rstrip("\\ ") for line in lock.splitlines() if "==" in line))
        wanted = (f"--python-version={PYTHON}", "--only-binary=:all:", "--constraint", pins, *PROJECT["dependencies"])
        run(sys.executable, "-m", "pip", "install", "-q", "--target", folder / LIBRARIES, *wanted)
        pins.unlink()

    return _kept(f"release-{_digest(str(LIBRARIES), lock, *PROJECT['dependencies'])}", make)


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
