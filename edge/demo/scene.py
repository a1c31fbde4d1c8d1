"""People who come through a drawn doorway, one after the other, as a camera would see them."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np

from edge.camera.frame import Frame
from edge.demo.doorway import DESK_TOP, HEIGHT, OPENING, WIDTH, paint_desk, paint_doorway
from edge.demo.face_mask import mask_layer
from edge.demo.portraits import Portrait, load_portraits
from edge.settings.schema import LocatorSettings

RATE = 10
"""Frames a second."""

ARRIVING, LEAVING, OVERLAP, DONNING = 1.4, 0.7, 0.7, 0.6
"""Seconds: to walk up; to walk off; how long before a person leaves the next one sets out; to put a mask on."""

FACE_SHARE = 0.8
"""Height of a standing person's face over the place that the locator reads."""

NOISE = 2.2
"""Standard deviation of the sensor's noise, in gray levels."""


@dataclass(frozen=True)
class Visit:
    """A person's way through the scene; times in seconds of the clip."""

    portrait: Portrait
    mask: np.ndarray
    """RGBA, to be laid over the portrait."""
    bare: np.ndarray
    masked: np.ndarray
    """The person without and with it, float32 RGBA, 0 to 255, alpha to 1, colors multiplied by it."""
    stands: float
    """When they reach the mark."""
    leaves: float
    dons: float
    """When they begin to put the mask on; infinity for never."""
    side: int
    """To which side they leave, and from which the next one comes: -1 is left."""

    def label(self, seconds: float) -> str | None:
        """How they wear the mask while they stand there; None on the way, and while they put it on."""
        if not self.stands <= seconds < self.leaves or 0 <= seconds - self.dons < DONNING:
            return None
        return "with_mask" if seconds >= self.dons else "without_mask"


class DoorwayScene:
    """A camera at a drawn doorway: RATE frames a second, WIDTH x HEIGHT; the same for the same seed.

    The astronaut comes with a mask; the admiral without, and puts one on; the astronaut without; the admiral with one.

    Raises:
        UserError: A package that brings a portrait is missing.
    """

    epoch, live = 0.0, False

    def __init__(self, *, seed: int = 1) -> None:
        self._seed = seed
        self._doorway, self._desk = paint_doorway(), paint_desk()
        self._light = _vignette()
        self._place = LocatorSettings()
        self.visits = _visits(*load_portraits())
        self.seconds = self.visits[-1].leaves + LEAVING / 2
        """How long it lasts."""

    def __iter__(self) -> Iterator[Frame]:
        """The frames, as fast as they are asked for; their times are the scene's."""
        for number in range(round(self.seconds * RATE)):
            yield Frame(self.picture(number / RATE), number / RATE)

    def __enter__(self) -> Self:
        """Nothing to open."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Nothing to close."""

    def truth(self, seconds: float) -> str | None:
        """The label of the person at the mark then, "with_mask" or "without_mask"; None while nobody does."""
        return next((label for visit in self.visits if (label := visit.label(seconds))), None)

    def whereabouts(self, seconds: float) -> dict[int, tuple[float, float]]:
        """By the number of the visit, the middle of each visitor's face then, in pixels."""
        there = {n: v for n, v in enumerate(self.visits) if v.stands - ARRIVING <= seconds < v.leaves + LEAVING}
        poses = {number: _pose(visit, seconds, self._place) for number, visit in there.items()}
        return {number: (pose.x, pose.y) for number, pose in poses.items()}

    def picture(self, seconds: float) -> np.ndarray:
        """What the camera sees at a time, uint8 (HEIGHT, WIDTH, 3), RGB."""
        image = self._doorway.copy()
        for visit in reversed(self.visits):  # those who came later stand farther back
            if visit.stands - ARRIVING <= seconds < visit.leaves + LEAVING:
                image = self._add(image, visit, seconds)
        image[DESK_TOP:] = self._desk[DESK_TOP:]
        image = cv2.GaussianBlur(image, (0, 0), 0.8) * self._light
        noise = np.random.default_rng((self._seed, round(seconds * 1000))).standard_normal(image.shape, np.float32)
        return np.round(image + np.float32(NOISE) * noise).clip(0, 255).astype(np.uint8)

    def _add(self, image: np.ndarray, visit: Visit, seconds: float) -> np.ndarray:
        """The image with the visitor in it."""
        pose = _pose(visit, seconds, self._place)
        person = _moved(_worn(visit, seconds), visit.portrait, pose)
        if pose.beyond:  # still behind the wall on either side of the doorway
            person[:, : OPENING[0]] = person[:, OPENING[2] :] = person[: OPENING[1]] = 0
        return image * (1 - person[..., 3:]) + person[..., :3] * pose.light


@dataclass(frozen=True)
class Pose:
    """Where a visitor's face is."""

    x: float
    y: float
    """Middle of the face, in pixels."""
    scale: float
    """Pixels for one of the portrait's."""
    light: float = 1.0
    beyond: bool = False
    """Whether they are still behind the door frame."""


def _visits(astronaut: Portrait, admiral: Portrait) -> list[Visit]:
    never, always = math.inf, -math.inf
    plan = [(astronaut, 2.6, always), (admiral, 5.2, 2.4), (astronaut, 2.6, never), (admiral, 2.6, always)]
    looks = {portrait.name: _looks(portrait) for portrait in (astronaut, admiral)}
    visits, stands = [], 0.6
    for number, (portrait, stay, dons) in enumerate(plan):
        side = -1 if number % 2 else 1
        visits.append(Visit(portrait, *looks[portrait.name], stands, stands + stay, stands + dons, side))
        stands += stay - OVERLAP + ARRIVING
    return visits


def _pose(visit: Visit, seconds: float, place: LocatorSettings) -> Pose:
    """Where the visitor is: they come from the side of the corridor, walk up, stand, and leave sideways."""
    face = visit.portrait.face
    x, y = place.x * WIDTH, place.y * HEIGHT
    near = FACE_SHARE * place.size * min(WIDTH, HEIGHT) / face.size
    if seconds < visit.stands:
        far = (DESK_TOP - y + 6) / (visit.portrait.image.shape[0] - face.center[1])  # the desk hides where they end
        way = 1 - (visit.stands - seconds) / ARRIVING
        aside, up = (1 - min(way / 0.4, 1)) ** 2, max((way - 0.4) / 0.6, 0)
        scale = 1 / (1 / far + (1 / near - 1 / far) * math.sin(up * math.pi / 2))
        bob = 5 * scale / near * abs(math.sin(2 * math.pi * seconds * 1.6))
        return Pose(x - 290 * aside * visit.side, y - bob, scale, 0.84 + 0.16 * up, beyond=up == 0)
    gone = max(seconds - visit.leaves, 0) / LEAVING
    sway = 2.5 * math.sin(seconds * 2.1)
    return Pose(x + sway + 760 * gone**1.6 * visit.side, y + 1.5 * math.sin(seconds * 3.3), near)


def _worn(visit: Visit, seconds: float) -> np.ndarray:
    """The visitor with as much of the mask as they have on, as `Visit.bare`."""
    on = min(max((seconds - visit.dons) / DONNING, 0), 1)
    if on in (0, 1):
        return visit.masked if on else visit.bare
    down = (1 - on) ** 2 * 0.8 * visit.portrait.face.size  # it comes up from below the chin
    shift = np.array([[1, 0, 0], [0, 1, down]])
    return _dressed(visit.portrait, cv2.warpAffine(visit.mask, shift, visit.mask.shape[1::-1]), min(on * 3, 1))


def _looks(portrait: Portrait) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The mask, the person without it, the person with it, as in `Visit`."""
    mask = mask_layer(portrait)
    return mask, _dressed(portrait, mask, 0), _dressed(portrait, mask, 1)


def _dressed(portrait: Portrait, layer: np.ndarray, opacity: float) -> np.ndarray:
    person = portrait.image.astype(np.float32)
    person[..., 3] /= 255
    share = layer[..., 3:].astype(np.float32) / 255 * opacity
    person[..., :3] = (person[..., :3] * (1 - share) + layer[..., :3] * share) * person[..., 3:]
    return person


def _moved(person: np.ndarray, portrait: Portrait, pose: Pose) -> np.ndarray:
    """The person in the picture's frame, float32 (HEIGHT, WIDTH, 4)."""
    x, y = portrait.face.center
    matrix = np.array([[pose.scale, 0, pose.x - pose.scale * x], [0, pose.scale, pose.y - pose.scale * y]])
    return cv2.warpAffine(person, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR)


def _vignette() -> np.ndarray:
    """How much of the light reaches each pixel, float32 (HEIGHT, WIDTH, 1)."""
    rows, columns = np.ogrid[-1 : 1 : HEIGHT * 1j, -1 : 1 : WIDTH * 1j]
    return (1 - 0.16 * (rows**2 + columns**2) ** 1.2 / 2)[..., np.newaxis].astype(np.float32)
