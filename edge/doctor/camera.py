"""The camera of the settings, and what it sees."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from edge.doctor.case import Case
from edge.doctor.finding import Finding
from edge.errors import UserError
from edge.settings.schema import CameraSettings

if TYPE_CHECKING:
    import numpy as np

    from edge.camera.frame import Camera

FRAMES = 5
"""Pictures that are compared: where all are equal to the byte, the camera gives the same one over and over."""

PATIENCE_SECONDS = 5.0
"""How long a camera that was just opened may be dark or silent: many begin with black pictures."""

LOOK_AGAIN = "look again in a minute"

MOVING = "frames a second"
"""What the status of a service to which frames come says, whatever else it says."""


def check_camera(case: Case) -> Finding:
    """Whether it gives pictures; where the service holds it, the service's word counts."""
    source = case.settings.camera.source
    if case.service.watches:
        return _word_of_the_service(source, case.service.status)
    if case.service.has_devices:
        text = f"{source}: the service has it, but no frame yet"
        return Finding("camera", "warn", f"{text} ({case.service.status})" if case.service.status else text, LOOK_AGAIN)
    return look_at(case.settings.camera)


def _word_of_the_service(source: str, status: str) -> Finding:
    if not status:
        return Finding("camera", "ok", f"{source}: held by the service, which has had a frame")
    if MOVING in status and not status.startswith(f"0.0 {MOVING}"):
        return Finding("camera", "ok", f"{source}: held by the service, to which frames come")
    text, _, mend = status.rstrip(".").rpartition(": ")
    return Finding("camera", "fail", f"{source}: {text or mend}", mend if text else "journalctl -u maskwatch -n 30")


@dataclass
class Patience:
    """Ends with an error when a camera's trouble has lasted too long."""

    seconds: float
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        """Begin to wait."""
        self._until = self.clock() + self.seconds

    def bear(self, trouble: str) -> None:
        """There is no frame, and this is why.

        Raises:
            UserError: It has been so for too long.
        """
        if self.clock() >= self._until:
            raise UserError(trouble)


def look_at(settings: CameraSettings, *, patience_seconds: float = PATIENCE_SECONDS) -> Finding:
    """Open a camera, look at a few frames and close it.

    Raises:
        UserError: It cannot be opened, gives no pictures, or black ones.
    """
    # What is imported here may be broken, which is then a finding.
    import numpy as np

    from edge.camera.live import BLACK, LiveCamera, is_black
    from edge.camera.sources import open_camera

    with open_camera(settings) as camera:
        if isinstance(camera, LiveCamera):
            camera.on_trouble = Patience(patience_seconds).bear
        images = list(_images(camera))
    if not images:
        raise UserError(f"{settings.source} holds no frame", "name another source under [camera]")
    if is_black(images[-1]):
        raise UserError(BLACK)
    height, width = images[-1].shape[:2]
    text = f"{settings.source}: {width} x {height} pixels"
    if camera.live and not settings.repeat and all(np.array_equal(image, images[0]) for image in images[1:]):
        mend = "unplug the camera and plug it in again, or restart the board"
        return Finding("camera", "fail", f"{text}, the same picture over and over", mend)
    return Finding("camera", "ok", text if camera.live else f"{text}, a recording")


def _images(camera: "Camera") -> Iterator["np.ndarray"]:
    return (frame.image.copy() for frame in islice(camera, FRAMES))
