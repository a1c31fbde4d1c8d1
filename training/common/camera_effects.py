"""What a cheap camera at a doorway does to a picture. Applied to training pictures only."""

import cv2
import numpy as np


def poor_camera(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A picture in other light, through a worse lens, with noise, compressed; each with a probability of its own.

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
    # One table for exposure, contrast, gamma and the color of the light.
    level = np.arange(256, dtype=np.float32) / 255
    gamma, contrast = np.exp(rng.uniform(-0.5, 0.5)), rng.uniform(0.65, 1.35)
    base = (level**gamma - 0.5) * contrast + 0.5 + rng.uniform(-0.12, 0.12)
    gains = rng.uniform(0.88, 1.12, 3)
    tables = np.clip(base[:, np.newaxis] * gains * 255, 0, 255).astype(np.uint8)
    return cv2.LUT(picture, tables[np.newaxis])


def _faded(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    gray = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    share = rng.uniform(-0.4, 1.0)
    return cv2.addWeighted(picture, 1 - share, gray, share, 0)


def _dimmed(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return cv2.convertScaleAbs(picture, alpha=rng.uniform(0.2, 0.6))


def _tinted(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    # Sodium lamps, colored walls, and cameras that see infra-red where they should not.
    table = np.arange(256, dtype=np.float32)[:, np.newaxis] * rng.uniform(0.55, 1.25, 3)
    return cv2.LUT(picture, np.clip(table, 0, 255).astype(np.uint8)[np.newaxis])


def _gray(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    # A night camera: the weights of the colors differ from one sensor and lamp to the next.
    weights = rng.dirichlet((4, 6, 3)).astype(np.float32)
    return cv2.cvtColor(cv2.transform(picture, weights[np.newaxis]), cv2.COLOR_GRAY2RGB)


def _low_gain(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    # Too little light: few levels are left, the sensor's noise among them, and some are brightened again.
    share = rng.uniform(0.06, 0.25)
    dark = _with_noise(cv2.convertScaleAbs(picture, alpha=share), rng.uniform(1, 4), rng)
    return cv2.convertScaleAbs(dark, alpha=rng.uniform(1.0, 0.6 / share))


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
    # Cut from a sheet that is drawn once: drawing it each time took longer than all other effects together.
    y, x = (int(rng.integers(room + 1)) for room in np.subtract(_NOISE.shape[:2], picture.shape[:2]))
    noise = _NOISE[y : y + picture.shape[0], x : x + picture.shape[1]]
    return cv2.add(picture, noise * np.float32(deviation), dtype=cv2.CV_8U)


def _compressed(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    _, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 90))])
    return np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR), np.uint8)


_NOISE = np.random.default_rng(1).standard_normal((480, 640, 3), np.float32)
"""Larger than any training picture, so that each is cut from it somewhere else."""

EFFECTS = (
    (0.8, _light), (0.4, _faded), (0.18, _gray), (0.06, _tinted), (0.08, _dimmed), (0.07, _low_gain), (0.1, _coarse),
    (0.1, _blurred), (0.07, _moved), (0.15, _noisy), (0.15, _compressed),
)  # fmt: skip
"""The probability of each effect, in the order of a camera: light, lens, sensor, cable."""
