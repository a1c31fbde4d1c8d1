"""A camera on the Raspberry Pi's own connector, through picamera2, which is imported only when it is asked for."""

import importlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from edge.errors import UserError
from edge.settings.schema import CameraSettings

PICTURE_SECONDS = 4.0
"""How long a picture may take; libcamera itself waits forever if the ribbon cable is loose."""


class RaspberryPiCamera:
    """The driver of the first camera that libcamera knows.

    Raises:
        UserError: picamera2 is not installed, or there is no camera, or it is in use.
    """

    def __init__(self, settings: CameraSettings) -> None:
        self._camera = _open(_picamera2())
        self._request: Any = None
        try:
            self._camera.configure(_configuration(self._camera, settings))
            self._camera.start()
        except BaseException:
            self._camera.close()
            raise

    def grab(self) -> None:
        """Wait for the next picture.

        Raises:
            OSError: None has come in time.
        """
        self._release()
        try:
            self._request = self._camera.capture_request(wait=PICTURE_SECONDS)
        except TimeoutError as error:
            # Without this the camera cannot be stopped: it would wait for the picture that never came.
            self._camera.cancel_all_and_flush()
            raise OSError("The camera stopped giving pictures: see to its ribbon cable.") from error

    def picture(self) -> np.ndarray:
        """The picture."""
        return self._request.make_array("main")

    def close(self) -> None:
        """Stop and close the camera."""
        self._release()
        self._camera.stop()
        self._camera.close()

    def _release(self) -> None:
        request, self._request = self._request, None
        if request is not None:
            request.release()


def _configuration(camera: Any, settings: CameraSettings) -> Any:
    microseconds = round(1_000_000 / settings.frames_per_second)
    controls = {"FrameDurationLimits": (microseconds, microseconds)}
    return camera.create_video_configuration(
        # libcamera names formats by the order in a little-endian word: its "BGR888" is R, G, B in memory.
        main={"size": (settings.width, settings.height), "format": "BGR888"},
        # picamera2 refuses a control that the camera does not offer; one without this has a pace of its own.
        controls={name: value for name, value in controls.items() if name in camera.camera_controls},
        queue=False,  # a picture taken before it was requested is stale
        sensor=widest_mode(camera.sensor_modes, settings),
    )


MODE_KEYS = {"size", "bit_depth", "fps", "crop_limits"}
"""What picamera2 says of a sensor's mode."""


def widest_mode(modes: Sequence[Mapping[str, Any]], settings: CameraSettings) -> dict[str, Any] | None:
    """The sensor's mode that sees most of the scene; libcamera's own choice for small pictures is a cropped one.

    Args:
        modes: picamera2's, each with its size, bit_depth, fps and crop_limits.
        settings: The picture and the frame rate that the mode must be good for.

    Returns:
        What picamera2 takes for `sensor`: of the widest modes that are fast enough the smallest that is no smaller than
        the picture. None where the camera has no modes: of one without a raw stream, picamera2 names formats alone.
    """
    modes = [mode for mode in modes if mode.keys() >= MODE_KEYS]
    fast = [mode for mode in modes if mode["fps"] >= settings.frames_per_second] or modes
    if not fast:
        return None
    seen = {_area(mode["crop_limits"][2:]) for mode in fast}
    widest = [mode for mode in fast if _area(mode["crop_limits"][2:]) == max(seen)]
    large = [mode for mode in widest if mode["size"][0] >= settings.width and mode["size"][1] >= settings.height]
    best = min(large, key=lambda mode: _area(mode["size"])) if large else max(widest, key=lambda m: _area(m["size"]))
    return {"output_size": best["size"], "bit_depth": best["bit_depth"]}


def _area(size: Sequence[int]) -> int:
    width, height = size
    return width * height


def _open(picamera2: Any) -> Any:
    try:
        return picamera2.Picamera2()
    except IndexError as error:
        raise UserError("No camera is connected", "see to its ribbon cable, and to `rpicam-hello --list`") from error
    except RuntimeError as error:
        raise UserError(f"The camera cannot be used ({error})", "close the program that uses it") from error


def _picamera2() -> Any:
    try:
        return importlib.import_module("picamera2")
    except ImportError as error:
        raise UserError("picamera2 is not installed", "on the Pi run `sudo apt install python3-picamera2`") from error
