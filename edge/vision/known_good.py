"""Keeps a copy of the last good model file, to use if the settings' file fails."""

import contextlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from edge.errors import UserError
from edge.files import read_at_most, write_whole
from edge.settings.schema import MODELS, ModelSettings
from edge.vision.golden import answers_as_golden
from edge.vision.interpreter import Int8Network
from edge.vision.model_file import LARGEST_BYTES, ModelFile, pack, read_model_file

TRIAL_SECONDS = 90
"""Time for a trial, in seconds. Two files of one's own may both hang, one after the other, and the unit's start timeout
must leave time to load their kept copies then."""


class HasNetwork(Protocol):
    """A classifier or a locator."""

    @property
    def network(self) -> Int8Network:
        """The network that it uses."""
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
    """The service's state folder, as systemd names it; None outside a service."""
    first = environment.get("STATE_DIRECTORY", "").partition(":")[0]
    return Path(first) if first else None


def kept_copy(state: Path, role: str) -> Path:
    """Where the copy for a role, "classifier" or "locator", is kept."""
    return state / "models" / f"{role}.tflite"


def load_known_good(
    path: Path,
    make: Callable[[ModelFile], Model],
    settings: ModelSettings,
    *,
    state: Path | None = None,
    role: str,
) -> Loaded[Model]:
    """Load a model file, or the copy of the last good one if anything is wrong with it.

    A separate process tries a file before this process opens it. A file that gives its golden answers there is copied
    into `state`; if the copy cannot be written, the file is used without one. A file that equals its copy was tried
    before, so each new file is tried only once. An older runtime does not give the golden answers with any file: then
    no copy is better, and the file itself is used. The shipped files are trusted like the program beside them: they are
    not tried, which makes the first start on a small board faster.

    Args:
        path: The settings' file.
        make: Makes the model from a file that has been read and tried.
        settings: The runtime, and its threads.
        state: Folder for the copy; None to keep and use no copy.
        role: What the model is for: "classifier" or "locator".

    Raises:
        UserError: The file is refused, and there is no good copy.
    """
    kept = kept_copy(state, role) if state else None
    try:
        file = read_model_file(path)
        known = kept is not None and _is_kept(file, kept)
        golden = known or path.parent == MODELS or _answers_in_a_trial(path, file, settings)
        loaded = Loaded(make(file), file)
        if kept and not known and path.parent == MODELS:
            golden = answers_as_golden(loaded.model.network)
    except Exception as error:  # whatever is wrong with the new model, the last good one is better than none
        why = error if isinstance(error, UserError) else _unusable(path, error)
        if spare := _load_kept(kept, make, f"{why}"):
            return spare
        raise why from error
    if golden:
        if kept and not known:
            _keep(file, kept)
        return loaded
    other = (
        f"The network in {path} does not answer here as it did where it was exported: copy it again from its origin."
    )
    return _load_kept(kept, make, other) or loaded


def _answers_in_a_trial(path: Path, file: ModelFile, settings: ModelSettings) -> bool:
    from edge.vision.trial import (
        try_model,
    )  # imported here because its imports would otherwise use the service's memory for nothing

    return try_model(path, file, settings, seconds=TRIAL_SECONDS).answers_as_golden


def _unusable(path: Path, error: Exception) -> UserError:
    said = f"{error}" or repr(error)
    return UserError(f"The model file {path} cannot be used ({said})", "copy it again from its origin")


def _load_kept(kept: Path | None, make: Callable[[ModelFile], Model], why: str) -> Loaded[Model] | None:
    if kept is None:
        return None
    try:
        file = read_model_file(kept)
        model = make(file)
        good = answers_as_golden(model.network)
    except Exception:  # noqa: BLE001  every error means that there is no good copy
        return None
    return Loaded(model, file, f"{why} Until then a copy of the last good one is used.") if good else None


def _is_kept(file: ModelFile, kept: Path) -> bool:
    try:
        return read_at_most(kept, LARGEST_BYTES) == pack(file.tflite, file.metadata, file.golden)
    except OSError:
        return False


def _keep(file: ModelFile, kept: Path) -> None:
    with contextlib.suppress(OSError):  # a full disk or a read-only one: the file itself is good
        write_whole(kept, pack(file.tflite, file.metadata, file.golden))
