"""The settings of a locator's fit."""

from dataclasses import dataclass

from training.common.settings import FitSettings


@dataclass(frozen=True, kw_only=True)
class LocatorFitSettings(FitSettings):
    """Everything that decides what a locator's fit gives.

    `network` is one of LOCATORS. What `second_detector` finds in the training scenes beside the annotated faces becomes
    a face where it is sure, and is ignored where it is not.
    """

    network: str = "face_cnn"
    epochs: int = 120
    batch_size: int = 16
    learning_rate: float = 2e-3
    weight_decay: float = 5e-4
    height: int = 240
    """Height of the training pictures in pixels, best an odd multiple of 16; smaller ones are faster to begin with."""
    as_int8: bool = False
    """Round kernels and maps as int8 does, see `rounding`: for some last epochs, from a run without it."""
    faces: str = ""
    """Folder of face crops by class, to be set into the training scenes; empty adds none."""

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the training pictures, in pixels."""
        # Halved to whole cells as the device's picture is, or each map would lie a little differently on it.
        return self.height, round(self.height / 24) * 32
