import hashlib

import pytest

from edge.errors import UserError
from export.bundle.target import SOURCE, TARGETS, Target
from export.bundle.wheels import OTHERS, PAGE, WANTED, locked_wheels, pinned

NAMES = ("ai-edge-litert", "opencv-python-headless")


def lock_for(*contents):
    """A lock that names wheels of this content."""
    digests = [hashlib.sha256(content).hexdigest() for content in contents]
    first, second = (f"{name}==1.0 \\\n    --hash=sha256:{digest}" for name, digest in zip(NAMES, digests, strict=True))
    return f"{first}\n    # via maskwatch\nnumpy==2.0 \\\n    --hash=sha256:{'0' * 64}\n{second}\n"


@pytest.fixture
def cached(tmp_path, monkeypatch):
    """A cache that has both wheels, and the lock; nothing can be fetched."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    lock = tmp_path / "lock.txt"
    lock.write_text(lock_for(b"one", b"two"))

    def fill(folder):
        (folder / "a.whl").write_bytes(b"one")
        (folder / "b.whl").write_bytes(b"two")

    with pytest.raises(UserError):
        locked_wheels(TARGETS["trixie"], lock=lock, cache=tmp_path / "cache")
    fill(next((tmp_path / "cache").iterdir()))
    return lock, tmp_path / "cache"


def test_the_lock_pins_them_and_nothing_of_the_operating_system_is_taken_from_it():
    entries = pinned((SOURCE / "edge/requirements.txt").read_text())
    assert [line.split("==")[0] for line in entries.splitlines() if "==" in line] == sorted(WANTED)
    assert entries.count("--hash=sha256:") > len(WANTED)


def test_what_was_fetched_once_is_not_fetched_again(cached):
    lock, cache = cached
    assert [wheel.name for wheel in locked_wheels(TARGETS["trixie"], lock=lock, cache=cache)] == ["a.whl", "b.whl"]


def test_a_wheel_that_has_changed_in_the_cache_is_not_used(cached):
    lock, cache = cached
    next(cache.glob("*/a.whl")).write_bytes(b"another")
    with pytest.raises(UserError, match="try again with a network"):
        locked_wheels(TARGETS["trixie"], lock=lock, cache=cache)


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_both_targets_get_their_wheels(target: Target):
    try:
        wheels = locked_wheels(target)
    except UserError as error:
        pytest.skip(f"not run, because {error}")
    python = "cp" + target.python.replace(".", "")
    compiled = [wheel.name for wheel in wheels if wheel.name.endswith("_aarch64.whl")]
    assert [name.split("-")[0] for name in compiled] == ["ai_edge_litert", "opencv_python_headless"]
    assert python in compiled[0]
    pure = [wheel for wheel in wheels if wheel.name.endswith("-none-any.whl")]
    assert [wheel.name.split("-")[0].replace("_", "-") for wheel in pure] == sorted(PAGE + OTHERS)
    assert sum(wheel.stat().st_size for wheel in pure) < 900_000
