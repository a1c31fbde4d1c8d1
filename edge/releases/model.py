"""A model pushed alone.

It becomes a release, too: a copy of the current one, by hard links, with this model in place of the old one. So the
device tries, keeps, lists and rolls it back like any other release, and one name says everything that runs at a door.
The next bundle contains its own models again; make it with `maskwatch-export bundle --model` to keep this one.
"""

import hashlib
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from edge.errors import UserError
from edge.files import write_whole
from edge.releases.health_check import HEALTH_CHECK, HealthCheck
from edge.releases.install import changing, take_up
from edge.releases.record import HEALTH, RECORD, PushedModel, Record, linked_release, read_record
from edge.releases.signature import refuse_unsigned_model
from edge.releases.target_system import TargetSystem
from edge.releases.unpack import add_release
from edge.settings.schema import MODELS, ModelSettings
from edge.settings.toml_file import read_settings
from edge.vision.model_file import read_model_file
from edge.vision.trial import try_model


def install_model(
    file: Path,
    system: TargetSystem,
    *,
    health_check: HealthCheck = HEALTH_CHECK,
    now: Callable[[], datetime] = datetime.now,
) -> int:
    """Make a release from the current one and another model, and make it the current one.

    Returns:
        Exit status: 0 if it runs now, 1 if it is not healthy and nothing has changed.

    Raises:
        UserError: The model is damaged or answers wrongly here, would not be used, or there is no release yet.
    """
    layout = system.layout
    refuse_unsigned_model(file.name, layout)
    kind, model = _proven(file)
    with changing(layout):
        base = linked_release(layout.current)
        if base is None:
            raise UserError("No release is installed here that could use this model", "install a bundle first")
        place = shipped_place(kind)
        _refuse_settings_of_their_own(layout.settings, kind, file)
        record = _record(read_record(layout.release(base)), kind, model, now())
        if not layout.release(record.name).exists():
            system.say(f"Adding {record.name}: {base} with the {kind} {model.network} {model.sha256[:8]}.")
            source, content = layout.release(base), file.read_bytes()
            add_release(layout, record, lambda folder: _copy_with(source, folder, place, content))
        return take_up(system, record.name, health_check)


def shipped_place(kind: str) -> Path:
    """Path of a release's model of a kind, relative to its `lib/`; our wheel has it at the same path."""
    return Path(getattr(ModelSettings(), kind)).relative_to(MODELS.parent.parent)


def _proven(file: Path) -> tuple[str, PushedModel]:
    """The model's kind and description, after checking that it answers here as it did where it was exported."""
    model = read_model_file(file)
    if not try_model(file, model, ModelSettings()).answers_as_golden:
        raise UserError(
            f"{file.name} does not answer here as it did where it was exported", "copy it again from its origin"
        )
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    return model.metadata.kind, PushedModel(network=model.metadata.network, sha256=digest)


def _refuse_settings_of_their_own(settings: Path, kind: str, file: Path) -> None:
    """Refuse a model that would change nothing because the settings name a model file outside the releases."""
    named = getattr(read_settings(settings).model, kind) if settings.exists() else None
    if named not in (None, getattr(ModelSettings(), kind)):
        raise UserError(
            f"The settings name a {kind} of their own, {named}, so {file.name} would not be used",
            f"remove that line from {settings} first",
        )


def _record(base: Record, kind: str, model: PushedModel, now: datetime) -> Record:
    """The new release's description; its name holds the program's version and the digests of models pushed alone."""
    models = {**base.models, kind: model}
    digest = hashlib.sha256("".join(models[key].sha256 for key in sorted(models)).encode()).hexdigest()
    name = f"{base.program}.{digest[:8]}"
    return replace(base, name=name, models=models, installed_at=now.isoformat(timespec="seconds"))


def _copy_with(source: Path, folder: Path, place: Path, content: bytes) -> None:
    """Copy a release by hard links, which is safe since nothing writes into a release, and replace its model."""
    own = shutil.ignore_patterns(RECORD, HEALTH)
    shutil.copytree(source, folder, symlinks=True, copy_function=os.link, ignore=own, dirs_exist_ok=True)
    target = folder / "lib" / place
    target.unlink()
    write_whole(target, content)
