"""`maskwatch demo`: the device's own loop, before a drawn doorway or a camera of yours."""

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from edge.alarm.pins import open_pins
from edge.camera.frame import Camera
from edge.camera.sources import open_camera
from edge.errors import UserError
from edge.output_file import check_output
from edge.replay.extras import require
from edge.runtime.frame_result import PublisherGroup
from edge.runtime.pipeline import build_pipeline, load_models, make_alarm, make_test, upright_frames
from edge.settings.schema import Settings
from edge.settings.toml_file import with_source
from edge.signals import StopFlag, stopping_on_signals

if TYPE_CHECKING:
    from rich.console import Console

CLIP, TIMELINE = "annotated.webm", "timeline.png"

RATE = 10.0
"""Frames a second of the clip, where the source has no rate of its own."""


def run_demo(
    source: str | None,
    settings: Settings,
    out: Path,
    console: "Console | None" = None,
    *,
    realtime: bool | None = None,
) -> int:
    """Watch until the source ends or Ctrl-C; then write the clip and the timeline, and print a summary.

    Args:
        source: As for `open_camera`; None for the portraits at the drawn doorway.
        settings: The device's settings. The pins are mock pins on every board.
        out: Folder for the files; made if it is missing.
        console: Where to show it; standard output by default.
        realtime: Whether a recording plays in real time; by default where there is a terminal to see it.

    Returns:
        The exit status, 0: whether the verdicts were right is in the summary.

    Raises:
        UserError: Something that the user can fix.
    """
    require("rich", "skimage", "matplotlib")
    from rich.console import Console

    _make_folder(out)
    console = console or Console()
    inputs = [Path(source)] if source else []
    check_output(out / TIMELINE, what="timeline", inputs=inputs, force=True)
    realtime = console.is_terminal if realtime is None else realtime
    with stopping_on_signals() as stop:  # Ctrl-C is the way to end a webcam, and leaves whole files behind
        _show(_open(source, settings, console, stop), settings, out, console, inputs, stop, realtime=realtime)
    return 0


def _show(
    camera: Camera,
    settings: Settings,
    out: Path,
    console: "Console",
    inputs: list[Path],
    stop: StopFlag,
    *,
    realtime: bool,
) -> None:
    from edge.demo.measure import Score, Timings
    from edge.demo.scene import DoorwayScene
    from edge.demo.terminal import Terminal, print_summary
    from edge.replay.clip import AnnotatedClip
    from edge.replay.pace import paced
    from edge.replay.timeline import Timeline

    with ExitStack() as opened:
        opened.enter_context(camera)
        models = load_models(settings)
        alarm = opened.enter_context(make_alarm(settings.alarm, open_pins(mock=True), live=camera.live))
        score = Score(camera.truth if isinstance(camera, DoorwayScene) else _unknown)
        timings, timeline = Timings(), Timeline(make_test(settings.verdict, models.classifier.threshold))
        rate = RATE if camera.live else getattr(camera, "rate", RATE)
        clip = opened.enter_context(AnnotatedClip(out / CLIP, rate, inputs=inputs, force=True))
        terminal = opened.enter_context(Terminal(console, timings))
        frames = paced(camera, sleep=stop.wait) if realtime and not camera.live else iter(camera)
        if not isinstance(camera, DoorwayScene):  # which is drawn upright
            frames = upright_frames(frames, settings.camera)
        publishers = PublisherGroup(timings, timeline, score, clip, terminal)
        build_pipeline(settings, models, alarm).watch(stop.until_set(frames), publishers)
    files = [out / CLIP] if clip.frames else []
    if clip.frames:
        timeline.save(out / TIMELINE)
        files.append(out / TIMELINE)
    print_summary(console, score, timings, files)


def _open(source: str | None, settings: Settings, console: "Console", stop: StopFlag) -> Camera:
    from edge.demo.scene import DoorwayScene

    if source is None:
        console.print(
            "People come through a drawn doorway, with and without a mask; the pins are mock pins.", soft_wrap=True
        )
        return DoorwayScene()
    console.print(f"Watching {source}; the pins are mock pins. Ctrl-C ends it.", highlight=False)
    return open_camera(with_source(settings, source).camera, stop)


def _unknown(seconds: float) -> None:
    """Nobody can say what was so before a camera."""


def _make_folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"The folder {out} cannot be made ({error.strerror})", "name another with --out") from error
