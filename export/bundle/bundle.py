"""One file with everything that a device needs, so that it needs no network."""

import hashlib
import io
import json
import tarfile
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from edge.errors import UserError
from edge.files import write_whole
from edge.releases.manifest import MANIFEST, SIGNATURE
from edge.releases.model import shipped_place
from edge.vision.model_file import read_model_file
from export.bundle.program import build_program
from export.bundle.target import SOURCE, Target
from export.bundle.wheels import locked_wheels

FORMAT = 1
"""Version of the manifest's layout."""


@dataclass(frozen=True)
class Bundle:
    """A bundle in memory."""

    manifest: dict
    files: Mapping[str, bytes]
    """Contents by name, without the manifest."""
    signature: bytes = b""
    """Of the manifest; empty without a signature."""

    @property
    def name(self) -> str:
        """Name of its file."""
        return f"maskwatch-{self.manifest['release']}-{self.manifest['target']}.tar"

    def manifest_json(self) -> bytes:
        """Content of its manifest."""
        return json.dumps(self.manifest, indent=2, sort_keys=True).encode() + b"\n"

    def tar(self) -> bytes:
        """The file: the same bytes for the same contents, independent of user, place and time."""
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
            files = {**self.files, MANIFEST: self.manifest_json()}
            files |= {SIGNATURE: self.signature} if self.signature else {}
            for name, content in sorted(files.items()):
                member = tarfile.TarInfo(name)
                member.size, member.mode = len(content), 0o644
                archive.addfile(member, io.BytesIO(content))
        return buffer.getvalue()


def make_bundle(target: Target, *, models: Sequence[Path] = (), source: Path = SOURCE) -> Bundle:
    """Gather a bundle.

    Args:
        target: The system it is for.
        models: Model files that take the place of the shipped ones of their kinds.
        source: The clone that it is made from.

    Raises:
        UserError: A wheel cannot be had, or a model is damaged.
    """
    with tempfile.TemporaryDirectory() as folder:
        program = build_program(Path(folder), source=source, instead=models_by_place(models))
        return pack_bundle(target, [program, *locked_wheels(target)], source=source)


def pack_bundle(target: Target, wheels: Sequence[Path], *, source: Path = SOURCE) -> Bundle:
    """Combine wheels, ours first, with the other files that a device needs."""
    files = {f"wheels/{wheel.name}": wheel.read_bytes() for wheel in wheels}
    files |= {f"systemd/{file.name}": file.read_bytes() for file in (source / "systemd").iterdir() if file.is_file()}
    files |= {name: (Path(__file__).parent / name).read_bytes() for name in ("install.py", "maskwatch.toml")}
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}
    packages = dict(sorted(_name_and_version(wheel) for wheel in wheels))
    content = hashlib.sha256(json.dumps(digests).encode()).hexdigest()
    manifest = {
        "format": FORMAT,
        # Between releases two states of the source have the same version, but may be on a device side by side.
        "release": f"{packages['maskwatch']}+{content[:8]}",
        "version": packages["maskwatch"],
        "target": target.name,
        "python": target.python,
        "machine": target.machine,
        "needs": dict(target.needs),
        "packages": packages,
        "files": digests,
    }
    return Bundle(manifest, files)


def save_bundle(bundle: Bundle, out: Path) -> Path:
    """Write the bundle to a file that ends in `.tar`, or under its own name into a folder.

    Returns:
        The file.

    Raises:
        UserError: It cannot be written.
    """
    file = out if out.suffix == ".tar" else out / bundle.name
    try:
        write_whole(file, bundle.tar())
    except OSError as error:
        raise UserError(f"{file} cannot be written ({error.strerror})", "name another place with -o") from error
    return file


def refuse_place(out: Path, *, force: bool = False) -> None:
    """Refuse before the work a place where its result cannot be written.

    Args:
        out: A file that ends in `.tar`, or a folder.
        force: Whether a file that is there may be replaced.

    Raises:
        UserError: This is a place for neither, or the file exists.
    """
    folder = out.parent if out.suffix == ".tar" else out
    try:
        there = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
        if not there.is_dir():
            raise UserError(f"{there} is a file and no folder", "name a folder with -o, or a file that ends in .tar")
        if out.suffix == ".tar" and out.is_dir():
            raise UserError(f"{out} is a folder", "name another file that ends in .tar with -o")
        if out.suffix == ".tar" and out.exists() and not force:
            raise UserError(f"{out} exists", "name another file with -o, or replace it with --force")
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        raise UserError(
            f"Nothing can be written to {folder} ({error.strerror})", "name another place with -o"
        ) from error


def models_by_place(models: Sequence[Path]) -> dict[Path, bytes]:
    """The contents of model files, by the place in the source of the shipped one of their kind.

    Raises:
        UserError: One is damaged, or there are two of a kind.
    """
    found: dict[Path, bytes] = {}
    for file in models:
        kind = read_model_file(file).metadata.kind
        if shipped_place(kind) in found:
            raise UserError(f"{file} is a second {kind}", "name one model of a kind")
        found[shipped_place(kind)] = file.read_bytes()
    return found


def _name_and_version(wheel: Path) -> tuple[str, str]:
    """The parts of a wheel's file name; refuses a wheel that needs more than unpacking."""
    with zipfile.ZipFile(wheel) as archive:
        if any(".data/" in name for name in archive.namelist()):
            raise UserError(f"{wheel.name} wants more than to be unpacked", "no device could install it")
    name, version = wheel.name.split("-")[:2]
    return name.replace("_", "-"), version
