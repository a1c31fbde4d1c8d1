"""The settings of a classifier's fit."""

from dataclasses import dataclass, field
from typing import Annotated

from edge.bounds import Bounded, Bounds
from edge.vision.preprocessing import CROP_WIDENING, CROP_WIDENINGS
from training.common.settings import BEFORE, FitSettings


@dataclass(frozen=True, kw_only=True)
class ClassifierFitSettings(FitSettings, Bounded):
    """Everything that decides what a classifier's fit gives.

    `network` is one of CLASSIFIERS. With `second_detector` the classifier learns as unclear what the locator takes for
    a face in the scenes and this detector does not.
    """

    epochs: int = 60
    batch_size: int = 64
    learning_rate: float = 3e-3
    weight_decay: float = 1e-3
    label_smoothing: float = 0.02
    crop_widening: Annotated[float, Bounds(*CROP_WIDENINGS)] = field(default=1.2, metadata={BEFORE: CROP_WIDENING})
    """Ratio of the crop's side to the longer side of the face's box: less leaves more pixels to nose and mouth."""
    deterministic: bool = False
    """Whether the same settings give the same weights twice (slower)."""
    scenes: str = ""
    """Folder of scenes whose training faces are added; empty adds none."""
    extra: tuple[str, ...] = ()
    """Folders of class folders, all of whose pictures are trained with."""
