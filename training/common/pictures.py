"""Reading photographs: every format that OpenCV or Pillow knows, always upright.

Cameras store a turned picture and an EXIF entry that says how to turn it back. Everything in training sees the upright
picture, as a person does; boxes that were drawn on the stored one are turned with it, see `Orientation`.
"""

import io
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

SUFFIXES = {
    ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".bmp", ".webp", ".tif", ".tiff", ".avif", ".gif", ".jp2", ".ppm", ".pgm",
}  # fmt: skip
"""Endings, in lower case, of files that are read as pictures."""

MOST_PIXELS = 100_000_000
"""Larger pictures are refused by their header, before they fill the memory."""

EXIF_ORIENTATION = 0x0112


class UnusableError(Exception):
    """Why a picture or an annotation is not used."""


@dataclass(frozen=True)
class Orientation:
    """How a stored picture is turned upright: the value of EXIF's tag, 1 to 8."""

    value: int = 1

    @classmethod
    def of(cls, value: object) -> "Orientation":
        """By the tag's value; a picture without a valid one is stored upright."""
        return cls(value if isinstance(value, int) and 1 <= value <= 8 else 1)

    @property
    def swaps_sides(self) -> bool:
        """Whether the stored picture's width is the upright picture's height."""
        return self.value >= 5

    def upright_size(self, stored: tuple[int, int]) -> tuple[int, int]:
        """Width and height of the upright picture, from those of the stored one, in pixels."""
        return (stored[1], stored[0]) if self.swaps_sides else stored

    def turn(self, image: np.ndarray) -> np.ndarray:
        """The stored picture (height, width, 3) turned upright."""
        if self.swaps_sides:
            image = image.transpose(1, 0, 2)
        rows = slice(None, None, -1 if self.value in (3, 4, 7, 8) else 1)
        columns = slice(None, None, -1 if self.value in (2, 3, 6, 7) else 1)
        return np.ascontiguousarray(image[rows, columns])

    def turn_boxes(self, boxes: np.ndarray, stored: tuple[int, int]) -> np.ndarray:
        """Boxes (n, 4) in pixels of a stored picture of that width and height, in pixels of the upright one."""
        if self.swaps_sides:
            boxes = boxes[:, [1, 0, 3, 2]]
        width, height = self.upright_size(stored)
        left, top, right, bottom = boxes.T
        if self.value in (2, 3, 6, 7):
            left, right = width - right, width - left
        if self.value in (3, 4, 7, 8):
            top, bottom = height - bottom, height - top
        return np.stack([left, top, right, bottom], 1)


@dataclass(frozen=True)
class PictureInfo:
    """What a picture's file says of it."""

    stored: tuple[int, int]
    """Width and height as stored, in pixels."""
    orientation: Orientation = Orientation()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the upright picture, in pixels."""
        return self.orientation.upright_size(self.stored)


def read_picture(path: Path) -> np.ndarray:
    """A photograph as uint8 (height, width, 3), RGB, upright.

    Raises:
        UnusableError: It is no picture, is damaged, or is larger than MOST_PIXELS.
    """
    content = read_content(path)
    header = _header(content)
    image = _by_opencv(content, cv2.IMREAD_COLOR)
    image = _by_pillow(content) if image is None else cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
    if image is None:
        raise UnusableError("cannot be read as a picture")
    return image if header.is_turned_by_decoders else header.orientation.turn(image)


def read_content(path: Path) -> bytes:
    """The bytes of a file; none of what is no file.

    Raises:
        UnusableError: It cannot be read.
    """
    try:
        # OpenCV's own reading takes no names that are not UTF-8.
        return path.read_bytes() if path.is_file() else b""
    except OSError as error:
        raise UnusableError(f"cannot be read ({error.strerror})") from error


def inspect_picture(content: bytes) -> PictureInfo:
    """Check that the content of a file is a picture; a small version of it is decoded.

    Raises:
        UnusableError: As in `read_picture`, or it is a JPEG that was cut off.
    """
    header = _header(content)
    if header.is_jpeg and content.rfind(b"\xff\xd9") < content.rfind(b"\xff\xda"):
        raise UnusableError("is cut off: its file is incomplete")
    image = _by_opencv(content, cv2.IMREAD_REDUCED_COLOR_8 if header.width else cv2.IMREAD_COLOR)
    image = _by_pillow(content) if image is None else image
    if image is None:
        raise UnusableError("cannot be read as a picture")
    size = (header.width, header.height) if header.width else (image.shape[1], image.shape[0])
    stored = header.orientation.upright_size(size) if header.is_turned_by_decoders else size
    return PictureInfo(stored, header.orientation)


@dataclass(frozen=True)
class _Header:
    width: int = 0
    height: int = 0
    orientation: Orientation = Orientation()
    is_turned_by_decoders: bool = False
    is_jpeg: bool = False


def _header(content: bytes) -> _Header:
    # Pillow comes with the workstation's packages; the command line must start without them.
    from PIL import Image

    # No limit of Pillow's own: larger pictures are refused by their size.
    Image.MAX_IMAGE_PIXELS = None
    try:
        with Image.open(io.BytesIO(content)) as image:
            value = image.getexif().get(EXIF_ORIENTATION)
            # OpenCV and Pillow alike turn a TIFF upright whether they are asked to or not.
            is_tiff, is_jpeg = image.format == "TIFF", image.format in ("JPEG", "MPO")
            header = _Header(*image.size, Orientation.of(value), is_tiff, is_jpeg)
    except Exception:  # noqa: BLE001 - a damaged header may raise nearly anything; OpenCV decides then
        return _Header()
    if header.width * header.height > MOST_PIXELS:
        raise UnusableError(f"is {header.width}x{header.height} pixels: too large")
    return header


def _by_opencv(content: bytes, flags: int) -> np.ndarray | None:
    try:
        array = np.frombuffer(content, np.uint8)
        return cv2.imdecode(array, flags | cv2.IMREAD_IGNORE_ORIENTATION) if content else None
    except cv2.error:
        return None


def _by_pillow(content: bytes) -> np.ndarray | None:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(content)) as image:
            return np.asarray(image.convert("RGB"))
    except Exception:  # noqa: BLE001 - a damaged file may raise nearly anything
        return None
