"""What all commands' `--help` has in common."""

import argparse
from typing import TypedDict


class HelpOptions(TypedDict):
    """Arguments of `add_parser`."""

    epilog: str
    formatter_class: type[argparse.HelpFormatter]


def example(command: str) -> HelpOptions:
    """Options that end a command's help with an example, `command`, on a line of its own."""
    return {"epilog": f"example:\n  {command}", "formatter_class": argparse.RawDescriptionHelpFormatter}
