"""The settings of a locator's fit."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class LocatorFitSettings:
    """Everything that decides what a fit gives; written to the run's `settings.json`."""

    network: str = "face_cnn"
    """One of LOCATORS."""
    epochs: int = 120
    """Passes over as many pictures as the training split holds."""
    batch_size: int = 16
    learning_rate: float = 2e-3
    """Highest rate, reached after the first twentieth of the steps."""
    weight_decay: float = 5e-4
    height: int = 240
    """Height of the training pictures in pixels, best an odd multiple of 16; smaller ones are faster to begin with."""
    start_from: str = ""
    """Folder of another run of the same network, whose weights to begin with; empty begins afresh."""
    as_int8: bool = False
    """Round kernels and maps as int8 does, see `rounding`: for some last epochs, from a run without it."""
    second_detector: str = ""
    """A YuNet ONNX file: what it finds in the training scenes beside the annotated faces is not punished."""
    faces: str = ""
    """Folder of face crops by class, to be set into the training scenes; empty adds none."""
    labels: tuple[str, ...] = ()
    """What labels of other names mean, as `THEIRS=OURS`."""
    seed: int = 1
    threads: int = 0
    """Threads of TensorFlow; 0 lets it use every core."""

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the training pictures, in pixels."""
        # Halved to whole cells as the device's picture is, or each map would lie a little differently on it.
        return self.height, round(self.height / 24) * 32
