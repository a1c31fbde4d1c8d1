"""What a bundle's file says of itself, and whether all of it is there."""

import hashlib
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from edge.errors import UserError

MANIFEST = "manifest.json"


def read_manifest(file: Path) -> dict:
    """The manifest of a bundle's file, once each part of the bundle was found to be what it says.

    Raises:
        UserError: The file cannot be read, is no bundle, or is damaged.
    """
    try:
        manifest = _manifest(file)
        said = {str(name): str(sha256) for name, sha256 in manifest["files"].items()}
        there = dict(_digests(file))
    except OSError as error:
        raise UserError(f"The bundle {file} cannot be read ({error.strerror})", "name one that can") from error
    except (tarfile.TarError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{file} is no bundle", "make one with `maskwatch-export bundle`, or copy it again") from error
    if wrong := sorted(name for name, _ in said.items() ^ there.items()):
        raise UserError(f"{file} is damaged ({wrong[0]})", "copy it again")
    return manifest


def _manifest(file: Path) -> dict:
    with tarfile.open(file, "r:") as archive:
        for member in archive:
            if _name(member) == MANIFEST and (content := archive.extractfile(member)):
                manifest = json.load(content)
                return {**manifest, "release": str(manifest["release"]), "target": str(manifest["target"])}
    raise ValueError(f"no {MANIFEST}")


def _digests(file: Path) -> Iterator[tuple[str, str]]:
    """Name and SHA-256 of each part, up to where the file was cut off."""
    with tarfile.open(file, "r:") as archive:
        try:
            for member in archive:
                if _name(member) != MANIFEST and (content := archive.extractfile(member)):
                    yield _name(member), hashlib.sha256(content.read()).hexdigest()
        except tarfile.TarError:
            return


def _name(member: tarfile.TarInfo) -> str:
    return str(PurePosixPath(member.name))
