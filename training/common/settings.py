"""The settings that the fits of a classifier and of a locator share."""

from dataclasses import dataclass

BEFORE = "before"
"""In the metadata of a setting: its value in the runs from before there was this setting."""


@dataclass(frozen=True, kw_only=True)
class FitSettings:
    """Everything that decides what a fit gives; written to the run's `settings.json`."""

    network: str
    """Name of the architecture."""
    epochs: int
    """Passes over as many pictures as the training split holds."""
    batch_size: int
    learning_rate: float
    """Highest rate, reached at the end of the warm-up."""
    weight_decay: float
    seed: int = 1
    threads: int = 0
    """Threads of TensorFlow; 0 lets it use every core."""
    start_from: str = ""
    """Folder of another run of the same network, whose weights to begin with; empty begins at random."""
    teacher: str = ""
    """Folder of the run of a larger network whose answers are learned, too; empty learns from the labels alone."""
    second_detector: str = ""
    """A YuNet ONNX file that says more about faces in scenes than their annotation; empty uses none."""
    labels: tuple[str, ...] = ()
    """What labels of other names mean, as `THEIRS=OURS`."""
