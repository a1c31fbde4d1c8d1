#!/usr/bin/python3
"""Installs the bundle that it lies in: `python3 install.py --root /`.

The operating system's own Python runs it. Nothing is changed, and nothing of the bundle is imported, before each file
has been checked against the manifest. Exit status: 0 installed, 1 not healthy and so rolled back, 2 refused.
"""

import sys

if __name__ == "__main__" and not sys.flags.safe_path:
    # Python searches for modules in the script's own folder first, which may hold anything.
    del sys.path[0]

import argparse
import hashlib
import json
import os
from pathlib import Path
from stat import S_ISREG

UNLISTED = {"manifest.json", "manifest.json.sig"}
LARGEST_MANIFEST = 1 << 20


def main(argv: list[str] | None = None) -> int:
    """Install; returns the exit status."""
    parser = argparse.ArgumentParser(description="Install maskwatch, or a new release of it, on this device.")
    parser.add_argument("--root", type=Path, default=Path("/"), metavar="DIR", help="root of the device's files [/]")
    root = parser.parse_args(argv).root
    bundle = Path(__file__).resolve().parent
    if damage := find_damage(bundle):
        sys.stderr.write(f"maskwatch: {damage}: copy the bundle again; nothing was changed.\n")
        return 2
    # Nothing is to be written beside the bundle.
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(next((bundle / "wheels").glob("maskwatch-*.whl"))))
    try:
        from edge.releases.command import install_here
    except ImportError as error:
        sys.stderr.write(f"maskwatch: The bundle's wheel cannot be used ({error}): make the bundle again.\n")
        return 2
    return install_here(bundle, root)


def find_damage(bundle: Path) -> str:
    """The first difference of a bundle from its manifest; empty without one."""
    files, strange = _plain_files(bundle)
    if strange:
        return f"The bundle holds {strange}, which is no plain file"
    try:
        listed = _listed(bundle, files)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return "The bundle's manifest.json is missing or damaged"
    for name, sha256 in listed.items():
        if name not in files:
            return f"The bundle lacks {name!a}".replace("'", "")
        with (bundle / name).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                return f"The bundle's {name} is damaged"
    if unknown := files - listed.keys() - UNLISTED:
        return f"The bundle holds {min(unknown)}, of which its manifest knows nothing"
    has_program = any(name.startswith("wheels/maskwatch-") and name.endswith(".whl") for name in listed)
    return "" if has_program else "The bundle lacks our wheel"


def _plain_files(bundle: Path) -> tuple[set[str], str]:
    """The names of all plain files, and the first name that is neither a plain file nor a folder."""
    files = set()
    for folder, folders, names in os.walk(bundle):
        for name in sorted(folders + names):
            path = Path(folder, name)
            if S_ISREG(path.lstat().st_mode):
                files.add(str(path.relative_to(bundle)))
            elif name in names or path.is_symlink():
                return files, str(path.relative_to(bundle))
    return files, ""


def _listed(bundle: Path, files: set[str]) -> dict[str, str]:
    """SHA-256 of the files in the manifest, by name."""
    if "manifest.json" not in files or (bundle / "manifest.json").stat().st_size > LARGEST_MANIFEST:
        raise ValueError("no manifest.json, or too large a one")
    listed = json.loads((bundle / "manifest.json").read_bytes())["files"]
    return {str(name): str(sha256) for name, sha256 in listed.items()}


if __name__ == "__main__":
    sys.exit(main())
