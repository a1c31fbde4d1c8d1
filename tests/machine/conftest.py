import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

# The modules beside this file are the bench's, not the project's.
sys.path.insert(0, str(Path(__file__).parent))

from clip import write_clip
from door import Door
from firmware import write_boot_file
from image import ImageError, stock_card
from pi import Pi

CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "maskwatch" / "machine"
REPOSITORY = Path(__file__).parents[2]
TOOLS = ("qemu-system-aarch64", "qemu-aarch64-static", "mmdebstrap", "mkfs.vfat", "mcopy", "mke2fs", "sfdisk", "fdtput")

CLIP = "door.avi"
RECORDING = f"""# A recording stands in for a camera, for vivid, the kernel's own, takes no pictures from outside.
[camera]
source = "/boot/firmware/{CLIP}"
repeat = true
"""
UNHURRIED = """
[model]
threads = 1

[tracking]
gap_seconds = 10.0
still_seconds = 600.0

[alarm]
blind_after_seconds = 15.0
"""
"""A processor in software sees about a frame a second."""


@pytest.fixture(scope="session")
def stock():
    """The image of a card that has never been booted."""
    if os.geteuid():
        pytest.skip("not run, because it needs root")
    if missing := [tool for tool in TOOLS if not shutil.which(tool)]:
        pytest.skip(f"not run, because {', '.join(missing)} are missing: see tests/machine/README.md")
    try:
        return stock_card(CACHE, only_cached=bool(os.environ.get("MASKWATCH_ONLY_CACHED")))
    except ImageError as error:
        pytest.skip(f"not run, because there is no image of a card: {error}")


@pytest.fixture(scope="session")
def work(tmp_path_factory):
    return tmp_path_factory.mktemp("machine")


@pytest.fixture(scope="session")
def bundle(work):
    return _bundle(REPOSITORY, work / "bundle.tar")


@pytest.fixture(scope="session")
def next_bundle(work):
    """A bundle of the state of the source after this one."""
    source = work / "source"
    shutil.copytree(
        REPOSITORY, source, ignore=shutil.ignore_patterns(".*", "runs", "build", "*.egg-info", "__pycache__")
    )
    (source / "edge" / "__init__.py").open("a").write("# The next state.\n")
    return _bundle(source, work / "next.tar")


@pytest.fixture(scope="session")
def settings_with():
    """The settings with another table `[camera]`."""
    return lambda camera=RECORDING: camera + UNHURRIED


@pytest.fixture(scope="session")
def card(stock, bundle, next_bundle, settings_with, work):
    """The stock card, flashed by the project's own command; the clip and the next bundle were copied to it, too."""
    card, settings, clip = work / "card.img", work / "maskwatch.toml", work / CLIP
    subprocess.run(["cp", "--sparse=always", stock, card], check=True)
    settings.write_text(settings_with())
    flashed = _maskwatch_export(REPOSITORY, "flash", "--card", card, "--bundle", bundle, "--settings", settings)
    assert flashed.returncode == 0, flashed.stdout + flashed.stderr
    write_clip(clip)
    for file in (clip, next_bundle):
        write_boot_file(card, file)
    return card


@pytest.fixture(scope="session")
def pi(card):
    """A Pi with that card in it, switched on."""
    console = Path(os.environ.get("MASKWATCH_CONSOLE", card.with_name("console.log")))
    with Pi(card, console=console) as pi:
        yield pi


@pytest.fixture(scope="session")
def door(pi):
    return Door(pi)


def _bundle(source: Path, out: Path) -> Path:
    done = _maskwatch_export(source, "bundle", "--target", "trixie", "--out", out)
    if "cannot be fetched" in done.stderr:
        pytest.skip(f"not run, because no bundle could be made: {done.stderr.strip()}")
    assert done.returncode == 0, done.stdout + done.stderr
    return out


def _maskwatch_export(source: Path, *arguments: str | Path) -> subprocess.CompletedProcess:
    """The command, as a user runs it in a clone."""
    command = [sys.executable, "-m", "export", *(str(argument) for argument in arguments)]
    return subprocess.run(command, cwd=source, capture_output=True, text=True)
