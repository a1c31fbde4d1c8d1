"""A model pushed alone.

It becomes a release too: the current one once more, by hard links, with this model in the place of its own. So it is
tried, kept, listed and rolled back as any other, and one name says all that runs at a door. The next bundle brings its
own models again; make that one with `maskwatch-export bundle --model` to keep this one.
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
    """Make a release of the current one with another model, and make that the current one.

    Returns:
        Exit status: 0 where it runs now, 1 where it is not healthy and nothing has changed.

    Raises:
        UserError: The model is damaged or answers wrongly here, it would not be used, or there is no release yet.
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
    """Where a release has its model of a kind, from its `lib/` on; that is also where it lies in our wheel."""
    return Path(getattr(ModelSettings(), kind)).relative_to(MODELS.parent.parent)


def _proven(file: Path) -> tuple[str, PushedModel]:
    """The model's kind and description, once it has answered here as where it was made."""
    model = read_model_file(file)
    if not try_model(file, model, ModelSettings()).answers_as_golden:
        raise UserError(f"{file.name} does not answer here as it did where it was exported", "it is not installed")
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    return model.metadata.kind, PushedModel(network=model.metadata.network, sha256=digest)


def _refuse_settings_of_their_own(settings: Path, kind: str, file: Path) -> None:
    """Refuse what would change nothing: the settings name a model file that no release brings."""
    named = getattr(read_settings(settings).model, kind) if settings.exists() else None
    if named not in (None, getattr(ModelSettings(), kind)):
        raise UserError(
            f"The settings name a {kind} of their own, {named}, so {file.name} would not be used",
            f"remove that line from {settings} first",
        )


def _record(base: Record, kind: str, model: PushedModel, now: datetime) -> Record:
    """The new release's description; its name tells the program and, by digest, all models that came alone."""
    models = {**base.models, kind: model}
    digest = hashlib.sha256("".join(models[key].sha256 for key in sorted(models)).encode()).hexdigest()
    name = f"{base.program}.{digest[:8]}"
    return replace(base, name=name, models=models, installed_at=now.isoformat(timespec="seconds"))


def _copy_with(source: Path, folder: Path, place: Path, content: bytes) -> None:
    """Copy a release by hard links, which is safe as nothing writes into a release, and put the model in its place."""
    own = shutil.ignore_patterns(RECORD, HEALTH)
    shutil.copytree(source, folder, symlinks=True, copy_function=os.link, ignore=own, dirs_exist_ok=True)
    target = folder / "lib" / place
    target.unlink()
    write_whole(target, content)
