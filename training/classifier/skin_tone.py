"""How light or dark the skin of a face looks in a crop, in the six steps that dermatology uses.

The individual typology angle (Chardon et al., 1991; its steps by Del Bino and Bernerd, 2013) was made for skin
under a known lamp. From a photograph it measures skin and light together: good enough to see whether a network fails
on dark faces, but not to describe a person.
"""

import cv2
import numpy as np

TONES = {
    "very light": 55.0,
    "light": 41.0,
    "intermediate": 28.0,
    "tan": 10.0,
    "brown": -30.0,
    "dark": -90.0,
}
"""Names of the steps, lightest first, and the angle that each lies above, in degrees."""

UNKNOWN = "too little skin visible"
"""The step of a face that shows too little skin: gray pictures, hair, visors, colored light."""

UPPER_FACE = (slice(-0.34, 0.0), slice(-0.35, 0.35))
"""Rows and columns in which forehead and cheekbones lie, above any mask: from the middle of the face, in its sides."""

SKIN_CR_CB = ((136, 173), (77, 127))
"""Range of both color differences of skin of any tone (Chai and Ngan, 1999), a little narrower towards gray."""

LEAST_SKIN = 0.2
"""Share of the upper face that must look like skin."""


def skin_tone(crop: np.ndarray, widening: float) -> str:
    """The name in TONES of a face's skin, or UNKNOWN.

    Args:
        crop: uint8 (height, width, 3) RGB, cut by `crop_face`.
        widening: It was cut with.
    """
    angle = typology_angle(crop, widening)
    return UNKNOWN if angle is None else next(name for name, above in TONES.items() if angle > above)


def typology_angle(crop: np.ndarray, widening: float) -> float | None:
    """The angle in degrees, above -90 and below 90, of the upper face's skin; None if there is too little of it."""
    band = _upper_face(crop, widening)
    skin = _looks_like_skin(band)
    if skin.mean() < LEAST_SKIN:
        return None
    lab = cv2.cvtColor(band.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[skin]
    # The lighter half, because brown hair, brows and shadow look like skin; its median, because glints are few.
    lightness, _, yellow = np.median(lab[lab[:, 0] >= np.median(lab[:, 0])], 0)
    return float(np.degrees(np.arctan((lightness - 50) / yellow))) if yellow > 0 else None


def _upper_face(crop: np.ndarray, widening: float) -> np.ndarray:
    parts = zip(UPPER_FACE, crop.shape, strict=False)
    rows, columns = (
        slice(*(round((0.5 + end / widening) * side) for end in (part.start, part.stop))) for part, side in parts
    )
    return crop[rows, columns]


def _looks_like_skin(band: np.ndarray) -> np.ndarray:
    differences = cv2.cvtColor(band, cv2.COLOR_RGB2YCrCb)[..., 1:]
    low, high = np.array(SKIN_CR_CB).T
    return ((differences >= low) & (differences <= high)).all(-1)
