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
    _add_replay(commands)
    _add_evaluate(commands)
    return parser


def _add_replay(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    replay = commands.add_parser("replay", help="run the same loop on a recording, without pins")
    replay.add_argument("clip", metavar="CLIP", help="a clip, a picture or a folder of pictures")
    replay.add_argument("--config", type=Path, metavar="FILE", help="settings in TOML; every value has a default")
    replay.add_argument("--out", type=Path, metavar="FILE", help="annotated clip to write (.webm, .mp4, .avi)")
    replay.add_argument("--timeline", type=Path, metavar="FILE", help="picture of the timeline to write (.png)")
    replay.add_argument("--rate", type=float, metavar="N", help="frames a second to look at [all]")
    replay.add_argument("--realtime", action="store_true", help="at the speed of life, not as fast as it goes")
    replay.set_defaults(command=_replay)


def _add_evaluate(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    evaluate = commands.add_parser(
        "evaluate", help="score the device on clips of which it is known what is seen; status 1 if one fails"
    )
    evaluate.add_argument("clips", type=Path, metavar="CLIPS", help="folder of videos, NAME.json beside each")
    evaluate.add_argument("--config", type=Path, metavar="FILE", help="settings in TOML; every value has a default")
    evaluate.add_argument("--rate", type=float, default=10.0, metavar="N", help="frames a second [%(default)s]")
    evaluate.add_argument(
        "--only-report", nargs="+", default=[], metavar="NAME", help="clips that need not pass, by name without ending"
    )
    evaluate.set_defaults(command=_evaluate)


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


def _replay(arguments: argparse.Namespace) -> int:
    from edge.replay.replay import replay
    from edge.service.settings import Settings, read_settings

    settings = read_settings(arguments.config) if arguments.config else Settings()
    return replay(
        arguments.clip,
        settings,
        sys.stdout,
        clip=arguments.out,
        timeline=arguments.timeline,
        rate=arguments.rate,
        realtime=arguments.realtime,
    )


def _evaluate(arguments: argparse.Namespace) -> int:
    from edge.replay.scorecard import print_scorecard
    from edge.service.settings import Settings, read_settings

    settings = read_settings(arguments.config) if arguments.config else Settings()
    return print_scorecard(arguments.clips, settings, rate=arguments.rate, only_report=arguments.only_report)
