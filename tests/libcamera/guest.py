"""Calls our driver on the real picamera2 and libcamera, inside the virtual machine; prints how it went as JSON."""

import json
import os
import sys
import time
import traceback
from importlib.metadata import version
from unittest.mock import MagicMock

# What picamera2 imports for previews, recordings and raw pictures, none of which the driver asks for.
UNUSED = "prctl pykms pidng pidng.core pidng.camdefs simplejpeg tqdm jsonschema libarchive av piexif PIL PIL.Image"
sys.modules |= {name: MagicMock() for name in UNUSED.split()}

import picamera2.picamera2 as real  # noqa: E402
from picamera2.allocators import LibcameraAllocator  # noqa: E402

from edge.camera import picamera2 as driver  # noqa: E402
from edge.settings.schema import CameraSettings  # noqa: E402

TRIES = 20
"""Grabs until one comes too late: on a busy machine a few pictures may be waiting already."""


class Camera(real.Picamera2):
    """The real one, with its buffers from libcamera: Debian's kernel has no heap of the names on a Raspberry Pi."""

    def __init__(self):
        super().__init__(0, allocator=1)
        self.allocator = LibcameraAllocator(self.camera)


def take_pictures():
    """What the driver gives, and what it says of a picture that does not come in time."""
    driver.PICTURE_SECONDS = 120.0  # a processor in software needs seconds for each
    camera = driver.RaspberryPiCamera(CameraSettings(width=640, height=480, frames_per_second=5.0))
    pictures = []
    for _ in range(3):
        camera.grab()
        picture = camera.picture()
        pictures.append({"shape": picture.shape, "type": str(picture.dtype), "rows": int(picture.std(1).max())})
    driver.PICTURE_SECONDS = 0.001
    late = ""
    for _ in range(TRIES):
        try:
            camera.grab()
        except OSError as error:
            late = str(error)
            break
    driver.PICTURE_SECONDS = 120.0
    camera.grab()
    after = camera.picture().shape
    camera.close()
    return {"picamera2": version("picamera2"), "pictures": pictures, "late": late, "after": after}


real.DmaAllocator = lambda: None
driver._picamera2 = lambda: type("picamera2", (), {"Picamera2": Camera})
began = time.monotonic()
try:
    said = take_pictures()
    again = driver.RaspberryPiCamera(CameraSettings(width=640, height=480, frames_per_second=5.0))  # it was let go
    again.grab()
    again.close()
    said["again"] = True
except Exception:  # noqa: BLE001  whatever it is, the test shows it
    said = {"error": traceback.format_exc()}
sys.stdout.write(f"\nSAID {json.dumps({**said, 'seconds': time.monotonic() - began})}\n")
sys.stdout.flush()
os._exit(0)
