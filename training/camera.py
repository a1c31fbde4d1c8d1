"""What a cheap camera at a doorway does to a picture. Applied to training pictures only."""

import cv2
import numpy as np


def poor_camera(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A picture in other light, through a worse lens, with noise, compressed; each with some chance.

    Args:
        picture: uint8 (height, width, 3), RGB.
        rng: Draws every choice.

    Returns:
        The same shape and type.
    """
    for chance, effect in EFFECTS:
        if rng.random() < chance:
            picture = effect(picture, rng)
    return picture


def _light(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    # One table for exposure, contrast, gamma and the colour of the light.
    level = np.arange(256, dtype=np.float32) / 255
    gamma, contrast = np.exp(rng.uniform(-0.5, 0.5)), rng.uniform(0.65, 1.35)
    base = (level**gamma - 0.5) * contrast + 0.5 + rng.uniform(-0.12, 0.12)
    gains = rng.uniform(0.88, 1.12, 3)
    tables = np.clip(base[:, np.newaxis] * gains * 255, 0, 255).astype(np.uint8)
    return cv2.LUT(picture, tables[np.newaxis])


def _faded(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    grey = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    share = rng.uniform(-0.4, 1.0)
    return cv2.addWeighted(picture, 1 - share, grey, share, 0)


def _colourless(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """As a night camera sees it, or one without an infra-red filter: any mixture of the channels, perhaps tinted."""
    shares = rng.dirichlet((1.5, 1.0, 0.7)) if rng.random() < 0.6 else np.array([0.299, 0.587, 0.114])
    grey = cv2.transform(picture, shares[np.newaxis].astype(np.float32))
    tint = np.exp(rng.uniform(-0.35, 0.2, 3)) if rng.random() < 0.4 else np.ones(3)
    return cv2.multiply(cv2.merge([grey] * 3), (*tint.tolist(), 1.0))


def _tinted(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return cv2.multiply(picture, (*np.exp(rng.uniform(-0.5, 0.3, 3)).tolist(), 1.0))


def _dimmed(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return cv2.convertScaleAbs(picture, alpha=np.exp(rng.uniform(np.log(0.1), np.log(0.6))))


def _brightened(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A dark picture that the camera has made bright again: few levels, much noise."""
    light = np.exp(rng.uniform(np.log(0.05), np.log(0.3)))
    dark = _with_noise(cv2.convertScaleAbs(picture, alpha=light), rng.uniform(0.5, 2.5), rng)
    return cv2.convertScaleAbs(dark, alpha=rng.uniform(0.5, 1.0) / light)


def _blurred(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.5, 1.6))


def _moved(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    length = int(rng.integers(3, 8))
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1 / length
    turn = cv2.getRotationMatrix2D(((length - 1) / 2, (length - 1) / 2), rng.uniform(0, 180), 1)
    turned = cv2.warpAffine(kernel, turn, (length, length))
    return cv2.filter2D(picture, -1, np.asarray(turned / max(float(turned.sum()), 1e-6), np.float32))


def _coarse(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    height, width = picture.shape[:2]
    factor = rng.uniform(0.5, 0.9)
    small = cv2.resize(picture, (round(width * factor), round(height * factor)), interpolation=cv2.INTER_AREA)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)


def _noisy(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return _with_noise(picture, rng.uniform(2, 12), rng)


def _with_noise(picture: np.ndarray, deviation: float, rng: np.random.Generator) -> np.ndarray:
    # Cut from a sheet drawn once: drawing it each time took longer than all the other effects together.
    y, x = (int(rng.integers(room + 1)) for room in np.subtract(_NOISE.shape[:2], picture.shape[:2]))
    noise = _NOISE[y : y + picture.shape[0], x : x + picture.shape[1]]
    return cv2.add(picture, noise * np.float32(deviation), dtype=cv2.CV_8U)


def _compressed(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    _, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 90))])
    return np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR), np.uint8)


_NOISE = np.random.default_rng(1).standard_normal((480, 640, 3), np.float32)
"""Larger than any training picture, so that each is cut from it somewhere else."""

EFFECTS = (
    (0.8, _light), (0.3, _faded), (0.2, _colourless), (0.06, _tinted), (0.08, _dimmed), (0.05, _brightened),
    (0.1, _coarse), (0.1, _blurred), (0.07, _moved), (0.15, _noisy), (0.15, _compressed),
)  # fmt: skip
"""How often each thing befalls a picture, in the order in which it does: light, lens, sensor, cable."""
