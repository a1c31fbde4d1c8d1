"""The folder of a run: the files that one fit leaves. Imports no TensorFlow."""

import json
from dataclasses import dataclass, fields
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from edge.errors import UserError
from training.common.names import printable
from training.common.records import read_rows
from training.common.settings import BEFORE
from training.common.splits import training_set_digest

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


Settings = TypeVar("Settings", bound="DataclassInstance")


class RunState(Enum):
    """How far the run in a folder is, by its files."""

    NONE = "no run"
    """No fit was begun there; other files may be there, see `RunFiles.in_the_way`."""
    BEGUN = "begun"
    """Epochs are left."""
    FITTED = "fitted"
    """All epochs were done."""
    WITHOUT_HISTORY = "without history"
    """A network and its settings alone, such as those that the project ships: no fit can go on from them."""


@dataclass(frozen=True)
class RunFiles:
    """The files of one run's folder."""

    folder: Path

    @property
    def network(self) -> Path:
        """The float network of the best epoch."""
        return self.folder / "model.keras"

    @property
    def settings(self) -> Path:
        """The exact settings, and the versions that they were used with."""
        return self.folder / "settings.json"

    @property
    def history(self) -> Path:
        """One JSON object an epoch: its scores, whether it was the best so far, and the seconds that it took."""
        return self.folder / "history.jsonl"

    @property
    def split(self) -> Path:
        """Which photograph was in which split."""
        return self.folder / "split.csv"

    @property
    def metrics(self) -> Path:
        """Scores, calibration, threshold and digest."""
        return self.folder / "metrics.json"

    @property
    def predictions(self) -> Path:
        """The network's answers for each picture of the validation and test splits."""
        return self.folder / "predictions.csv"

    @property
    def report(self) -> Path:
        """The report, a page for a browser."""
        return self.folder / "report.html"

    @property
    def second_detector(self) -> Path:
        """What a second detector found in the training scenes of a locator."""
        return self.folder / "second_detector.json"

    @property
    def checkpoint(self) -> Path:
        """What `--resume` goes on from; gone once the fit is complete."""
        return self.folder / "checkpoint"

    @property
    def state(self) -> RunState:
        """How far the run is: the checkpoint is written before each epoch, and removed after the last."""
        if not self.settings.is_file():
            return RunState.NONE
        if self.checkpoint.exists():
            return RunState.BEGUN
        if self.history.is_file():
            return RunState.FITTED
        return RunState.WITHOUT_HISTORY if self.network.is_file() else RunState.BEGUN

    @property
    def in_the_way(self) -> Path | None:
        """A file or folder that a new run would write over or remove.

        Not so what a second detector has found: that may have taken an hour before a start was refused, and its file
        is used only where it fits.
        """
        written = (
            self.settings,
            self.split,
            self.checkpoint,
            self.network,
            self.history,
            self.metrics,
            self.predictions,
            self.report,
        )
        return next((path for path in written if path.exists()), None)

    def read_history(self) -> list[dict]:
        """The finished epochs, oldest first.

        Raises:
            UserError: The file is damaged.
        """
        lines = self.history.read_text().splitlines() if self.history.is_file() else []
        return [_record(self.history, line) for line in lines]

    def read_metrics(self) -> dict:
        """The content of `metrics.json`.

        Raises:
            UserError: The file is damaged.
        """
        return _record(self.metrics, self.metrics.read_text(errors="replace"))

    def read_settings(self, kind: type[Settings]) -> Settings:
        """The settings that the run was begun with; `kind` is their dataclass.

        Raises:
            UserError: The file is missing or damaged.
        """
        try:
            record = _record(self.settings, self.settings.read_text(errors="replace"))
        except OSError as error:
            raise UserError(f"{printable(self.settings)} cannot be read ({error.strerror})", DAMAGED) from error
        before = {f.name: f.metadata[BEFORE] for f in fields(kind) if BEFORE in f.metadata}
        known = before | {f.name: record[f.name] for f in fields(kind) if f.name in record}
        try:
            return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in known.items()})
        except (TypeError, ValueError) as error:
            raise UserError(f"{printable(self.settings)} is damaged", DAMAGED) from error

    def read_digest(self) -> str:
        """The digest of the training set that the run was begun with, from its list of photographs."""
        rows = read_rows(self.split, lambda row: (row["split"], row["sha256"]))
        return training_set_digest(sha256 for split, sha256 in rows if split == "train")


DAMAGED = "put the file back, or begin a new run"


def _record(path: Path, text: str) -> dict:
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{printable(path)} is damaged", DAMAGED) from error
    if not isinstance(record, dict):
        raise UserError(f"{printable(path)} is damaged", DAMAGED)
    return record
