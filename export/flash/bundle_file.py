"""The bundle that goes onto the card, as far as flashing must know it."""

import hashlib
import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from edge.errors import UserError

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


def read_bundle(path: Path, system: str) -> BundleFile:
    """Read what a bundle says of itself.

    Args:
        path: The bundle in one file.
        system: The Raspberry Pi OS on the card.

    Raises:
        UserError: The file cannot be read, is no bundle, or is for another system.
    """
    try:
        manifest = _manifest(path)
        release, target = str(manifest["release"]), str(manifest["target"])
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UserError(f"The bundle {path} cannot be read ({error.strerror}): name one that can.") from error
    except (tarfile.TarError, ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{path} is not a bundle in one file: make one with `maskwatch-export bundle --target {system} -o FILE`."
        ) from error
    if target != system:
        raise UserError(
            f"{path} is for {target.capitalize()}, but {system.capitalize()} is on the card: "
            f"make another with `maskwatch-export bundle --target {system} -o FILE`."
        )
    return BundleFile(path=path, release=release, target=target, bytes_count=path.stat().st_size, sha256=digest)


def _manifest(path: Path) -> dict:
    with tarfile.open(path, "r:") as tar:
        for member in tar:
            if Path(member.name).name == "manifest.json" and (file := tar.extractfile(member)):
                return json.load(file)
    raise ValueError("no manifest.json")
