"""The wheels of others, for another machine than this one."""

import hashlib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from edge.errors import UserError
from export.bundle.target import Target

CACHE = Path("~/.cache/maskwatch/wheels")


def locked_wheels(target: Target, *, cache: Path = CACHE) -> list[Path]:
    """The wheels of a target's lock, fetched the first time and kept; each is what the lock says.

    Args:
        target: For which system.
        cache: Where they are kept.

    Raises:
        UserError: They cannot be fetched.
    """
    lock = target.lock.read_text()
    digests = set(re.findall(r"--hash=sha256:([0-9a-f]{64})", lock))
    folder = cache.expanduser() / f"{target.name}-{hashlib.sha256(lock.encode()).hexdigest()[:12]}"
    good = [wheel for wheel in folder.glob("*.whl") if _sha256(wheel) in digests]
    if len(good) < len(re.findall(r"^\S+==", lock, re.MULTILINE)):
        _fetch(target, folder)
    return sorted(folder.glob("*.whl"))


def _fetch(target: Target, folder: Path) -> None:
    """Have pip download the lock's wheels; the folder is there with all of them, or as it was."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as fetched:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--dest", fetched]
        command += ["--require-hashes", "--only-binary=:all:", "--no-deps", "--python-version", target.python]
        command += [argument for platform in target.platforms for argument in ("--platform", platform)]
        done = subprocess.run([*command, "-r", str(target.lock)], check=False, capture_output=True, text=True)
        if done.returncode:
            why = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise UserError(f"The wheels for {target.name} cannot be fetched ({why}): try again with a network.")
        folder.mkdir(exist_ok=True)
        for wheel in Path(fetched).glob("*.whl"):
            wheel.replace(folder / wheel.name)


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
