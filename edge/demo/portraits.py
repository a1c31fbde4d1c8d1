"""Two portraits in the public domain, cut out from their backgrounds.

Both are photographs of the United States' government, and come with packages that the demo needs anyway: the
astronaut Eileen Collins (NASA) with scikit-image, Rear Admiral Grace Hopper (US Navy) with matplotlib.
"""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from edge.errors import UserError
from edge.replay.extras import require
from edge.vision.face import Face

Points = tuple[tuple[int, int], ...]
"""(x, y) each, in pixels of the portrait."""

BAND = 7
"""Half the width of the band around the hand-placed outline in which the true edge is looked for, in pixels."""


@dataclass(frozen=True)
class Landmarks:
    """Where a mask lies on a face; left and right as seen by the onlooker, all points from left to right."""

    top: Points
    """The mask's upper edge: cheek, beneath the eye, bridge of the nose, beneath the eye, cheek."""
    bottom: Points
    """Its lower edge: jaw, chin, jaw."""
    upper_ears: Points
    """Where the upper straps reach the ears: left, right."""
    lower_ears: Points
    """Where the lower straps come from behind them: left, right."""
    mouth: tuple[int, int]
    """The middle of the lower lip."""


@dataclass(frozen=True)
class Portrait:
    """A person without a background."""

    name: str
    image: np.ndarray
    """uint8 (height, width, 4), RGBA."""
    face: Face
    """From the middle of the forehead to the chin."""
    landmarks: Landmarks


def load_portraits() -> tuple[Portrait, Portrait]:
    """The astronaut and the admiral.

    Raises:
        UserError: scikit-image or matplotlib is missing, or came without its pictures.
    """
    astronaut = _cut_out(_astronaut(), ASTRONAUT_OUTLINE)
    admiral = _cut_out(_admiral(), ADMIRAL_OUTLINE)
    return (
        Portrait("astronaut", astronaut, Face(178, 70, 272, 180), ASTRONAUT_LANDMARKS),
        Portrait("admiral", admiral, Face(172, 134, 354, 338), ADMIRAL_LANDMARKS),
    )


def _astronaut() -> np.ndarray:
    require("skimage")
    import skimage.data

    return skimage.data.astronaut()


def _admiral() -> np.ndarray:
    require("matplotlib")
    import matplotlib

    path = Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"
    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if image is None:
        raise UserError(f"matplotlib came without its picture {path}", "run `pip install 'maskwatch[demo]'`")
    return cv2.cvtColor(image, cv2.COLOR_BGR2RGB)


def _cut_out(image: np.ndarray, outline: Points) -> np.ndarray:
    """RGBA (height, width, 4): opaque within the person's edge, which is found near `outline`."""
    person = _person(image, outline)
    # One pixel inwards, so that no background shines through the soft edge.
    inner = cv2.erode(person, np.ones((3, 3), np.uint8), borderType=cv2.BORDER_REPLICATE)
    alpha = cv2.GaussianBlur(inner * 255, (0, 0), 1.3, borderType=cv2.BORDER_REPLICATE)
    return np.dstack([image, alpha])


def _person(image: np.ndarray, outline: Points) -> np.ndarray:
    """uint8 (height, width): 1 where the person is."""
    guess = cv2.fillPoly(np.zeros(image.shape[:2], np.uint8), [np.array(outline, np.int32)], 1)
    band = np.ones((2 * BAND + 1, 2 * BAND + 1), np.uint8)
    surely = cv2.erode(guess, band, borderType=cv2.BORDER_REPLICATE)
    perhaps = cv2.dilate(guess, band, borderType=cv2.BORDER_REPLICATE)
    labels = np.select(
        [surely == 1, guess == 1, perhaps == 1], [cv2.GC_FGD, cv2.GC_PR_FGD, cv2.GC_PR_BGD], cv2.GC_BGD
    ).astype(np.uint8)
    cv2.setRNGSeed(1)  # grabCut begins with random clusters of colors
    cv2.grabCut(image, labels, (0, 0, 0, 0), np.zeros((1, 65)), np.zeros((1, 65)), 4, cv2.GC_INIT_WITH_MASK)
    found = np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)
    return cv2.medianBlur(found, 7)


ASTRONAUT_OUTLINE: Points = (
    (22, 520), (22, 440), (20, 400), (28, 350), (42, 290), (55, 262), (80, 235), (108, 218), (114, 190), (125, 165),
    (150, 151), (182, 150), (184, 140), (172, 125), (158, 105), (153, 80), (160, 58), (185, 38), (205, 22), (230, 15),
    (260, 22), (285, 40), (299, 65), (301, 90), (290, 115), (275, 134), (266, 142), (258, 176), (280, 190), (298, 215),
    (305, 237), (330, 252), (350, 275), (358, 305), (362, 348), (400, 344), (440, 355), (475, 385), (494, 430),
    (512, 485), (512, 520),
)  # fmt: skip

ADMIRAL_OUTLINE: Points = (
    (10, 605), (18, 520), (30, 440), (45, 400), (100, 370), (165, 345), (204, 316), (196, 297), (168, 280),
    (161, 235), (154, 195), (162, 184), (157, 165), (153, 135), (157, 100), (172, 80), (178, 62), (205, 40), (225, 26),
    (258, 22), (290, 28), (325, 45), (350, 70), (354, 86), (368, 92), (372, 130), (370, 180), (377, 200), (370, 240),
    (362, 290), (340, 308), (332, 318), (360, 340), (430, 370), (480, 390), (497, 420), (512, 460), (512, 605),
)  # fmt: skip

ASTRONAUT_LANDMARKS = Landmarks(
    top=((184, 122), (204, 121), (226, 111), (246, 122), (268, 125)),
    bottom=((190, 160), (205, 175), (225, 182), (244, 176), (259, 160)),
    upper_ears=((174, 113), (277, 115)),
    lower_ears=((178, 131), (274, 134)),
    mouth=(224, 151),
)

ADMIRAL_LANDMARKS = Landmarks(
    top=((187, 232), (222, 238), (263, 210), (302, 235), (345, 232)),
    bottom=((204, 305), (226, 333), (263, 346), (302, 334), (330, 304)),
    upper_ears=((173, 196), (361, 192)),
    lower_ears=((183, 268), (351, 266)),
    mouth=(263, 286),
)
