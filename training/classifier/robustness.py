"""How much a classifier loses when the pictures get worse."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from training.classifier.scores import DecisionScores, score_decisions

GAMMA = 2.2
"""Exponent of a picture's levels over the light on the sensor."""

Damage = Callable[[np.ndarray, float, np.random.Generator], np.ndarray]
"""Damages a crop, uint8 (size, size, 3), by a strength."""


@dataclass(frozen=True)
class Corruption:
    """One kind of damage that pictures have at a door."""

    name: str
    unit: str
    """What the strength means."""
    strengths: tuple[float, ...]
    """Mildest first."""
    damage: Damage


@dataclass(frozen=True)
class Point:
    """A classifier's decisions on damaged crops."""

    strength: float | None
    """None for the crops as they are."""
    scores: DecisionScores


@dataclass(frozen=True)
class Curve:
    """A classifier under one corruption."""

    unit: str
    points: list[Point]
    """Undamaged first, then from mild to strong."""


def measure_robustness(
    crops: np.ndarray, labels: np.ndarray, decide: Callable[[np.ndarray], np.ndarray], *, seed: int = 1
) -> dict[str, Curve]:
    """Decide on crops under each of CORRUPTIONS.

    Args:
        crops: uint8 (n, size, size, 3), as the device cuts them.
        labels: str (n,), the classes.
        decide: Whether each of so many crops is not compliant, bool (n,).
        seed: Of the noise.

    Returns:
        By the corruption's name.
    """
    untouched = Point(None, score_decisions(decide(crops), labels))

    def point(corruption: Corruption, strength: float) -> Point:
        return Point(strength, score_decisions(decide(damaged(crops, corruption, strength, seed)), labels))

    return {
        corruption.name: Curve(corruption.unit, [untouched, *(point(corruption, s) for s in corruption.strengths)])
        for corruption in CORRUPTIONS
    }


def damaged(crops: np.ndarray, corruption: Corruption, strength: float, seed: int) -> np.ndarray:
    """All crops with the same damage; the same seed gives the same noise."""
    rng = np.random.default_rng(seed)
    return np.stack([corruption.damage(crop, strength, rng) for crop in crops]) if len(crops) else crops


def dim(crop: np.ndarray, light: float, _: np.random.Generator) -> np.ndarray:
    """Keep only a share of the light, as a short exposure at dusk does."""
    return _levels(_light(crop) * light)


def light_from_behind(crop: np.ndarray, ratio: float, _: np.random.Generator) -> np.ndarray:
    """A window behind the face, so many times as bright: the exposure follows it, and its light adds haze."""
    size = crop.shape[0]
    y, x = (np.mgrid[:size, :size] + 0.5) / size - 0.5
    # An ellipse over head and shoulders, with a soft edge; it is 1 on the face and 0 at the sides.
    person = 1 / (1 + np.exp(((x / 0.36) ** 2 + (np.minimum(y, 0) / 0.44) ** 2 - 1) * 12))[..., np.newaxis]
    face = _light(crop) / ratio**0.5
    window = np.minimum(_light(crop) * ratio**0.5, 1.0)
    haze = 0.02 * ratio**0.5
    return _levels((face * person + window * (1 - person)) * (1 - haze) + haze)


def blur(crop: np.ndarray, sigma: float, _: np.random.Generator) -> np.ndarray:
    """A lens out of focus: a Gaussian, its width in pixels of the crop's 128."""
    return cv2.GaussianBlur(crop, (0, 0), sigma)


def add_noise(crop: np.ndarray, deviation: float, rng: np.random.Generator) -> np.ndarray:
    """A sensor's noise, given by its standard deviation in gray levels."""
    noise = rng.standard_normal(crop.shape, np.float32) * np.float32(deviation)
    return np.clip(np.rint(crop + noise), 0, 255).astype(np.uint8)


def compress(crop: np.ndarray, quality: float, _: np.random.Generator) -> np.ndarray:
    """JPEG compression, given by its quality from 0 to 100."""
    jpeg = cv2.imencode(".jpg", crop[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, int(quality)])[1]
    return np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR), np.uint8)[..., ::-1]


def shrink(crop: np.ndarray, side: float, _: np.random.Generator) -> np.ndarray:
    """A person farther away: the crop has only this many pixels a side before the device enlarges it."""
    small = cv2.resize(crop, (round(side), round(side)), interpolation=cv2.INTER_AREA)
    return cv2.resize(small, crop.shape[:2], interpolation=cv2.INTER_LINEAR)


CORRUPTIONS = (
    Corruption("dimming", "share of the light left", (0.25, 0.06, 0.015), dim),
    Corruption("back light", "brightness of the window over that of the face", (4, 16, 64), light_from_behind),
    Corruption("blur", "Gaussian, pixels of a crop's 128", (1.5, 3, 5), blur),
    Corruption("sensor noise", "deviation, gray levels of 255", (10, 25, 50), add_noise),
    Corruption("JPEG", "quality of 100", (40, 15, 6), compress),
    Corruption("down-scaling", "pixels of a crop's side before it is enlarged to 128", (64, 32, 20), shrink),
)
"""The corruptions that are tested, each at a common strength, a bad one and one beyond use."""


def _light(crop: np.ndarray) -> np.ndarray:
    return (crop / np.float32(255)) ** np.float32(GAMMA)


def _levels(light: np.ndarray) -> np.ndarray:
    return np.rint(255 * np.clip(light, 0, 1) ** (1 / GAMMA)).astype(np.uint8)
