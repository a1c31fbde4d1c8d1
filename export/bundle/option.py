"""The options that `bundle` and `flash` share."""

import argparse
from pathlib import Path


def add_bundle_options(command: argparse.ArgumentParser) -> None:
    """Let models of one's own into the bundle that a command makes, and have it signed."""
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
