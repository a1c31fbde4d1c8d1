"""Our own wheel, the same bytes for the same source."""

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from edge.errors import UserError
from export.bundle.target import SOURCE

PACKAGES = ("edge",)
"""What runs on a device; training and export stay on the workstation."""

OTHER_COMMANDS = re.compile(r"^\S+ = \"(?:training|export)\.\S+\"\n", re.MULTILINE)
"""Lines of pyproject.toml that would install commands whose code is not in the wheel."""

EPOCH = "315532800"
"""The oldest time that a zip archive can hold, in seconds since 1970: that of each file in the wheel."""

# The back end that pyproject.toml names, called as an installer does, but without downloads.
BUILD = """
import os, sys, setuptools
if int(setuptools.__version__.split(".")[0]) < 77:
    sys.exit(f"setuptools 77 or newer is needed, and this is {setuptools.__version__}")
import setuptools.build_meta
os.umask(0o022)
setuptools.build_meta.build_wheel(sys.argv[1])
"""


def build_program(folder: Path, *, source: Path = SOURCE, instead: Mapping[Path, bytes] | None = None) -> Path:
    """Build the device's wheel of maskwatch.

    Args:
        folder: Where to; it must be empty. The build writes only here, and not into the source.
        source: The clone to build from.
        instead: Contents of files that differ from the source's, by path within it.

    Returns:
        The wheel.

    Raises:
        UserError: This is no clone, it cannot be copied, or the build tool is missing.
    """
    clone, out = folder / "source", folder / "wheel"
    out.mkdir(parents=True)
    _copy_source(source, clone)
    for path, content in (instead or {}).items():
        (clone / path).write_bytes(content)
    environment = {"PATH": "/usr/bin:/bin", "SOURCE_DATE_EPOCH": EPOCH, "PYTHONHASHSEED": "0"}
    command = (sys.executable, "-c", BUILD, str(out.absolute()))
    done = subprocess.run(command, cwd=clone, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        why = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise UserError(f"Our wheel cannot be built ({why})", "install what training/requirements.txt names")
    return next(out.glob("*.whl"))


def _copy_source(source: Path, clone: Path) -> None:
    """Copy the sources of the wheel, with the same modes for every user."""
    if not (source / "pyproject.toml").exists():
        raise UserError("A bundle is made from a clone of the repository", "run `maskwatch-export` in one")
    clone.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copyfile(source / name, clone / name)
    project = clone / "pyproject.toml"
    project.write_text(OTHER_COMMANDS.sub("", project.read_text(encoding="utf-8")), encoding="utf-8")
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for package in PACKAGES:
        try:
            shutil.copytree(source / package, clone / package, ignore=ignored, copy_function=shutil.copyfile)
        except shutil.Error as error:  # it holds every file that failed, for a full disk hundreds
            file, _, why = error.args[0][0]
            raise UserError(f"{file} cannot be copied to {clone} ({why})", "repair it, or make room there") from error
