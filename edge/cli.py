"""The command `maskwatch`."""

import argparse
import importlib.util
import os
import sys
import threading
import traceback
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from edge.errors import UserError
from edge.page.command import add_page

if TYPE_CHECKING:
    from edge.settings.schema import Settings

CONFIG_HELP = "settings in TOML [/etc/maskwatch/maskwatch.toml, where there is one]"


def entry() -> NoReturn:
    """The program: `main`, and an end that is in order whatever a camera's driver is still doing."""
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
        return arguments.command(arguments)
    except UserError as error:
        with suppress(OSError):
            sys.stderr.write(f"maskwatch: {error}\n")
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read the events has gone; keep Python from complaining about it once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _open_standard_streams() -> None:
    """Give a program that was started without them an input, an output and a place for remarks.

    A camera or a model file that took their numbers would get what is written to them.
    """
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)
    sys.stdout = sys.stdout or Path(os.devnull).open("w")  # noqa: SIM115  for as long as the program runs
    sys.stderr = sys.stderr or Path(os.devnull).open("w")  # noqa: SIM115  for as long as the program runs


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="maskwatch", description="Watch a doorway for people without a face mask.")
    parser.add_argument("--version", action="version", version=f"%(prog)s {version('maskwatch')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="watch a source, drive the LED and the buzzer, log events")
    run.add_argument(
        "--source",
        dest="camera_source",
        metavar="SOURCE",
        help="a clip, a picture, a folder, /dev/videoN or picamera2 [the settings' camera]",
    )
    run.add_argument("--config", type=Path, metavar="FILE", help=CONFIG_HELP)
    run.set_defaults(command=_run)
    off = commands.add_parser("outputs-off", help="switch the LED, the buzzer and the relay off, after a crash")
    off.add_argument("--config", type=Path, metavar="FILE", help=CONFIG_HELP)
    off.set_defaults(command=_outputs_off)
    demo = commands.add_parser("demo", help="see it work, without a camera or a Raspberry Pi")
    demo.add_argument("--source", help="watch a webcam (0) or a clip instead of the portraits")
    demo.add_argument("--config", type=Path, metavar="FILE", help=CONFIG_HELP)
    demo.add_argument("--out", type=Path, default=Path("maskwatch-demo"), help="folder for the clip and the timeline")
    demo.set_defaults(command=_demo)
    _add_settings(commands)
    _add_replay(commands)
    _add_evaluate(commands)
    _add_doctor(commands)
    _add_bench(commands)
    _add_distance(commands)
    add_page(commands, CONFIG_HELP)
    _add_stats(commands)
    _add_readers(commands)
    _add_releases(commands)
    return parser


def _add_settings(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    settings = commands.add_parser("settings", help="print the settings in force and where each comes from")
    which = settings.add_mutually_exclusive_group()
    which.add_argument("--config", type=Path, metavar="FILE", help=CONFIG_HELP)
    which.add_argument("--check", type=Path, metavar="FILE", help="only say whether a file is good; status 2 if not")
    settings.set_defaults(command=_print_settings)


def _add_replay(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    replay = commands.add_parser("replay", help="run the same loop on a recording, without pins")
    replay.add_argument("clip", metavar="CLIP", help="a clip, a picture or a folder of pictures")
    replay.add_argument("--config", type=Path, metavar="FILE", help=CONFIG_HELP)
    replay.add_argument("--out", type=Path, metavar="FILE", help="annotated clip to write (.webm, .mp4, .avi)")
    replay.add_argument("--timeline", type=Path, metavar="FILE", help="picture of the timeline to write (.png)")
    replay.add_argument("--force", action="store_true", help="replace these files if they are there")
    replay.add_argument("--rate", type=float, metavar="N", help="frames a second to look at [all]")
    replay.add_argument("--realtime", action="store_true", help="at the speed of life, not as fast as it goes")
    replay.set_defaults(command=_replay)


def _add_evaluate(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    evaluate = commands.add_parser(
        "evaluate", help="score the device on clips of which it is known what is seen; status 1 if one fails"
    )
    evaluate.add_argument("clips", type=Path, metavar="CLIPS", help="folder of videos, NAME.json beside each")
    evaluate.add_argument("--config", type=Path, metavar="FILE", help=CONFIG_HELP)
    evaluate.add_argument("--rate", type=float, default=10.0, metavar="N", help="frames a second [%(default)s]")
    evaluate.add_argument(
        "--only-report", nargs="+", default=[], metavar="NAME", help="clips that need not pass, by name without ending"
    )
    evaluate.add_argument("--json", action="store_true", help="for programs: an object with every figure")
    evaluate.set_defaults(command=_evaluate)


def _add_doctor(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    doctor = commands.add_parser(
        "doctor", help="say what keeps this device from its work, and what helps; status: how many checks fail"
    )
    doctor.add_argument("--config", type=Path, metavar="FILE", help=CONFIG_HELP)
    doctor.add_argument("--json", action="store_true", help="for programs: a list of objects")
    doctor.set_defaults(command=_doctor)


def _add_bench(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    bench = commands.add_parser("bench", help="measure time and memory on this board")
    bench.add_argument("--source", help="a clip or a camera instead of a drawn doorway")
    bench.add_argument("--frames", type=int, default=200, metavar="N", help="frames that count [%(default)s]")
    bench.add_argument("--warm-up", type=int, default=20, metavar="N", help="frames before them [%(default)s]")
    bench.add_argument("--config", type=Path, metavar="FILE", help=CONFIG_HELP)
    bench.add_argument("--json", type=Path, metavar="FILE", help="where to save the figures")
    bench.add_argument("--force", action="store_true", help="replace that file if it is there")
    bench.set_defaults(command=_bench)


def _add_distance(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    distance = commands.add_parser("distance", help="print how large a face is in the picture, by camera and distance")
    distance.add_argument("--degrees", type=_angle, metavar="N", help="a camera's horizontal field of view")
    distance.add_argument("--config", type=Path, metavar="FILE", help=CONFIG_HELP)
    distance.set_defaults(command=_distance)


def _angle(text: str) -> float:
    degrees = float(text)
    if not 1 <= degrees <= 170:
        raise argparse.ArgumentTypeError(f"{text} is not between 1 and 170 degrees")
    return degrees


def _add_stats(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    stats = commands.add_parser("stats", help="print how many people came, and how many without a mask")
    stats.add_argument("--days", type=_count, default=14, metavar="N", help="how many days back [%(default)s]")
    stats.add_argument("--hourly", action="store_true", help="a line for each hour instead of each day")
    form = stats.add_mutually_exclusive_group()
    form.add_argument("--csv", dest="form", action="store_const", const="csv", help="print CSV")
    form.add_argument("--json", dest="form", action="store_const", const="json", help="print JSON")
    form.add_argument("--png", type=Path, metavar="FILE", help="write a picture; needs matplotlib")
    form.add_argument("--record", action="store_true", help="count until stopped, as maskwatch-stats.service does")
    stats.add_argument("--config", type=Path, metavar="FILE", help=CONFIG_HELP)
    stats.set_defaults(command=_stats, form="table")


def _add_readers(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    mqtt = commands.add_parser("mqtt", help="tell an MQTT broker of the door, as maskwatch-mqtt.service does")
    mqtt.set_defaults(command=_mqtt)
    metrics = commands.add_parser("metrics", help="offer figures to Prometheus, as maskwatch-metrics.service does")
    metrics.set_defaults(command=_metrics)
    for command in (mqtt, metrics):
        command.add_argument("--config", type=Path, metavar="FILE", help=CONFIG_HELP)


def _count(text: str) -> int:
    count = int(text)
    if not 1 <= count <= 36500:
        raise argparse.ArgumentTypeError(f"{text} is not between 1 and 36500")
    return count


def _add_releases(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    install = commands.add_parser("install", help="install a bundle, or a model alone; status 1 if it is not healthy")
    install.add_argument("file", type=Path, metavar="FILE", help="a bundle (.tar) or a model file (.tflite)")
    install.set_defaults(command=_install)
    releases = commands.add_parser("releases", help="list the releases on this device")
    releases.set_defaults(command=_releases)
    rollback = commands.add_parser("rollback", help="go back to an earlier release; status 1 if it is not healthy")
    rollback.add_argument("release", nargs="?", default="", metavar="RELEASE", help="or how it begins [the one before]")
    rollback.set_defaults(command=_rollback)
    uninstall = commands.add_parser("uninstall", help="remove maskwatch from this device, but for its settings")
    uninstall.set_defaults(command=_uninstall)
    for command in (install, releases, rollback, uninstall):
        command.add_argument("--root", type=Path, default=Path("/"), metavar="DIR", help="root of its files [/]")


# The imports below cost up to a second, so a command pays only for its own.


def _settings(arguments: argparse.Namespace) -> "Settings":
    from edge.settings.toml_file import settings_in_force, with_source

    settings = settings_in_force(arguments.config)
    source = getattr(arguments, "camera_source", None)
    return with_source(settings, source) if source else settings


def _inputs(arguments: argparse.Namespace, settings: "Settings", source: str | None) -> list[Path]:
    """The files that a command reads, which it must not write over."""
    from edge.settings.toml_file import file_in_force

    model = settings.model
    return [Path(path) for path in (source, file_in_force(arguments.config), model.classifier, model.locator) if path]


def _run(arguments: argparse.Namespace) -> int:
    from edge.runtime.run import run

    return run(_settings(arguments), sys.stdout, sys.stderr, reread=lambda: _settings(arguments))


def _outputs_off(arguments: argparse.Namespace) -> int:
    from edge.alarm.pins import on_a_raspberry_pi, open_pins
    from edge.runtime.outputs import noted_outputs
    from edge.runtime.pipeline import make_alarm

    arguments.config = noted_outputs() or arguments.config
    with make_alarm(_settings(arguments).alarm, open_pins(mock=not on_a_raspberry_pi()), live=True):
        return 0


def _print_settings(arguments: argparse.Namespace) -> int:
    from edge.settings.text import settings_text
    from edge.settings.toml_file import file_in_force, read_settings, settings_in_force

    if arguments.check:
        from edge.vision.trial import refuse_unusable_models

        refuse_unusable_models(read_settings(arguments.check))
        sys.stdout.write(f"{arguments.check} is good.\n")
    else:
        file = file_in_force(arguments.config)
        sys.stdout.write(settings_text(settings_in_force(file), file))
    return 0


def _demo(arguments: argparse.Namespace) -> int:
    from edge.demo.demo import run_demo

    return run_demo(arguments.source, _settings(arguments), arguments.out)


def _replay(arguments: argparse.Namespace) -> int:
    from edge.replay.replay import replay

    settings = _settings(arguments)
    return replay(
        arguments.clip,
        settings,
        sys.stdout,
        sys.stderr,
        inputs=_inputs(arguments, settings, arguments.clip),
        force=arguments.force,
        clip=arguments.out,
        timeline=arguments.timeline,
        rate=arguments.rate,
        realtime=arguments.realtime,
    )


def _evaluate(arguments: argparse.Namespace) -> int:
    from edge.replay.scorecard import print_scorecard

    return print_scorecard(
        arguments.clips,
        _settings(arguments),
        rate=arguments.rate,
        only_report=arguments.only_report,
        as_json=arguments.json,
    )


def _doctor(arguments: argparse.Namespace) -> int:
    from edge.doctor.doctor import run_doctor

    os.nice(10)  # the service beside it comes first
    return run_doctor(arguments.config, sys.stdout, as_json=arguments.json)


def _bench(arguments: argparse.Namespace) -> int:
    from edge.bench.bench import Plan, run_bench

    plan = Plan(source=arguments.source, frames=arguments.frames, warm_up=arguments.warm_up)
    settings = _settings(arguments)
    inputs = _inputs(arguments, settings, arguments.source)
    return run_bench(settings, plan, sys.stdout, save=arguments.json, inputs=inputs, force=arguments.force)


def _distance(arguments: argparse.Namespace) -> int:
    from edge.bench.distance import print_distances

    return print_distances(_settings(arguments), sys.stdout, degrees=arguments.degrees)


def _stats(arguments: argparse.Namespace) -> int:
    from edge.stats.command import record_visits, show_stats

    settings = _settings(arguments)
    if arguments.record:
        return record_visits(settings)
    return show_stats(
        settings, sys.stdout, days=arguments.days, hourly=arguments.hourly, form=arguments.form, png=arguments.png
    )


def _require(module: str, package: str) -> None:
    """See that a package is there that only this command needs.

    Raises:
        UserError: It is not.
    """
    if importlib.util.find_spec(module) is None:
        raise UserError(f"{package} is not installed", f"run `sudo apt install python3-{package}`, or use a bundle")


def _mqtt(arguments: argparse.Namespace) -> int:
    _require("paho", "paho-mqtt")
    from edge.mqtt.command import run_bridge

    return run_bridge(_settings(arguments))


def _metrics(arguments: argparse.Namespace) -> int:
    _require("prometheus_client", "prometheus-client")
    from edge.metrics.command import serve_metrics

    return serve_metrics(_settings(arguments))


def _install(arguments: argparse.Namespace) -> int:
    from edge.releases.command import install_file

    return install_file(arguments.file, arguments.root)


def _releases(arguments: argparse.Namespace) -> int:
    from edge.releases.command import list_releases

    return list_releases(arguments.root)


def _rollback(arguments: argparse.Namespace) -> int:
    from edge.releases.command import roll_back

    return roll_back(arguments.release, arguments.root)


def _uninstall(arguments: argparse.Namespace) -> int:
    from edge.releases.command import uninstall_here

    return uninstall_here(arguments.root)
