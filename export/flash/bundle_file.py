"""The bundle that goes onto the card, and what flashing must know of it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from edge.errors import UserError
from edge.releases.bundle_tar import read_bundle_tar

CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, kw_only=True)
class BundleFile:
    """A bundle's tar."""

    path: Path
    release: str
    """Name of what it installs."""
    target: str
    """The Raspberry Pi OS that it is for: "bookworm" or "trixie"."""
    bytes_count: int
    sha256: str

    @property
    def name(self) -> str:
        """Its name on the card."""
        return f"maskwatch-{self.release}-{self.target}.tar"

    def chunks(self) -> Iterator[bytes]:
        """Its content, a megabyte at a time."""
        with self.path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk


def read_bundle(path: Path) -> BundleFile:
    """Read a bundle's description of itself.

    Raises:
        UserError: The file cannot be read, is no bundle, or is damaged.
    """
    if path.suffix == ".tflite":
        raise UserError(f"{path} is a model and no bundle", "hand it over with --model")
    manifest = read_bundle_tar(path).manifest
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    size = path.stat().st_size
    return BundleFile(path=path, release=manifest.release, target=manifest.target, bytes_count=size, sha256=digest)


def refuse_other_system(bundle: BundleFile, system: str) -> None:
    """Check that a bundle is for the Raspberry Pi OS on the card.

    Raises:
        UserError: It is for another one.
    """
    if bundle.target != system:
        raise UserError(
            f"{bundle.path} is for {bundle.target.capitalize()}, but {system.capitalize()} is on the card",
            f"make another with `maskwatch-export bundle --target {system} -o FILE`",
        )
