"""From the settings to the camera that they name."""

from functools import partial
from pathlib import Path

from edge.camera.capture import OpenDriver
from edge.camera.frame import Camera
from edge.camera.frame_rate import FrameRate
from edge.camera.live import LiveCamera
from edge.camera.picamera2 import RaspberryPiCamera
from edge.camera.recording import open_recording
from edge.camera.repeated import RepeatedRecording
from edge.camera.v4l2 import WebCamera
from edge.settings.schema import CameraSettings
from edge.signals import StopFlag


def open_camera(settings: CameraSettings, stop: StopFlag | None = None) -> Camera:
    """Open the settings' source: "picamera2", /dev/videoN or just N, a clip, a picture or a folder of pictures.

    Args:
        settings: Which source, and how it is to be read.
        stop: Ends the frames of a live camera, and every wait for them.

    Raises:
        UserError: It cannot be read.
    """
    open_driver = _driver(settings)
    if open_driver is None:
        return open_recording(Path(settings.source))
    return LiveCamera(
        open_driver,
        rate=FrameRate(settings.frames_per_second),
        rebuild_after_seconds=settings.rebuild_after_seconds,
        noisy=not settings.is_recording,
        stop=stop,
    )


def is_live(settings: CameraSettings) -> bool:
    """Whether the settings' source gives frames in real time."""
    return _driver(settings) is not None


def _driver(settings: CameraSettings) -> OpenDriver | None:
    """What opens a live camera; None for a recording that is read once, as fast as it goes."""
    source = settings.source
    if settings.is_recording:
        return partial(RepeatedRecording, Path(source)) if settings.repeat else None
    if source == "picamera2":
        return partial(RaspberryPiCamera, settings)
    return partial(WebCamera, Path(f"/dev/video{source}" if source.isdecimal() else source), settings)
