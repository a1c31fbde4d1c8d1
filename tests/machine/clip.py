"""Somebody at a door, for so long that even a processor in software sees them."""

from collections.abc import Iterator
from pathlib import Path

import cv2

from edge.demo.scene import DoorwayScene, Visit

RATE, SIZE = 2.0, (320, 240)
"""Frames a second, and columns and rows."""
SECONDS = 30.0
"""Of each of the two halves."""


def write_clip(path: Path) -> None:
    """The demo's astronaut with a mask on, then without."""
    scene = DoorwayScene()
    masked, _, bare, _ = scene.visits
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), RATE, SIZE)
    for visit in (masked, bare):
        for seconds in _to_and_fro(visit):
            picture = cv2.resize(scene.picture(seconds), SIZE, interpolation=cv2.INTER_AREA)
            writer.write(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    writer.release()


def _to_and_fro(visit: Visit) -> Iterator[float]:
    """Times of the scene at which somebody stands at the mark, at the pace of life, again and again."""
    stay = visit.leaves - visit.stands - 0.8
    for number in range(round(SECONDS * RATE)):
        way = number / RATE % (2 * stay)
        yield visit.stands + min(way, 2 * stay - way)
