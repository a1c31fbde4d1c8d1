"""The camera that the settings name, and its pictures."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from edge.doctor.check import Case, Finding
from edge.doctor.service import READ_LOG, Service
from edge.errors import UserError
from edge.settings.schema import CameraSettings

if TYPE_CHECKING:
    import numpy as np

    from edge.camera.frame import Camera

FRAMES = 5
"""Number of pictures to take."""

PATIENCE_SECONDS = 5.0
"""How long a camera that was just opened may be dark or silent: many begin with black pictures."""

COLOR_LEVELS = 6
"""Largest difference between the channels of a gray pixel, of 255: noise and compression color it a little."""

MONOCHROME = "pictures without color, in which about 94 of 100 faces are found, not 97"

COLOR = "give the door visible light, and the camera an infrared filter (a NoIR or night camera has none)"

TRY_AGAIN = "try again in a minute"

STALE_SECONDS = 45.0
"""A service that has written no status for this long hangs: systemd's watchdog waits as long."""

NO_FRAMES = 0.05
"""Frames per second below which the service counts as getting no frames."""


def check_camera(case: Case) -> Finding:
    """Whether the camera gives pictures; while the service uses the camera, its status is checked instead."""
    source, service = case.settings.camera.source, case.service
    if service.watches:
        return _as_the_service_says(source, service)
    if service.has_devices:
        text = f"{source}: the service uses it, but has had no frame yet"
        trouble = service.status.trouble if service.status else ""
        return Finding("camera", "warn", f"{text} ({trouble})" if trouble else text, TRY_AGAIN)
    return look_at(case.settings.camera)


def _as_the_service_says(source: str, service: Service) -> Finding:
    status = service.status
    if status is None:
        return Finding("camera", "ok", f"{source}: used by the service, which has had a frame")
    if status.trouble:
        return Finding("camera", "fail", f"{source}: {status.trouble}", status.remedy or READ_LOG)
    if service.status_age > STALE_SECONDS:
        text = f"{source}: the service has reported nothing for {service.status_age:.0f} s"
        return Finding("camera", "fail", text, "sudo systemctl restart maskwatch")
    if status.frames_per_second is not None and status.frames_per_second < NO_FRAMES:
        return Finding("camera", "fail", f"{source}: the service gets no frames", READ_LOG)
    return Finding("camera", "ok", f"{source}: used by the service, which gets frames")


@dataclass
class Patience:
    """Waits while a camera has trouble, but not for too long."""

    seconds: float
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        """Start the clock."""
        self._until = self.clock() + self.seconds

    def wait(self, trouble: UserError) -> None:
        """Go on waiting after a report that there is no frame.

        Raises:
            UserError: There has been no frame for too long.
        """
        if self.clock() >= self._until:
            raise trouble


def look_at(settings: CameraSettings, *, patience_seconds: float = PATIENCE_SECONDS) -> Finding:
    """Open a camera, read a few frames and close it.

    Raises:
        UserError: The camera cannot be opened, or gives no pictures, black pictures or always the same one.
    """
    # These imports may fail, and then the failure becomes a finding.
    from edge.camera.live import BLACK, LiveCamera, is_black
    from edge.camera.sources import open_camera

    with open_camera(settings) as camera:
        if isinstance(camera, LiveCamera):
            camera.on_trouble = Patience(patience_seconds).wait
        images = list(_images(camera))
    if not images:
        raise UserError(f"{settings.source} holds no frame", "name another source under [camera]")
    if is_black(images[-1]):
        raise UserError(BLACK.problem, BLACK.remedy)
    height, width = images[-1].shape[:2]
    text = f"{settings.source}: {width} x {height} pixels"
    if not camera.live:
        return Finding("camera", "ok", f"{text}, a recording")
    if is_monochrome(images[-1]):
        return Finding("camera", "warn", f"{text}, {MONOCHROME}", COLOR)
    return Finding("camera", "ok", text)


def is_monochrome(image: "np.ndarray") -> bool:
    """Whether an image, uint8 (height, width, 3), has no color, as in infrared light or through a night filter."""
    import numpy as np

    sample = image[::8, ::8].astype(int)
    return float(np.mean(np.ptp(sample, axis=2) > COLOR_LEVELS)) <= 0.01


def _images(camera: "Camera") -> Iterator["np.ndarray"]:
    return (frame.image.copy() for frame in islice(camera, FRAMES))
