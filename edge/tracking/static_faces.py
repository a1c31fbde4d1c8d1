"""Faces that never move: posters, portraits, a bust in the hall.

A picture on the wall differs from a person who stands still in that *nothing at all* changes within its box. So the
place where a face was first found is watched as coarse gray cells without brightness and contrast
(`edge.tracking.patch`), at fixed pixels, even if the locator's boxes move. As soon as a few cells change, the watch
begins again; if none has for `still_seconds`, the face is static.

Measured on this project's clips at ten frames a second, over every window of five seconds: of the 256 cells of people
who sit, pose or read, at least 14 changed, and typically a quarter of them. (Over three seconds, sometimes none: too
short.) Of a painting of 28 px in a compressed film, 0 to 3 changed while the film stood still.

The mute belongs to the place and to what it looks like, not to a track. It lasts through gaps, through people who walk
by in front, and on the empty place that the locator of kind "centre" reads until someone steps in. It ends as soon as
the place looks different while a face is there, and returns with the static face.

None of this is written down, so **no mute survives a restart**. A record would have to keep a picture of what may be a
person after all; a device that was moved in the meantime would be blind where it must see; and to learn the place again
takes seconds.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from edge.events.types import Event, Muted, Unmuted
from edge.tracking.patch import FramePatches
from edge.vision.boxes import iou
from edge.vision.face import Face

CHANGED = 0.5
"""By how much a cell must differ to have changed, in standard deviations of its patch: more than noise ever does."""

ALIVE = 0.02
"""Share of the cells whose change shows life: a mouth that opens, two eyes that blink."""

ELSEWHERE = 0.2
"""Share of the cells whose change shows that a static face is covered or gone."""

BEYOND_A_PIXEL = 0.6
"""Share of the cells whose change a trembling camera cannot explain."""

STEP_ASIDE = 0.25
"""How far from its first place a face may be found, in sizes of the face: the locator's boxes jitter."""

SAME_PLACE = 0.3
"""IoU from which a face is at a place."""

ADAPTING_SECONDS = 10.0
"""How fast the stored patch of a place follows the daylight."""

MOST_PLACES = 16
"""Places kept; beyond that the one that was unseen the longest is dropped."""


@dataclass(slots=True)
class Watch:
    """Where a face was found, what was there, and since when nothing there has changed."""

    face: Face
    patch: np.ndarray
    since: float

    @classmethod
    def begin(cls, seconds: float, patches: FramePatches, face: Face) -> Self:
        """Watch a face from the frame of this time on."""
        return cls(face, patches.of(face).without_light(), seconds)

    def still_seconds(self, seconds: float, patches: FramePatches, face: Face) -> float:
        """How long nothing has changed; a change starts the watch again."""
        aside = math.dist(self.face.center, face.center) > STEP_ASIDE * self.face.size
        if aside or _changed(patches, self.face, self.patch) > ALIVE:
            self.face, self.since, self.patch = face, seconds, patches.of(face).without_light()
        return seconds - self.since


@dataclass(slots=True)
class StaticFace:
    """A face that was found to be static: the place, and what it looks like."""

    number: int
    """Of the track that it was."""
    face: Face
    patch: np.ndarray
    seconds: float
    """When it was last seen."""
    muted: bool = True
    """Whether the place still shows the static face, as far as is known."""


class StaticFaces:
    """The faces that do not count."""

    def __init__(self) -> None:
        self.known: list[StaticFace] = []

    def learn(self, number: int, watch: Watch, seconds: float) -> Muted:
        """A track turns out to be a static face."""
        self.known.append(StaticFace(number, watch.face, watch.patch, seconds))
        if len(self.known) > MOST_PLACES:
            self.known.remove(min(self.known, key=lambda place: place.seconds))
        return Muted(at=seconds, track=number)

    def sift(self, seconds: float, patches: FramePatches, faces: Sequence[Face]) -> tuple[list[Face], list[Event]]:
        """Take the static faces out of a frame's faces.

        Args:
            seconds: When the frame was taken.
            patches: Of the frame.
            faces: Its faces.

        Returns:
            The faces that are left, and the events of the mutes.
        """
        left, events = [], []
        for face in faces:
            near = self._near(face)
            shown = [place for place in near if _shows(seconds, patches, place)]
            for place in near:
                events += _set(place, seconds, muted=place in shown)
            if not shown:
                left.append(face)
        return left, events

    def hides(self, face: Face, seconds: float) -> bool:
        """Whether a face, not found in the frame of this time, is where that frame shows a static face."""
        return any(place.seconds == seconds for place in self._near(face))

    def _near(self, face: Face) -> list[StaticFace]:
        """The static faces that a face may be."""
        return [place for place in self.known if iou(face.box, place.face.box) >= SAME_PLACE]


def _set(face: StaticFace, seconds: float, *, muted: bool) -> list[Event]:
    turned, face.muted = face.muted != muted, muted
    if not turned:
        return []
    return [Muted(at=seconds, track=face.number) if muted else Unmuted(at=seconds, track=face.number)]


def _shows(seconds: float, patches: FramePatches, place: StaticFace) -> bool:
    """Whether the static face is where it was, give or take a pixel: a shelf trembles, and so does the camera on it."""
    changed = _changed(patches, place.face, place.patch)
    if changed > BEYOND_A_PIXEL or not (changed <= ELSEWHERE or _shows_beside(patches, place)):
        return False
    now = patches.of(place.face).without_light()
    place.patch = place.patch + (now - place.patch) * min((seconds - place.seconds) / ADAPTING_SECONDS, 1.0)
    place.seconds = seconds
    return True


def _shows_beside(patches: FramePatches, place: StaticFace) -> bool:
    shifts = ((x, y) for x in (-1, 0, 1) for y in (-1, 0, 1))
    return any(_changed(patches, _shifted(place.face, *by), place.patch) <= ELSEWHERE for by in shifts)


def _changed(patches: FramePatches, face: Face, patch: np.ndarray) -> float:
    """Share of the cells that differ."""
    differs = np.abs(patches.of(face).without_light() - patch) > CHANGED
    return np.count_nonzero(differs) / differs.size


def _shifted(face: Face, x: int, y: int) -> Face:
    return Face(face.left + x, face.top + y, face.right + x, face.bottom + y, face.score)
