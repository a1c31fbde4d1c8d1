"""What the shipped files must reach, and how far a record says that they do."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Record = dict[str, Any]

DEVICE = "maskwatch, int8"
"""Name of the device's own chain in a record."""

CLASSIFIER = "door_cnn"

UNDER_THE_NOSE = "nose_out"

SPLIT_AIMS = {"test": (0.965, 0.94, 0.985), "unseen": (0.93, 0.90, 0.98)}
"""Of a split: faces found, found and state right, and crops judged right, at least."""


@dataclass(frozen=True)
class Aim:
    """One aim, and how far it was reached."""

    what: str
    bound: float
    value: float | None
    """None where it could not be measured."""
    smaller: bool = False
    """Whether less is better."""

    @property
    def wish(self) -> str:
        """The aim in figures."""
        return f"{'<=' if self.smaller else '>='} {self.bound:g}"

    @property
    def reached(self) -> bool | None:
        """None where it could not be measured."""
        if self.value is None:
            return None
        return self.value <= self.bound if self.smaller else self.value >= self.bound


def aims_of(record: Record) -> list[Aim]:
    """Every aim of which the record says something."""
    return [aim for part in (_splits(record), _clips(record), _files(record)) for aim in part]


def _splits(record: Record) -> Iterator[Aim]:
    for split, part in record["splits"].items():
        chain, crops = part["lights"]["as it is"].get(DEVICE), part["classifiers"][CLASSIFIER]
        found, right, judged = SPLIT_AIMS.get(split, SPLIT_AIMS["test"])
        if chain:
            yield Aim(f"{split}: faces found, from 32 px on", found, _of(chain["found"]))
            yield Aim(f"{split}: false faces an image at that", 0.05, chain["false_an_image"], smaller=True)
            yield Aim(f"{split}: found and state right", right, _of(chain["state_right"]))
        yield Aim(f"{split}: crops with / without judged right", judged, _of(crops["everything"]["with_without"]))
        if split != "unseen":
            yield from _details(split, crops)
    negatives = record["negatives"]["chains"].get(DEVICE)
    if negatives:
        value = negatives["false_alerts_an_image"]
        yield Aim("pictures without a face: called not compliant, an image", 0.01, value, smaller=True)


def _details(split: str, crops: Record) -> Iterator[Aim]:
    yield Aim(f"{split}: incorrect ones caught", 0.88, _of(crops["everything"]["incorrect"]))
    yield Aim(f"{split}: of these, under the nose", 0.82, _of(crops["by_kind"].get(UNDER_THE_NOSE)))
    yield Aim(f"{split}: masked left alone in gray", 0.95, _of(crops["by_light"]["gray"]["with_mask"]))
    yield Aim(f"{split}: bare caught in gray", 0.95, _of(crops["by_light"]["gray"]["without_mask"]))


def _clips(record: Record) -> Iterator[Aim]:
    if clips := record.get("clips"):
        asked = [clip["passed"] for clip in clips["clips"] if clip["passed"] is not None]
        yield Aim("clips passed, of those held to it", len(asked), sum(asked))
        yield Aim("tracks a person, in clips with four people or fewer", 1.3, clips["tracks_a_person"], smaller=True)


def _files(record: Record) -> Iterator[Aim]:
    if device := record["files"].get(DEVICE):
        yield Aim("both files, MB", 0.8, device["mb"], smaller=True)
    for network, points in record["int8_below_float"].items():
        yield Aim(f"{network}: int8 below float, points", 0.3, points, smaller=True)


def _of(share: Record | None) -> float | None:
    return share["share"] if share else None
