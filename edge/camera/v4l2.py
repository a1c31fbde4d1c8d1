"""Any V4L2 camera, such as one on USB, through OpenCV."""

import errno
import os
from pathlib import Path

import cv2
import numpy as np

from edge.errors import UserError
from edge.settings.schema import CameraSettings


class WebCamera:
    """The driver of a device such as /dev/video0.

    Raises:
        UserError: There is no such device, or it cannot be used now.
    """

    def __init__(self, device: Path, settings: CameraSettings) -> None:
        self.device = device
        _refuse_unusable(device)
        self._capture = cv2.VideoCapture(str(device), cv2.CAP_V4L2)
        if not self._capture.isOpened():
            raise UserError(f"The camera {device} gives no pictures", "close the program that uses it, or name another")
        # Compressed frames leave room on the USB bus; one buffer holds the newest frame and no stale ones.
        self._capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        self._capture.set(cv2.CAP_PROP_FRAME_WIDTH, settings.width)
        self._capture.set(cv2.CAP_PROP_FRAME_HEIGHT, settings.height)
        self._capture.set(cv2.CAP_PROP_FPS, settings.frames_per_second)
        self._capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)

    def grab(self) -> None:
        """Wait for the next picture.

        Raises:
            OSError: None comes.
        """
        if not self._capture.grab():
            raise OSError(f"The camera {self.device} stopped giving pictures: see that it is plugged in.")

    def picture(self) -> np.ndarray:
        """The picture.

        Raises:
            OSError: It is damaged.
        """
        read, image = self._capture.retrieve()
        if not read:
            raise OSError(f"The camera {self.device} gave a damaged picture: see to its cable.")
        return cv2.cvtColor(image, cv2.COLOR_BGR2RGB)

    def close(self) -> None:
        """Close the device."""
        self._capture.release()


def _refuse_unusable(device: Path) -> None:
    try:
        os.close(os.open(device, os.O_RDWR | os.O_NONBLOCK))
    except FileNotFoundError as error:
        raise UserError(f"There is no camera {device}", "plug it in, or see `ls /dev/video*`") from error
    except PermissionError as error:
        raise UserError(f"You may not use {device}", "join its group with `sudo usermod -aG video $USER`") from error
    except OSError as error:
        why = "is in use by another program" if error.errno == errno.EBUSY else f"cannot be opened ({error.strerror})"
        raise UserError(f"The camera {device} {why}", "close that program, or name another camera") from error
