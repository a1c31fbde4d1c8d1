"""The figures as tables to read, and as one record to keep."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from chain_scores import ChainScores, TrueFace, mean
from chains import Chain
from classifier_scores import ClassifierScores
from rich.table import Table

from training.locator.scores import FULL_PX, MAX_FALSE_FACES, SMALL_PX
from training.slices import Share, Slice

NOT_MEASURED = "-"

FACE_SLICES: dict[str, Callable[[TrueFace], bool]] = {
    "16-32 px": lambda face: SMALL_PX <= face.size < FULL_PX,
    "32-64 px": lambda face: FULL_PX <= face.size < 64,
    "64-128 px": lambda face: 64 <= face.size < 128,
    "128 px and more": lambda face: face.size >= 128,
    "masked, from 32 px on": lambda face: face.label == "with_mask" and face.size >= FULL_PX,
    "bare, from 32 px on": lambda face: face.label == "without_mask" and face.size >= FULL_PX,
    "incorrect, from 32 px on": lambda face: face.label == "incorrect" and face.size >= FULL_PX,
}
"""Parts of the faces in scenes that are shown apart."""


@dataclass(frozen=True)
class Row:
    """One aim, and how far it was reached."""

    what: str
    aim: str
    value: float | None
    """None where it could not be measured."""
    bound: float
    smaller: bool = False
    """Whether less is better."""

    @property
    def reached(self) -> bool | None:
        """None where it could not be measured."""
        if self.value is None:
            return None
        return self.value <= self.bound if self.smaller else self.value >= self.bound


def aims_table(rows: Sequence[Row]) -> Table:
    """The aims of the issue, the shipped files' figures, and whether they are reached."""
    table = Table("shipped int8 files", "aim", "measured", "", title="What they must reach")
    says = {True: "reached", False: "NOT reached", None: "not measured"}
    for row in rows:
        table.add_row(row.what, row.aim, share(row.value), says[row.reached])
    return table


def chains_table(chains: Sequence[Chain], scores: dict[str, ChainScores], times: dict[str, dict[str, float]]) -> Table:
    """All chains in whole scenes, at the threshold that each comes with and at the same rate of false faces."""
    table = Table("", *(chain.name for chain in chains), title="In whole scenes, all counted alike")
    at = [scores[chain.name].detections.at(chain.threshold) for chain in chains]
    best = [scores[chain.name].detections for chain in chains]
    rated = [detections.at(detections.best_threshold()) for detections in best]
    table.add_row("score from which a face is shown", *(f"{chain.threshold:.2f}" for chain in chains))
    table.add_row("faces found, from 32 px on", *(share(s.recall) for s in at))
    table.add_row("false faces an image at that", *(share(s.false_faces_an_image) for s in at))
    table.add_row(f"faces found at <= {MAX_FALSE_FACES:.2f} false an image", *(share(s.recall) for s in rated))
    table.add_row("faces of 16-32 px found", *(share(s.small_recall) for s in at))
    table.add_row("... at the same rate", *(share(s.small_recall) for s in rated))
    table.add_row("found and mask state right, of all", *(share(scores[c.name].state_right) for c in chains))
    table.add_row("incorrect ones caught, of those found", *(share(scores[c.name].incorrect_caught) for c in chains))
    table.add_row("MB", *(f"{sum(file.stat().st_size for file in c.files) / 1e6:.2f}" for c in chains))
    table.add_row("ms, one thread, 640x480", *(_stages(times[c.name]) for c in chains))
    return table


def classifiers_table(scored: Sequence[ClassifierScores]) -> Table:
    """The shipped classifiers on crops."""
    table = Table(
        "int8 network", "with / without", "of scene sources", "incorrect caught", "bytes", "M multiply-adds", "ms",
        title="On crops",
    )  # fmt: skip
    for one in scored:
        accuracies = (one.everything.with_without_accuracy, one.from_scenes.with_without_accuracy)
        figures = (*map(share, accuracies), share(one.everything.incorrect_caught))
        table.add_row(one.network, *figures, f"{one.bytes:,}", f"{one.multiply_adds / 1e6:.1f}", f"{one.ms:.2f}")
    return table


def face_slices_table(
    name: str, scored: ChainScores, slices: dict[str, Callable[[TrueFace], bool]] = FACE_SLICES
) -> Table:
    """A chain by parts of the faces; `slices` may hold any other part that can be told from a `TrueFace`."""
    table = Table("", "faces", "found", "found and right", title=f"{name}, by part of the faces in scenes")
    for part, figures in face_slices(scored, slices).items():
        table.add_row(part, str(figures["faces"]), share(figures["found"]), share(figures["right"]))
    return table


def face_slices(scored: ChainScores, slices: dict[str, Callable[[TrueFace], bool]] = FACE_SLICES) -> dict[str, dict]:
    """How many faces each part has, and which share of them is found, and found and told rightly."""
    parts = {name: [face for face in scored.faces if belongs(face)] for name, belongs in slices.items()}
    return {
        name: {
            "faces": len(faces),
            "found": mean([face.found for face in faces]),
            "right": mean([face.right for face in faces]) if scored.judges else None,
        }
        for name, faces in parts.items()
    }


def slices_table(title: str, slices: dict[str, Slice]) -> Table:
    """A classifier by parts of the crops, with Wilson's 95 % intervals."""
    table = Table("", "with / without", "masked left alone", "bare caught", "incorrect caught", title=title)
    for name, part in slices.items():
        shares = (part.with_without, part.with_mask, part.without_mask, part.incorrect)
        table.add_row(name, *map(share_and_doubt, shares))
    return table


def shares_table(title: str, shares: dict[str, Share]) -> Table:
    """Shares by name, with their intervals."""
    table = Table("", "share", title=title)
    for name, part in shares.items():
        table.add_row(name, share_and_doubt(part))
    return table


def as_json(
    split: str,
    rows: Sequence[Row],
    scores: dict[str, ChainScores],
    times: dict[str, dict[str, float]],
    classifiers: Sequence[ClassifierScores],
) -> dict[str, Any]:
    """Everything that the tables show."""
    return {
        "split": split,
        "aims": [asdict(row) | {"reached": row.reached} for row in rows],
        "chains": {name: _chain_record(scored) | {"ms": times[name]} for name, scored in scores.items()},
        "classifiers": [asdict(one) for one in classifiers],
    }


def share(value: float | None) -> str:
    """Three decimals, or a dash."""
    return NOT_MEASURED if value is None else f"{value:.3f}"


def share_and_doubt(part: Share) -> str:
    """A share, its interval and how many pictures stand behind it."""
    return f"{part.share:.3f} ({part.low:.2f}-{part.high:.2f}) of {part.images}" if part.images else NOT_MEASURED


def _chain_record(scored: ChainScores) -> dict[str, Any]:
    return {
        "at_its_threshold": asdict(scored.detections.at(scored.threshold)),
        "at_the_same_rate": asdict(scored.detections.at(scored.detections.best_threshold())),
        "state_right": scored.state_right,
        "incorrect_caught": scored.incorrect_caught,
        "slices": face_slices(scored),
    }


def _stages(taken: dict[str, float]) -> str:
    return ", ".join(f"{name} {ms:.1f}" for name, ms in taken.items())
