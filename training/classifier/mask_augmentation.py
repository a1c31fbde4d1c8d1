"""Masks as photographs rarely show them: worn too low, and with a print."""

import cv2
import numpy as np

from edge.vision.face import Face

MASK_PART = (0.04, 0.5, 0.96, 1.0)
"""Where a mask lies in a face's box, as shares: left, top, right, bottom."""

MASK_OUTLINE = ((0.0, 0.1), (0.5, 0.0), (1.0, 0.1), (0.95, 0.65), (0.72, 0.97), (0.28, 0.97), (0.05, 0.65))
"""The outline of a mask within that part, as shares: the upper edge rises to the nose, the lower follows the chin."""

CLOTH_PX = 64
"""Side of a piece of cloth before it is laid on a mask, in pixels."""

TOPS = (0.66, 0.92)
"""Where the upper edge of a mask worn low lies in the face's box: from below the nose down to the chin."""

MOUTH_COVERED_TO, MOUTH_BARE_FROM = 0.75, 0.82
"""Down to the first the edge of such a mask lies above the mouth, from the second on below it."""


def with_low_mask(
    bare: np.ndarray, bare_face: Face, masked: np.ndarray, masked_face: Face, top: float, rng: np.random.Generator
) -> np.ndarray:
    """A bare face with another face's mask below its nose, below its mouth or on its chin.

    Args:
        bare: uint8 (height, width, 3), RGB; is left as it is.
        bare_face: The face in it.
        masked: uint8 (height, width, 3), RGB.
        masked_face: The face with a mask in it.
        top: Where the mask's upper edge is to lie in the face's box, as a share, in TOPS.
        rng: Draws how large the mask is and how light.

    Returns:
        The shape and type of `bare`.
    """
    source = _corners(masked_face, MASK_PART)
    height = rng.uniform(0.28, 0.5)
    inset = rng.uniform(-0.02, 0.08)
    target = _corners(bare_face, (inset, top, 1 - inset, top + height))
    size = (bare.shape[1], bare.shape[0])
    warp = cv2.getAffineTransform(source[:3], target[:3])
    pasted = cv2.warpAffine(masked, warp, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    alpha = _outline(target, size, softness=0.015 * bare_face.size)
    return np.clip(bare * (1 - alpha) + _in_the_light_of(pasted, bare, rng) * alpha, 0, 255).astype(np.uint8)


def with_print(masked: np.ndarray, face: Face, rng: np.random.Generator) -> np.ndarray:
    """A face whose mask has another color or a print: a network that met few of them took them for bare skin.

    Args:
        masked: uint8 (height, width, 3), RGB; is left as it is.
        face: The face with a mask in it.
        rng: Draws the print.

    Returns:
        The shape and type of `masked`.
    """
    part, size = _corners(face, MASK_PART), (masked.shape[1], masked.shape[0])
    side = CLOTH_PX - 1
    warp = cv2.getAffineTransform(np.array([(0, 0), (side, 0), (0, side)], np.float32), part[:3])
    cloth = cv2.warpAffine(_cloth(rng), warp, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    alpha = _outline(part, size, softness=0.02 * face.size) * rng.uniform(0.4, 0.9)
    brightness = masked.mean(2, keepdims=True)
    folds = brightness / max(float(np.average(brightness, weights=alpha + 1e-6)), 1)
    return np.clip(masked * (1 - alpha) + cloth * np.minimum(folds, 1.5) * alpha, 0, 255).astype(np.uint8)


def _cloth(rng: np.random.Generator) -> np.ndarray:
    """Cloth of one color, plain or with stripes, dots or spots in up to three others, float32 (side, side, 3)."""
    cloth = np.full((CLOTH_PX, CLOTH_PX, 3), rng.integers(0, 256, 3), np.uint8)
    draw = (None, _stripe, _dot, _spot)[int(rng.integers(4))]
    colors = rng.integers(0, 256, (int(rng.integers(1, 4)), 3)).tolist()
    if draw:
        for color in colors:
            for _ in range(int(rng.integers(2, 8))):
                draw(cloth, color, rng)
    return cloth.astype(np.float32)


def _stripe(cloth: np.ndarray, color: list[int], rng: np.random.Generator) -> None:
    x, y, its_x, its_y = rng.integers(0, CLOTH_PX, 4).tolist()
    cv2.line(cloth, (x, y), (its_x, its_y), color, int(rng.integers(1, CLOTH_PX // 10)), cv2.LINE_AA)


def _dot(cloth: np.ndarray, color: list[int], rng: np.random.Generator) -> None:
    x, y = rng.integers(0, CLOTH_PX, 2).tolist()
    cv2.circle(cloth, (x, y), int(rng.integers(2, CLOTH_PX // 5)), color, -1, cv2.LINE_AA)


def _spot(cloth: np.ndarray, color: list[int], rng: np.random.Generator) -> None:
    x, y = rng.integers(0, CLOTH_PX, 2).tolist()
    width, height = rng.integers(2, CLOTH_PX // 4, 2).tolist()
    cv2.ellipse(cloth, (x, y), (width, height), int(rng.integers(180)), 0, 360, color, -1, cv2.LINE_AA)


def _corners(face: Face, part: tuple[float, float, float, float]) -> np.ndarray:
    """Corners of a part of a face's box, float32 (4, 2): left top, right top, left bottom, right bottom."""
    width, height = face.right - face.left, face.bottom - face.top
    left, top, right, bottom = part
    shares = np.array([(left, top), (right, top), (left, bottom), (right, bottom)])
    return (np.array([face.left, face.top]) + shares * np.array([width, height])).astype(np.float32)


def _outline(corners: np.ndarray, size: tuple[int, int], softness: float) -> np.ndarray:
    """The mask's shape as opacity, float (height, width, 1) from 0 to 1."""
    shape = corners[0] + np.array(MASK_OUTLINE) * (corners[3] - corners[0])
    opacity = np.zeros(size[::-1], np.float32)
    cv2.fillPoly(opacity, [np.round(shape).astype(np.int32)], 1.0)
    return cv2.GaussianBlur(opacity, (0, 0), max(softness, 0.5))[..., np.newaxis]


def _in_the_light_of(pasted: np.ndarray, image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The pasted picture, made partly as bright as the other: a bright mask in a dark picture is easy to detect."""
    ratio = float(image.mean() + 10) / float(pasted.mean() + 10)
    return pasted * ratio ** rng.uniform(0.2, 0.8)
