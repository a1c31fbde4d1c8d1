"""`maskwatch bench`: the device's own loop against the clock."""

import os
import platform
import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import TextIO

from edge.alarm.pins import open_pins
from edge.bench.estimate import estimate
from edge.bench.measurement import Stopwatch, forget_peak, resident_megabytes, seconds_since_start
from edge.bench.people import DrawnPerson
from edge.bench.report import Report, Spread
from edge.board import Board
from edge.camera.frame import Frame
from edge.camera.sources import open_camera
from edge.errors import UserError
from edge.files import write_whole
from edge.output_file import cannot_write, check_output
from edge.runtime.pipeline import Models, build_pipeline, load_models, make_alarm, upright_frames
from edge.settings.schema import Settings
from edge.settings.toml_file import with_source
from edge.vision.interpreter import PACKAGES

DRAWN = "a drawn doorway"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is to be measured."""

    source: str | None = None
    """As in the settings; None for a person at a drawn doorway."""
    frames: int = 200
    """How many frames count, at most: a clip may be shorter."""
    warm_up: int = 20
    """How many do not, before them."""


@dataclass(frozen=True)
class Loaded:
    """Both networks, and how long it took until they could run, in seconds."""

    models: Models
    imports_seconds: float
    models_seconds: float


def run_bench(
    settings: Settings,
    plan: Plan,
    out: TextIO,
    *,
    save: Path | None = None,
    inputs: Iterable[Path] = (),
    force: bool = False,
) -> int:
    """Measure, and write a table.

    Args:
        settings: The device's settings; the pins are mock pins on every board.
        plan: What is to be measured.
        out: Gets the table.
        save: File for the figures as JSON.
        inputs: Files that are read and must not be written over.
        force: Whether another file may be.

    Returns:
        The exit status, 0.

    Raises:
        UserError: A model or the source cannot be read, the source is too short, or the file cannot be written.
    """
    imports_seconds = seconds_since_start()
    if save:
        check_output(save, what="figures", inputs=inputs, force=force)
    report = measure(settings, plan, imports_seconds)
    report.write(out)
    if save:
        _save(report, save)
    return 0


def measure(settings: Settings, plan: Plan, imports_seconds: float) -> Report:
    """Run the loop; `imports_seconds` is how long the process took before it.

    Raises:
        UserError: As for `run_bench`.
    """
    drawn = DrawnPerson(plan.warm_up + plan.frames) if plan.source is None else None
    forget_peak()  # drawing the doorway takes more memory than watching it
    loaded = _load(settings, imports_seconds)
    stopwatch = Stopwatch(plan.warm_up, captures=drawn is None)
    with ExitStack() as opened:
        frames: Iterable[Frame]
        if drawn is None:
            camera = opened.enter_context(open_camera(with_source(settings, str(plan.source)).camera))
            frames = islice(upright_frames(camera, settings.camera), plan.warm_up + plan.frames)
        else:
            frames = drawn
        alarm = opened.enter_context(make_alarm(settings.alarm, open_pins(mock=True), live=False))
        build_pipeline(settings, loaded.models, alarm).watch(stopwatch.time_captures(frames), stopwatch)
    if not stopwatch.people:
        raise UserError(f"{plan.source} holds too few frames", "take a longer clip, or a smaller --warm-up")
    return _report(settings, plan, loaded, stopwatch)


def _load(settings: Settings, imports_seconds: float) -> Loaded:
    began = time.perf_counter()
    return Loaded(load_models(settings), imports_seconds, time.perf_counter() - began)


def _report(settings: Settings, plan: Plan, loaded: Loaded, stopwatch: Stopwatch) -> Report:
    locator, network = loaded.models.locator, loaded.models.classifier.network
    totals = stopwatch.totals
    now, peak = resident_megabytes()
    return Report(
        maskwatch_version=version("maskwatch"),
        board=Board().name,
        architecture=platform.machine(),
        cores=os.cpu_count() or 1,
        python_version=platform.python_version(),
        runtime=network.runtime,
        runtime_version=version(PACKAGES[network.runtime]),
        xnnpack=network.delegated,
        threads=settings.model.threads,
        locator=locator.network.metadata.network if locator.network else "centre",
        classifier=network.metadata.network,
        source=plan.source or DRAWN,
        width_px=stopwatch.size[0],
        height_px=stopwatch.size[1],
        warm_up_frames=plan.warm_up,
        frames=len(totals),
        people_per_frame=round(sum(stopwatch.people) / len(totals), 3),
        stages={stage: Spread.of(times) for stage, times in stopwatch.stages.items()},
        whole_frame=Spread.of(totals),
        frames_per_second=round(1000 * len(totals) / sum(totals), 2),
        imports_s=round(loaded.imports_seconds, 3),
        models_s=round(loaded.models_seconds, 3),
        first_frame_s=round(stopwatch.first_frame_seconds, 3),
        resident_now_mb=round(now, 1),
        resident_peak_mb=round(peak, 1),
        celsius=Board().celsius(),
        estimate=estimate(Board().model),
    )


def _save(report: Report, path: Path) -> None:
    try:
        write_whole(path, report.to_json().encode())
    except OSError as error:
        raise cannot_write(path, "figures", error) from error
