"""The command `maskwatch`."""

import argparse
import os
import sys
import threading
import traceback
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import NoReturn

from edge import commands
from edge.arguments import between
from edge.help import example
from edge.page.command import add_page
from edge.program import exit_status

MOST_FRAMES = 1_000_000
"""Of a measurement: more than a day's."""

RATE = between(0.1, 1000.0)
"""Frames a second of a recording."""

CONFIG_HELP = "settings in TOML [/etc/maskwatch/maskwatch.toml, where there is one]"


def entry() -> NoReturn:
    """The program: `main`, and an orderly end even while a camera's driver hangs."""
    try:
        status = main()
    except Exception:  # noqa: BLE001  as Python itself would, but for the end
        traceback.print_exc()
        status = 1
    if threading.active_count() == 1:
        sys.exit(status)
    # A driver that does not return holds a thread in C++. Python's own end would take the thread away from it, at which
    # C++ ends the whole process with SIGABRT.
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(status)


def main(argv: list[str] | None = None) -> int:
    """Run the command; returns the exit status, 2 for something that the user can fix."""
    _open_standard_streams()
    arguments = _parser().parse_args(argv)
    try:
        return exit_status("maskwatch", lambda: arguments.command(arguments))
    except KeyboardInterrupt:
        return 130


def _open_standard_streams() -> None:
    """Give a program that was started without them an input, an output and a place for remarks.

    A camera or a model file that took their numbers would get what is written to them.
    """
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)
    sys.stdin = sys.stdin or Path(os.devnull).open()  # noqa: SIM115  for as long as the program runs
    sys.stdout = sys.stdout or Path(os.devnull).open("w")  # noqa: SIM115  for as long as the program runs
    sys.stderr = sys.stderr or Path(os.devnull).open("w")  # noqa: SIM115  for as long as the program runs


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="maskwatch", description="Watch a doorway for people without a face mask.")
    parser.add_argument("--version", action="version", version=f"%(prog)s {version('maskwatch')}")
    subcommands = parser.add_subparsers(required=True, metavar="COMMAND")
    run = subcommands.add_parser(
        "run",
        **example("maskwatch run --source door.mp4"),
        help="watch a source, drive the LED and the buzzer, log events",
    )
    run.add_argument(
        "--source",
        dest="camera_source",
        metavar="SOURCE",
        help="a clip, a picture, a folder, a webcam (0 or /dev/video0) or picamera2 [the settings' camera]",
    )
    run.add_argument("--config", type=Path, metavar="FILE", help=CONFIG_HELP)
    run.set_defaults(command=commands.run_command)
    off = subcommands.add_parser(
        "outputs-off",
        **example("maskwatch outputs-off"),
        help="switch the LED, the buzzer and the relay off, after a crash",
    )
    off.add_argument("--config", type=Path, metavar="FILE", help=CONFIG_HELP)
    off.set_defaults(command=commands.outputs_off_command)
    demo = subcommands.add_parser(
        "demo", **example("maskwatch demo --out maskwatch-demo"), help="see it work, without a camera or a Raspberry Pi"
    )
    demo.add_argument("--source", metavar="SOURCE", help="watch a webcam (0) or a clip instead of the portraits")
    demo.add_argument("--config", type=Path, metavar="FILE", help=CONFIG_HELP)
    demo.add_argument(
        "--out",
        type=Path,
        default=Path("maskwatch-demo"),
        metavar="DIR",
        help="folder for the clip and the timeline, which are replaced [%(default)s]",
    )
    demo.set_defaults(command=commands.demo_command)
    _add_settings(subcommands)
    _add_replay(subcommands)
    _add_evaluate(subcommands)
    _add_doctor(subcommands)
    _add_bench(subcommands)
    _add_distance(subcommands)
    add_page(subcommands, CONFIG_HELP)
    _add_stats(subcommands)
    _add_readers(subcommands)
    _add_releases(subcommands)
    return parser


def _add_settings(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    settings = subcommands.add_parser(
        "settings",
        **example("maskwatch settings --check maskwatch.toml"),
        help="print the settings in force and where each comes from",
    )
    which = settings.add_mutually_exclusive_group()
    which.add_argument("--config", type=Path, metavar="FILE", help=CONFIG_HELP)
    which.add_argument("--check", type=Path, metavar="FILE", help="only say whether a file is good; status 2 if not")
    settings.set_defaults(command=commands.print_settings_command)


def _add_replay(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    replay = subcommands.add_parser(
        "replay",
        **example("maskwatch replay door.mp4 --out annotated.webm --timeline timeline.png"),
        help="run the same loop on a recording, without pins",
    )
    replay.add_argument("clip", metavar="CLIP", help="a clip, a picture or a folder of pictures")
    replay.add_argument("--config", type=Path, metavar="FILE", help=CONFIG_HELP)
    replay.add_argument("--out", type=Path, metavar="FILE", help="annotated clip to write (.webm, .mp4, .avi)")
    replay.add_argument("--timeline", type=Path, metavar="FILE", help="picture of the timeline to write (.png)")
    replay.add_argument("--force", action="store_true", help="replace these files if they are there")
    replay.add_argument("--rate", type=RATE, metavar="N", help="frames a second to process [all]")
    replay.add_argument("--realtime", action="store_true", help="process it in real time, not as fast as possible")
    replay.set_defaults(command=commands.replay_command)


def _add_evaluate(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    evaluate = subcommands.add_parser(
        "evaluate",
        **example("maskwatch evaluate clips --only-report street"),
        help="score the device on annotated clips; status 1 if one fails",
    )
    evaluate.add_argument("clips", type=Path, metavar="CLIPS", help="folder of videos, NAME.json beside each")
    evaluate.add_argument("--config", type=Path, metavar="FILE", help=CONFIG_HELP)
    evaluate.add_argument("--rate", type=RATE, default=10.0, metavar="N", help="frames a second [%(default)s]")
    evaluate.add_argument(
        "--only-report", nargs="+", default=[], metavar="NAME", help="clips that need not pass, by name without ending"
    )
    evaluate.add_argument("--json", action="store_true", help="for programs: an object with every figure")
    evaluate.set_defaults(command=commands.evaluate_command)


def _add_doctor(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    doctor = subcommands.add_parser(
        "doctor",
        **example("maskwatch doctor"),
        help="check this device, and say how to fix what is wrong; the status is the number of failures",
    )
    doctor.add_argument("--config", type=Path, metavar="FILE", help=CONFIG_HELP)
    doctor.add_argument("--json", action="store_true", help="for programs: a list of objects")
    doctor.set_defaults(command=commands.doctor_command)


def _add_bench(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    bench = subcommands.add_parser(
        "bench", **example("maskwatch bench --frames 100"), help="measure time and memory on this board"
    )
    bench.add_argument("--source", metavar="SOURCE", help="a clip or a camera instead of a drawn doorway")
    bench.add_argument(
        "--frames", type=between(1, MOST_FRAMES), default=200, metavar="N", help="frames that count [%(default)s]"
    )
    bench.add_argument(
        "--warm-up",
        type=between(0, MOST_FRAMES),
        default=20,
        metavar="N",
        help="frames before those that count [%(default)s]",
    )
    bench.add_argument("--config", type=Path, metavar="FILE", help=CONFIG_HELP)
    bench.add_argument("--json", type=Path, metavar="FILE", help="where to save the figures")
    bench.add_argument("--force", action="store_true", help="replace that file if it is there")
    bench.set_defaults(command=commands.bench_command)


def _add_distance(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    distance = subcommands.add_parser(
        "distance",
        **example("maskwatch distance --degrees 66"),
        help="print how large a face is in the picture, by camera and distance",
    )
    distance.add_argument(
        "--degrees", type=between(1.0, 170.0), metavar="N", help="a camera's horizontal field of view"
    )
    distance.add_argument("--config", type=Path, metavar="FILE", help=CONFIG_HELP)
    distance.set_defaults(command=commands.distance_command)


def _add_stats(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    stats = subcommands.add_parser(
        "stats",
        **example("maskwatch stats --days 7 --csv"),
        help="print how many people came, and how many without a mask",
    )
    stats.add_argument(
        "--days", type=between(1, 36500), default=14, metavar="N", help="how many days, today among them [%(default)s]"
    )
    stats.add_argument("--hourly", action="store_true", help="a line for each hour instead of each day")
    form = stats.add_mutually_exclusive_group()
    form.add_argument("--csv", dest="form", action="store_const", const="csv", help="print CSV")
    form.add_argument("--json", dest="form", action="store_const", const="json", help="print JSON")
    form.add_argument("--png", type=Path, metavar="FILE", help="write a picture; needs matplotlib")
    stats.add_argument("--force", action="store_true", help="replace that picture if it is there")
    form.add_argument("--record", action="store_true", help="count until stopped, as maskwatch-stats.service does")
    stats.add_argument("--config", type=Path, metavar="FILE", help=CONFIG_HELP)
    stats.set_defaults(command=commands.stats_command, form="table")


def _add_readers(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    mqtt = subcommands.add_parser(
        "mqtt",
        **example("maskwatch mqtt --config maskwatch.toml"),
        help="publish the door to an MQTT broker, as maskwatch-mqtt.service does",
    )
    mqtt.set_defaults(command=commands.mqtt_command)
    metrics = subcommands.add_parser(
        "metrics",
        **example("maskwatch metrics --config maskwatch.toml"),
        help="serve metrics to Prometheus, as maskwatch-metrics.service does",
    )
    metrics.set_defaults(command=commands.metrics_command)
    for command in (mqtt, metrics):
        command.add_argument("--config", type=Path, metavar="FILE", help=CONFIG_HELP)


def _add_releases(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    install = subcommands.add_parser(
        "install",
        **example("sudo maskwatch install maskwatch.tar"),
        help="install a bundle, or a model alone; status 1 if it is not healthy",
    )
    install.add_argument("file", type=Path, metavar="FILE", help="a bundle (.tar) or a model file (.tflite)")
    install.set_defaults(command=commands.install_command)
    releases = subcommands.add_parser(
        "releases", **example("maskwatch releases"), help="list the releases on this device"
    )
    releases.set_defaults(command=commands.releases_command)
    rollback = subcommands.add_parser(
        "rollback",
        **example("sudo maskwatch rollback"),
        help="go back to an earlier release; status 1 if it is not healthy",
    )
    rollback.add_argument(
        "release", nargs="?", default="", metavar="RELEASE", help="its name or the beginning of it [the one before]"
    )
    rollback.set_defaults(command=commands.rollback_command)
    uninstall = subcommands.add_parser(
        "uninstall",
        **example("sudo maskwatch uninstall"),
        help="remove maskwatch and its counts from this device, but keep its settings",
    )
    uninstall.set_defaults(command=commands.uninstall_command)
    for command in (install, releases, rollback, uninstall):
        command.add_argument(
            "--root", type=Path, default=Path("/"), metavar="DIR", help="root of the device's files [/]"
        )
