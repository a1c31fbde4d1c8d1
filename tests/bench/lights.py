"""Pictures in other light than they were taken in: what a night camera and a dark hall make of them."""

from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np

from training.locator.scenes import Scene

Light = Callable[[np.ndarray], np.ndarray]
"""From a picture, uint8 (height, width, 3) RGB, to the same in other light."""

DARK_SHARE, DARK_NOISE = 0.18, 3.0
"""How much of the light is left, and the deviation of the sensor's noise in levels."""


def as_it_is(picture: np.ndarray) -> np.ndarray:
    """The picture itself."""
    return picture


def gray(picture: np.ndarray) -> np.ndarray:
    """Without color, as a camera sees by infra-red light."""
    return cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)


def dark(picture: np.ndarray) -> np.ndarray:
    """With less than a fifth of the light, and noise that is always the same for the same picture."""
    noise = np.random.default_rng(picture.shape[:2]).normal(0.0, DARK_NOISE, picture.shape)
    return np.clip(picture * DARK_SHARE + noise, 0, 255).astype(np.uint8)


LIGHTS: dict[str, Light] = {"as it is": as_it_is, "gray": gray, "dark": dark}
"""By the names of their slices."""


@dataclass(frozen=True)
class LitScene(Scene):
    """A scene in other light."""

    of: Scene = field(kw_only=True)
    light: Light = field(kw_only=True)

    def read(self) -> np.ndarray:
        """See `Scene`."""
        return self.light(self.of.read())


def in_light(scene: Scene, light: Light) -> LitScene:
    """A scene in other light."""
    return LitScene(**vars(scene), of=scene, light=light)
