"""Whether a track stays with one person, where the annotation says who is where."""

import math
from collections.abc import Sequence

from edge.replay.annotation import Sighting
from edge.replay.record import FrameVerdicts, Record

NEAR_SECONDS = 0.2
"""How far a frame may lie from the time of a sighting."""


def count_switches(sightings: Sequence[Sighting], record: Record) -> int:
    """How often a track went on with another person than the one that it was last seen on.

    Args:
        sightings: Who was where, in any order; the more there are, the more switches are found.
        record: What the device followed.
    """
    owners: dict[int, str] = {}
    switches = 0
    for sighting in sorted(sightings, key=lambda sighting: sighting.seconds):
        number = _track_at(sighting, record.frames)
        if number is None:
            continue
        switches += owners.get(number, sighting.person) != sighting.person
        owners[number] = sighting.person
    return switches


def _track_at(sighting: Sighting, frames: Sequence[FrameVerdicts]) -> int | None:
    """The track whose box the sighting lies in; the one with the nearest middle if there are several."""
    frame = min(frames, key=lambda frame: abs(frame.seconds - sighting.seconds), default=None)
    if frame is None or abs(frame.seconds - sighting.seconds) > NEAR_SECONDS:
        return None
    x, y = sighting.x, sighting.y
    around = [box for box in frame.boxes if box.left <= x <= box.right and box.top <= y <= box.bottom]
    nearest = min(around, key=lambda box: math.dist(box.middle, (x, y)), default=None)
    return nearest.track if nearest else None
