"""Recordings: a video, a picture, a folder of pictures. Each keeps its own clock, however fast it is read."""

import os
import re
from pathlib import Path

from edge.camera.picture_file import PICTURE_SUFFIXES
from edge.camera.still_pictures import Pictures
from edge.camera.video import Video
from edge.errors import UserError

CAMERA = re.compile(r"picamera2|[0-9]+|/dev/video[0-9]+")
"""What names a camera and no recording."""


def open_recording(path: Path) -> Video | Pictures:
    """The recording at a path.

    Raises:
        UserError: There is nothing there, nothing in the folder, or nothing that can be read; or it is a camera.
    """
    if path.is_dir():
        pictures = sorted((p for p in path.iterdir() if _is_picture(p)), key=_numbered)
        if not pictures:
            raise UserError(f"The folder {path} holds no pictures ({', '.join(PICTURE_SUFFIXES)})", "put some in")
        return Pictures(pictures)
    if not path.is_file():
        raise _no_recording(path)
    if not os.access(path, os.R_OK):
        raise UserError(f"{path} may not be read (Permission denied)", "change its permissions")
    return Pictures([path]) if path.suffix.lower() in PICTURE_SUFFIXES else Video(path)


def _no_recording(path: Path) -> UserError:
    """Only what takes recordings alone gets here with a camera; a mistyped name gets here from `run`, too."""
    recordings = "a clip, a picture or a folder of pictures"
    if any(CAMERA.fullmatch(str(name)) for name in (path, path.resolve())):  # /dev/v4l/by-id/ has links to cameras
        run = f"`maskwatch run --source {path}`"
        return UserError(f"{path} is a camera, not a recording", f"name {recordings}, or use {run} for the camera")
    if path.exists():
        return UserError(f"{path} is no ordinary file", "save the recording as one, and name that")
    cameras = "`maskwatch run --source` also takes a camera, /dev/videoN or picamera2"
    return UserError(f"There is no file or folder {path}", f"name {recordings} ({cameras})")


BESIDE_PICTURES = ("", ".csv", ".db", ".html", ".ini", ".json", ".log", ".md", ".toml", ".txt", ".xml")
"""Endings, in lower case, of files that nobody means as pictures."""


def passed_over(source: Path) -> list[str]:
    """Names of the files in a folder of pictures that are not read; none of what is no folder."""
    if not source.is_dir():
        return []
    others = (path for path in source.iterdir() if not path.is_dir() and not path.name.startswith("."))
    return sorted(path.name for path in others if not _is_picture(path) and path.suffix.lower() not in BESIDE_PICTURES)


def _is_picture(path: Path) -> bool:
    """Names that begin with a dot are the file system's own, such as a Mac's companion files."""
    return path.suffix.lower() in PICTURE_SUFFIXES and not path.name.startswith(".") and not path.is_dir()


def _numbered(path: Path) -> tuple[list[str | int], str]:
    """The order of people: frame2 before frame10."""
    parts = re.split(r"([0-9]+)", path.name.casefold())
    return [int(part) if part.isdecimal() else part for part in parts], path.name
