"""The command `maskwatch-export` as a whole."""

import subprocess
import sys

import pytest


def without(package, *arguments):
    """The program where a package is not installed."""
    code = f"import sys; sys.modules[{package!r}] = None; from export.cli import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.parametrize("arguments", [["inspect", "door.tflite"], ["flash", "--card", "."], ["page", "door"]])
def test_without_rich_it_says_how_to_install_it(arguments):
    done = without("rich", *arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("maskwatch-export: rich is not installed: ")
    assert "which this line of the README installs: python3 -m venv" in done.stderr
    assert done.stderr.count("\n") == 1


def test_its_help_needs_no_package():
    assert "usage: maskwatch-export" in without("rich", "--help").stdout
