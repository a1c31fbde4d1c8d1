#!/usr/bin/python3
"""Installs the bundle that it lies in: `python3 install.py --root /`.

The operating system's own Python runs it. Nothing is changed, or even imported, before each file was found to be what
the manifest says. Exit status: 0 installed, 1 not healthy and so rolled back, 2 refused.
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path


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
    from edge.releases.command import install_here

    return install_here(bundle, root)


def find_damage(bundle: Path) -> str:
    """The first thing in which a bundle differs from its manifest; empty where nothing does."""
    try:
        files = json.loads((bundle / "manifest.json").read_text())["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return "The bundle's manifest.json is missing or damaged"
    for name, sha256 in files.items():
        file = bundle / name
        if not file.is_file():
            return f"The bundle lacks {name}"
        if hashlib.sha256(file.read_bytes()).hexdigest() != sha256:
            return f"The bundle's {name} is damaged"
    there = {str(path.relative_to(bundle)) for path in bundle.rglob("*") if path.is_file()}
    strange = there - files.keys() - {"manifest.json"}
    return f"The bundle holds {min(strange)}, of which its manifest knows nothing" if strange else ""


if __name__ == "__main__":
    sys.exit(main())
