"""`maskwatch distance`: how large a face is in the picture, by camera and distance."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

from edge.settings.schema import Settings

FACE_METERS = 0.18
"""Height of an adult's face from the hairline to the chin, which is the longer side of its box."""

METERS = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0)


@dataclass(frozen=True)
class Optics:
    """A camera's sensor and lens, by its data sheet."""

    name: str
    degrees: float
    """Horizontal field of view of the whole sensor."""
    aspect: float
    """Width of the sensor over its height."""


CAMERAS = (
    Optics("Camera Module 2", 62.2, 4 / 3),
    Optics("Camera Module 3", 66.0, 16 / 9),
    Optics("Camera Module 3 Wide", 102.0, 16 / 9),
    Optics("HQ Camera, 6 mm lens", 55.3, 4 / 3),
    Optics("USB webcam, 720p, 60° diagonal", 53.4, 16 / 9),
)
"""The usual ones. The HQ Camera's angle follows from its sensor, 6.287 mm wide."""


def face_px(camera: Optics, meters: float, *, width: int, height: int) -> float:
    """The longer side of an adult's face in the picture, in pixels.

    The picture is cut out of the sensor's middle at the picture's own aspect ratio and shows straight lines as straight
    (a pinhole camera): near the edge of a wide lens a face is a little larger than this.

    Args:
        camera: Sensor and lens.
        meters: Distance between the lens and the face.
        width: Of the picture, in pixels.
        height: Of the picture, in pixels.
    """
    return meters_px(camera, width=width, height=height) * FACE_METERS / meters


def meters_px(camera: Optics, *, width: int, height: int) -> float:
    """How many pixels one meter takes up in the picture at a distance of one meter."""
    seen = min(1.0, width / height / camera.aspect)
    return width / (2 * seen * math.tan(math.radians(camera.degrees) / 2))


def print_distances(settings: Settings, out: TextIO, *, degrees: float | None = None) -> int:
    """Write the table for the settings' picture size as Markdown; returns the exit status.

    Args:
        settings: Their `[camera] width` and `height`, `[alarm] min_face_px` and `[verdict] clear_face_px`.
        out: Gets the table.
        degrees: Horizontal field of view of another camera, shown in place of the usual ones.
    """
    width, height = settings.camera.width, settings.camera.height
    cameras = (Optics(f"{degrees:g}° horizontally", degrees, width / height),) if degrees else CAMERAS
    out.write(f"Face in pixels, in a picture of {width}x{height}:\n\n")
    out.writelines(line + "\n" for line in _table(cameras, settings))
    return 0


def _table(cameras: tuple[Optics, ...], settings: Settings) -> Iterator[str]:
    alerts, counts = settings.alarm.min_face_px, settings.verdict.clear_face_px
    cells = [f"{meters:g} m" for meters in METERS]
    yield _row("camera", *cells, f"alerts up to ({alerts} px)", f"counts in full up to ({counts:g} px)")
    yield _row(*["---"] * (len(METERS) + 3))
    for camera in cameras:
        one_meter = face_px(camera, 1.0, width=settings.camera.width, height=settings.camera.height)
        sizes = [f"{one_meter / meters:.0f}" for meters in METERS]
        yield _row(camera.name, *sizes, *(f"{one_meter / max(px, 1):.1f} m" for px in (alerts, counts)))


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
