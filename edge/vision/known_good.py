"""The model file that last proved itself here, kept to fall back on when the one in the settings fails."""

import contextlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from edge.errors import UserError
from edge.files import write_whole
from edge.vision.golden import answers_as_golden
from edge.vision.interpreter import Int8Network
from edge.vision.model_file import ModelFile, pack, read_model_file


class HasNetwork(Protocol):
    """A classifier or a locator."""

    @property
    def network(self) -> Int8Network:
        """The network that it asks."""
        ...


Model = TypeVar("Model", bound=HasNetwork)


@dataclass(frozen=True)
class Loaded(Generic[Model]):
    """A model that is ready to run."""

    model: Model
    file: ModelFile
    fault: str | None = None
    """Why it is the kept copy and not the settings' file; None if it is that."""


def state_directory(environment: Mapping[str, str] = os.environ) -> Path | None:
    """Where the service may keep what must outlive it, as systemd names it; None outside a service."""
    first = environment.get("STATE_DIRECTORY", "").partition(":")[0]
    return Path(first) if first else None


def kept_copy(state: Path, role: str) -> Path:
    """Where the copy for a role, "classifier" or "locator", is kept."""
    return state / "models" / f"{role}.tflite"


def load_known_good(
    path: Path, make: Callable[[ModelFile], Model], *, state: Path | None = None, role: str
) -> Loaded[Model]:
    """Load a model file, or the copy of the last good one if it is refused or does not answer as it should.

    A file that answers as golden is copied into `state`; where no copy can be kept, nothing is lost but the copy. A
    file that is the copy's equal has proved itself before. An older runtime answers otherwise than golden with any
    file: then no copy is better, and the file itself is used.

    Args:
        path: The settings' file.
        make: Makes the model from a file that has been read and found whole.
        state: Folder for the copy; None keeps none and uses none.
        role: What the model is for: "classifier" or "locator".

    Raises:
        UserError: The file is refused, and there is no good copy.
    """
    kept = kept_copy(state, role) if state else None
    try:
        loaded = _load(path, make)
    except UserError as error:
        if spare := _load_kept(kept, make, f"{error}"):
            return spare
        raise
    if kept is None or _is_kept(loaded.file, kept):
        return loaded
    if answers_as_golden(loaded.model.network):
        _keep(loaded.file, kept)
        return loaded
    why = f"The network in {path} does not answer here as it did where it was exported: copy it again from its origin."
    return _load_kept(kept, make, why) or loaded


def _load(path: Path, make: Callable[[ModelFile], Model]) -> Loaded[Model]:
    file = read_model_file(path)
    return Loaded(make(file), file)


def _load_kept(kept: Path | None, make: Callable[[ModelFile], Model], why: str) -> Loaded[Model] | None:
    if kept is None:
        return None
    try:
        spare = _load(kept, make)
    except UserError:
        return None
    fault = f"{why} Until then a copy of the last good one is used."
    return Loaded(spare.model, spare.file, fault) if answers_as_golden(spare.model.network) else None


def _is_kept(file: ModelFile, kept: Path) -> bool:
    try:
        return kept.read_bytes() == pack(file.tflite, file.metadata, file.golden)
    except OSError:
        return False


def _keep(file: ModelFile, kept: Path) -> None:
    with contextlib.suppress(OSError):  # a full disk or a read-only one: the file itself is good
        write_whole(kept, pack(file.tflite, file.metadata, file.golden))
