"""The command `maskwatch`."""

import argparse
import os
import sys
from pathlib import Path

from edge.errors import UserError


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit status, 2 for something that the user can mend."""
    arguments = _parser().parse_args(argv)
    try:
        return arguments.command(arguments)
    except UserError as error:
        sys.stderr.write(f"maskwatch: {error}\n")
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read the events has gone; keep Python from complaining about it once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="maskwatch", description="Watch a doorway for people without a face mask.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="watch a source, drive the LED and the buzzer, log events")
    run.add_argument("--source", required=True, help="a clip, a picture, a folder, /dev/videoN or picamera2")
    run.add_argument("--config", type=Path, metavar="FILE", help="settings in TOML; every value has a default")
    run.set_defaults(command=_run)
    demo = commands.add_parser("demo", help="see it work, without a camera or a Raspberry Pi")
    demo.add_argument("--source", help="watch a webcam (0) or a clip instead of the portraits")
    demo.add_argument("--config", type=Path, metavar="FILE", help="settings in TOML; every value has a default")
    demo.add_argument("--out", type=Path, default=Path("maskwatch-demo"), help="folder for the clip and the timeline")
    demo.set_defaults(command=_demo)
    return parser


# The imports below cost up to a second, so a command pays only for its own.


def _run(arguments: argparse.Namespace) -> int:
    from edge.run import run
    from edge.service.settings import Settings, read_settings

    settings = read_settings(arguments.config) if arguments.config else Settings()
    return run(arguments.source, settings, sys.stdout, sys.stderr)


def _demo(arguments: argparse.Namespace) -> int:
    from edge.demo.demo import run_demo
    from edge.service.settings import Settings, read_settings

    settings = read_settings(arguments.config) if arguments.config else Settings()
    return run_demo(arguments.source, settings, arguments.out)
