"""The command `maskwatch-export bundle`."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from edge.help import example
from export.bundle.target import TARGETS

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from export.bundle.bundle import Bundle


def add_bundle(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to `maskwatch-export`."""
    bundle = commands.add_parser(
        "bundle",
        **example("maskwatch-export bundle --target trixie"),
        help="pack everything that a device needs into one file, for an installation without a network",
    )
    bundle.add_argument(
        "--target", choices=list(TARGETS), default="trixie", help="Raspberry Pi OS on the device [%(default)s]"
    )
    add_bundle_options(bundle)
    bundle.add_argument(
        "-o", "--out", type=Path, default=Path(), metavar="DIR|FILE", help="a file ends in .tar [this folder]"
    )
    bundle.add_argument("--force", action="store_true", help="replace the file that -o names if it is there")
    bundle.set_defaults(command=write_bundle)


def add_bundle_options(command: argparse.ArgumentParser) -> None:
    """Add the options that put other models into the bundle and sign it; `flash` has them, too."""
    command.add_argument(
        "--model",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="model file for the bundle, instead of the shipped one of its kind; once for each kind",
    )
    command.add_argument(
        "--sign",
        type=Path,
        metavar="KEY",
        help="ssh private key that signs the bundle, for boards that have /etc/maskwatch/trusted_keys",
    )


def write_bundle(arguments: argparse.Namespace, console: "Console") -> None:
    """Make the bundle, sign it if asked to, and write it to its place.

    Raises:
        UserError: The place, a model, the key, or a wheel that cannot be had.
    """
    from export.bundle.bundle import make_bundle, refuse_place, save_bundle
    from export.bundle.sign import signed

    refuse_place(arguments.out, force=arguments.force)
    with console.status("Building our wheel and gathering the others; the first time they are downloaded"):
        bundle = make_bundle(TARGETS[arguments.target], models=arguments.model)
    # Outside of the status line: ssh-keygen may ask for a passphrase.
    file = save_bundle(signed(bundle, arguments.sign) if arguments.sign else bundle, arguments.out)
    console.print(_table(bundle))
    console.print(f"Wrote {file} ({file.stat().st_size / 1e6:.1f} MB).")


def _table(bundle: "Bundle") -> "Table":
    """What is in the bundle, and how large."""
    from rich.table import Table

    manifest = bundle.manifest
    table = Table("in the bundle", "version", "MB", title=f"{manifest['release']} for {manifest['target']}")
    for package, version in manifest["packages"].items():
        size = sum(len(content) for name, content in bundle.files.items() if _belongs(name, package, version))
        table.add_row(package, version, f"{size / 1e6:.1f}")
    others = [name for name in bundle.files if not name.startswith("wheels/")]
    table.add_row(", ".join(sorted(others)), "", f"{sum(len(bundle.files[name]) for name in others) / 1e6:.1f}")
    return table


def _belongs(name: str, package: str, version: str) -> bool:
    return name.startswith(f"wheels/{package.replace('-', '_')}-{version}-")
