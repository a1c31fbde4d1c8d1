"""What a device installs, unpacked for aarch64 by this machine's pip: the lock's wheels, and our own."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from export.bundle.wheels import OTHERS, PAGE

from .cache import NotReachedError, cached

REPOSITORY = Path(__file__).parents[2]

PLATFORMS = ("manylinux2014_aarch64", "manylinux_2_27_aarch64", "manylinux_2_34_aarch64")
"""Those of the wheels in use; Bookworm's C library is 2.36."""

SHARED = ("opencv-python-headless", "gpiozero", "colorzero", *PAGE, *OTHERS)
"""What every device has, whatever its Python. LiteRT's other dependencies are not needed to run a network."""


def shared_wheels():
    """SHARED. OpenCV says that it wants numpy 2, and runs on Bookworm's 1.24."""
    return _unpacked("wheels", "3.11", _locked(SHARED))


def litert_wheel(python):
    """LiteRT for a version of Python such as "3.13"."""
    return _unpacked(f"litert-{python}", python, _locked(["ai-edge-litert"]))


def tflite_wheel():
    """The older runtime, for Python 3.11."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    pin, *_ = project["optional-dependencies"]["tflite"]
    return _unpacked("tflite-3.11", "3.11", pin.split(";")[0])


def install_maskwatch(folder):
    """Our own wheel, built from this tree and unpacked; `folder` must not hold it yet."""
    source = folder / "source"
    for package in ("edge", "export", "training"):
        shutil.copytree(REPOSITORY / package, source / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(REPOSITORY / name, source)
    _pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, source)
    (wheel,) = folder.glob("*.whl")
    _pip("install", "--no-deps", "--target", folder / "installed", wheel)
    return folder / "installed"


def _locked(names):
    """The lock's lines for these, with hashes."""
    lines = (REPOSITORY / "edge" / "requirements.txt").read_text().replace("\\\n", "").splitlines()
    return "\n".join(line for line in lines if line.split("==")[0] in names)


def _unpacked(name, python, requirements):
    def install(folder):
        wanted = folder / "requirements.txt"
        wanted.write_text(requirements)
        platforms = [option for platform in PLATFORMS for option in ("--platform", platform)]
        _pip(
            *("install", "--no-deps", "--only-binary=:all:", "--python-version", python, *platforms),
            *("--target", folder, "--requirement", wanted),
        )

    return cached(name, requirements + repr((python, PLATFORMS)), install)


def _pip(*arguments):
    ran = subprocess.run([sys.executable, "-m", "pip", *arguments], capture_output=True, text=True)
    if ran.returncode and "connection broken by" in ran.stderr:
        raise NotReachedError("the package registry is not reached")
    if ran.returncode:
        raise RuntimeError(ran.stderr)
