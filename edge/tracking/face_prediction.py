"""Frames that need no search for faces: everyone is where they were expected, and looks as before.

Finding faces costs more than all the rest of a frame. Most frames of a person who stays show nothing new, and three
cheap comparisons detect that: nothing moves beside the people (a newcomer would), the picture at each expected place
resembles the face that was there, and the last search is not long ago. A frame that fails one of them is searched at
once, so a person who comes, leaves or changes is seen in the frame in which it happens.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from edge.camera.frame import Frame
from edge.tracking.patch import FramePatches
from edge.tracking.track import Person
from edge.vision.face import Face
from edge.vision.thumbnail import changed, moves, thumbnail

MOST_FRAMES, MOST_SECONDS = 2, 0.25
"""How many frames in a row, and how long, may go without a search: predictions drift, and a drift loses people."""

UNCHANGED = 0.9
"""How much a face must resemble the last one to be taken for it without a search; 1 is the same."""

BODY = 1.5
"""How far a person's own movements reach to each side of the middle of the face, in sizes of the face."""


class FacePrediction:
    """Predicts the faces of a frame, where they can be known without a search."""

    def __init__(self) -> None:
        self._thumbnail: np.ndarray | None = None
        self._frames, self._searched = 0, -math.inf

    def faces(self, frame: Frame, patches: FramePatches, people: Sequence[Person]) -> list[Face] | None:
        """The faces of a frame, in the order of the people.

        Args:
            frame: The next frame.
            patches: Of this frame.
            people: Everyone in view, who were all found in the last frame; nobody if a face may yet prove to be none.

        Returns:
            One face for each of them, or None where the frame must be searched.
        """
        faces = self._predicted(frame, patches, people)
        self._frames += 1
        if faces is None:
            self._frames, self._searched = 0, frame.seconds
        return faces

    def _predicted(self, frame: Frame, patches: FramePatches, people: Sequence[Person]) -> list[Face] | None:
        before, self._thumbnail = self._thumbnail, thumbnail(frame.image) if people else None
        long_ago = self._frames >= MOST_FRAMES or frame.seconds - self._searched >= MOST_SECONDS
        if before is None or self._thumbnail is None or long_ago:
            return None
        faces = [replace(person.motion.at(frame.seconds), score=person.face.score) for person in people]
        if moves(_outside(changed(before, self._thumbnail), faces, frame.image.shape)):
            return None
        unchanged = all(_is_unchanged(patches, *pair) for pair in zip(people, faces, strict=True))
        return faces if unchanged else None


def _is_unchanged(patches: FramePatches, person: Person, face: Face) -> bool:
    return not patches.of(face).is_flat() and patches.likeness(person.patch, face) >= UNCHANGED


def _outside(change: np.ndarray, faces: Sequence[Face], shape: Sequence[int]) -> np.ndarray:
    """A thumbnail of changes, without the places of people, who reach down to the floor."""
    rows, columns = change.shape[0] / shape[0], change.shape[1] / shape[1]
    for face in faces:
        middle, reach = face.center[0], BODY * face.size
        top = max(0, int((face.top - face.size / 2) * rows))
        left, right = max(0, int((middle - reach) * columns)), max(0, int((middle + reach) * columns) + 1)
        change[top:, left:right] = 0
    return change
