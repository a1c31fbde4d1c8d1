"""Third-party wheels, for the device instead of this machine."""

import hashlib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from edge.errors import UserError
from export.bundle.target import SOURCE, Target

CACHE = Path("~/.cache/maskwatch/wheels")

NETWORKS = ("ai-edge-litert", "opencv-python-headless")
"""The door's packages. It never imports the others that these depend on."""

PAGE = ("anyio", "click", "h11", "idna", "starlette", "typing-extensions", "uvicorn")
"""The page's packages: pure Python, 0.6 MB."""

OTHERS = ("paho-mqtt", "prometheus-client")
"""The packages of MQTT and the metrics."""

WANTED = NETWORKS + PAGE + OTHERS
"""All that a bundle holds besides our own wheel."""

GLIBC = ("manylinux_2_27", "manylinux2014")
"""Kinds of wheel that are taken: they run on each system from the one with glibc 2.27 on, so on all targets."""


def locked_wheels(target: Target, *, lock: Path = SOURCE / "edge/requirements.txt", cache: Path = CACHE) -> list[Path]:
    """The third-party wheels of a target, downloaded the first time and then cached; each is checked against the lock.

    Args:
        target: For which system.
        lock: Versions and digests.
        cache: Where they are kept.

    Raises:
        UserError: They cannot be fetched.
    """
    pins = pinned(lock.read_text())
    tag = hashlib.sha256((pins + target.python + target.machine).encode()).hexdigest()[:12]
    folder = cache.expanduser() / f"{target.name}-{tag}"
    if len(_good(folder, pins)) < len(re.findall("^[^ ]+==", pins, re.MULTILINE)):
        _fetch(target, pins, folder)
    return _good(folder, pins)


def pinned(lock: str) -> str:
    """The entries of a lock for the packages in WANTED."""
    found = [match[0] for match in re.finditer(r"^(\S+?)==.*(?:\n .*)*", lock, re.MULTILINE) if match[1] in WANTED]
    return "\n".join(found) + "\n"


def _good(folder: Path, pins: str) -> list[Path]:
    """The wheels in a folder that match the lock, in order of their names."""
    return [wheel for wheel in sorted(folder.glob("*.whl")) if hashlib.sha256(wheel.read_bytes()).hexdigest() in pins]


def _fetch(target: Target, pins: str, folder: Path) -> None:
    """Download them with pip."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as fetched:
        requirements = Path(fetched, "requirements.txt")
        requirements.write_text(pins)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--dest", fetched]
        command += ["--require-hashes", "--only-binary=:all:", "--no-deps", "--python-version", target.python]
        command += [argument for kind in GLIBC for argument in ("--platform", f"{kind}_{target.machine}")]
        done = subprocess.run([*command, "-r", str(requirements)], check=False, capture_output=True, text=True)
        if done.returncode:
            why = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise UserError(f"The wheels for {target.name} cannot be fetched ({why})", "try again with a network")
        for wheel in Path(fetched).glob("*.whl"):
            wheel.replace(folder / wheel.name)
