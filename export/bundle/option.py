"""The option that `bundle` and `flash` share."""

import argparse
from pathlib import Path


def add_model_option(command: argparse.ArgumentParser) -> None:
    """Let models of one's own into the bundle that a command makes."""
    command.add_argument(
        "--model",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="model file for the bundle, instead of the shipped one of its kind; once for each kind",
    )
