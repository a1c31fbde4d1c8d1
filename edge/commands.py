"""What each subcommand of `maskwatch` does with its arguments; each returns the exit status.

Imports cost up to a second, so each command makes its own.
"""

import argparse
import importlib
import importlib.util
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from edge.errors import UserError

if TYPE_CHECKING:
    from edge.settings.schema import Settings


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


def run_command(arguments: argparse.Namespace) -> int:
    """Watch the settings' source, drive the pins, log events."""
    from edge.signals import stopping_on_signals

    with stopping_on_signals() as stop:
        # Reading the program itself takes seconds on a small board.
        module = stop.interrupt(lambda: importlib.import_module("edge.runtime.run"))
        if module is None:
            return stop.status
        return module.run(_settings(arguments), sys.stdout, sys.stderr, stop, reread=lambda: _settings(arguments))


def outputs_off_command(arguments: argparse.Namespace) -> int:
    """Switch the outputs off, by the settings under which they were taken."""
    from edge.alarm.pins import open_pins
    from edge.board import Board
    from edge.runtime.outputs import noted_outputs
    from edge.runtime.pipeline import make_alarm
    from edge.settings.toml_file import read_settings

    note = noted_outputs()
    settings = read_settings(note) if note else _settings(arguments)
    with make_alarm(settings.alarm, open_pins(mock=not Board().is_raspberry_pi), live=True):
        return 0


def print_settings_command(arguments: argparse.Namespace) -> int:
    """Print the settings in force, or check a file."""
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


def demo_command(arguments: argparse.Namespace) -> int:
    """Show the device at work, without a camera or a Raspberry Pi."""
    from edge.demo.demo import run_demo

    return run_demo(arguments.source, _settings(arguments), arguments.out)


def replay_command(arguments: argparse.Namespace) -> int:
    """Run the loop on a recording."""
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


def evaluate_command(arguments: argparse.Namespace) -> int:
    """Score the device on clips."""
    from edge.replay.scorecard import print_scorecard

    return print_scorecard(
        arguments.clips,
        _settings(arguments),
        rate=arguments.rate,
        only_report=arguments.only_report,
        as_json=arguments.json,
    )


def doctor_command(arguments: argparse.Namespace) -> int:
    """Check this device."""
    from edge.doctor.doctor import run_doctor

    os.nice(10)  # the service beside it comes first
    return run_doctor(arguments.config, sys.stdout, as_json=arguments.json)


def bench_command(arguments: argparse.Namespace) -> int:
    """Measure time and memory."""
    from edge.bench.bench import Plan, run_bench

    plan = Plan(source=arguments.source, frames=arguments.frames, warm_up=arguments.warm_up)
    settings = _settings(arguments)
    inputs = _inputs(arguments, settings, arguments.source)
    return run_bench(settings, plan, sys.stdout, save=arguments.json, inputs=inputs, force=arguments.force)


def distance_command(arguments: argparse.Namespace) -> int:
    """Print how large a face is in the picture."""
    from edge.bench.distance import print_distances

    return print_distances(_settings(arguments), sys.stdout, degrees=arguments.degrees)


def stats_command(arguments: argparse.Namespace) -> int:
    """Print or record how many people came."""
    from edge.stats.command import record_visits, show_stats

    settings = _settings(arguments)
    if arguments.record:
        return record_visits(settings)
    return show_stats(
        settings,
        sys.stdout,
        days=arguments.days,
        hourly=arguments.hourly,
        form=arguments.form,
        png=arguments.png,
        force=arguments.force,
    )


def _require(module: str, package: str) -> None:
    """See that a package is there that only this command needs.

    Raises:
        UserError: It is not.
    """
    if importlib.util.find_spec(module) is None:
        raise UserError(f"{package} is not installed", f"run `sudo apt install python3-{package}`, or use a bundle")


def mqtt_command(arguments: argparse.Namespace) -> int:
    """Publish the door to an MQTT broker."""
    _require("paho", "paho-mqtt")
    from edge.mqtt.command import run_bridge

    return run_bridge(_settings(arguments))


def metrics_command(arguments: argparse.Namespace) -> int:
    """Serve metrics to Prometheus."""
    _require("prometheus_client", "prometheus-client")
    from edge.metrics.command import serve_metrics

    return serve_metrics(_settings(arguments))


def install_command(arguments: argparse.Namespace) -> int:
    """Install a bundle or a model."""
    from edge.releases.command import install_file

    return install_file(arguments.file, arguments.root)


def releases_command(arguments: argparse.Namespace) -> int:
    """List the releases on this device."""
    from edge.releases.command import list_releases

    return list_releases(arguments.root)


def rollback_command(arguments: argparse.Namespace) -> int:
    """Go back to an earlier release."""
    from edge.releases.command import roll_back

    return roll_back(arguments.release, arguments.root)


def uninstall_command(arguments: argparse.Namespace) -> int:
    """Remove maskwatch from this device."""
    from edge.releases.command import uninstall_here

    return uninstall_here(arguments.root)
