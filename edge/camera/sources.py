"""From a source's name to the camera that reads it."""

from pathlib import Path

from edge.camera.frame import Camera
from edge.camera.live import RaspberryPiCamera, WebCamera
from edge.camera.recording import open_recording


def open_camera(source: str) -> Camera:
    """Open what `--source` names.

    Args:
        source: A clip, a picture, a folder of pictures, /dev/videoN or just N, or "picamera2".

    Raises:
        UserError: It cannot be read.
    """
    if source == "picamera2":
        return RaspberryPiCamera()
    if source.isdecimal():
        return WebCamera(Path(f"/dev/video{source}"))
    if source.startswith("/dev/"):
        return WebCamera(Path(source))
    return open_recording(Path(source))
