"""The runtime and the networks that it runs."""

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from edge.doctor.check import Case, Finding
from edge.settings.schema import ModelSettings

if TYPE_CHECKING:
    from edge.vision.model_file import ModelFile
    from edge.vision.trial import Trial

COPY_AGAIN = "copy the model file again from its origin"


# Imports within the functions may fail, and then the failure becomes a finding.


def check_runtime(case: Case) -> Finding:
    """Whether a runtime is installed, and whether it is the fast one."""
    from edge.vision.interpreter import RUNTIMES

    _, trial = _try(Path(ModelSettings().classifier), case)
    text = f"{trial.runtime} {_version(trial.runtime)}".rstrip()
    if trial.runtime != RUNTIMES[0]:
        return Finding("runtime", "warn", f"{text}, the older and slower one", "pip install ai-edge-litert")
    if not trial.delegated:
        return Finding("runtime", "warn", f"{text} without XNNPACK: slow", "see that /proc and /sys are mounted")
    return Finding("runtime", "ok", f"{text} with XNNPACK")


def check_classifier(case: Case) -> Finding:
    """Whether the classifier's model file is undamaged and computes correctly."""
    return _check_network("classifier", Path(case.settings.model.classifier), case)


def check_locator(case: Case) -> Finding:
    """Whether the locator's model file is undamaged and computes correctly."""
    if case.settings.locator.kind == "centre":
        return Finding("locator", "ok", "reads one fixed place, without a network")
    return _check_network("locator", Path(case.settings.model.locator), case)


def _check_network(role: str, path: Path, case: Case) -> Finding:
    from edge.vision.interpreter import RUNTIMES

    model, trial = _try(path, case)
    name, kind = model.metadata.network, model.metadata.kind
    if kind != role:
        return Finding(role, "fail", f"{path} holds a {kind}", f"name a {role} under [model]")
    if trial.answers_as_golden:
        return Finding(role, "ok", f"{name} {model.metadata.version} answers as it did where it was exported")
    text = f"{name} in {path} does not answer as it did where it was exported"
    if trial.runtime != RUNTIMES[0]:
        return Finding(role, "warn", f"{text}, which is normal with {trial.runtime}", "pip install ai-edge-litert")
    return Finding(role, "fail", text, COPY_AGAIN)


def _try(path: Path, case: Case) -> "tuple[ModelFile, Trial]":
    """A model file and the result of its trial in a process of its own, so that a crash does not end the doctor."""
    from edge.vision.model_file import read_model_file
    from edge.vision.trial import try_model

    model = read_model_file(path)
    # One thread: the service may be running at the same time.
    return model, try_model(path, model, ModelSettings(threads=1, runtime=case.settings.model.runtime))


def _version(runtime: str) -> str:
    from edge.vision.interpreter import PACKAGES

    try:
        return version(PACKAGES[runtime])
    except PackageNotFoundError:
        return ""
