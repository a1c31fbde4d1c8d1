"""The runtime, and the networks that it runs."""

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from edge.doctor.case import Case
from edge.doctor.finding import Finding
from edge.settings.schema import ModelSettings

if TYPE_CHECKING:
    from edge.vision.interpreter import Int8Network

COPY_AGAIN = "copy the model file again from its origin"


# What is imported within the functions may be broken, which is then a finding.


def check_runtime(case: Case) -> Finding:
    """Whether the networks run, and fast."""
    from edge.vision.interpreter import RUNTIMES

    network = _open(Path(ModelSettings().classifier), case)
    text = f"{network.runtime} {_version(network.runtime)}".rstrip()
    if network.runtime != RUNTIMES[0]:
        return Finding("runtime", "warn", f"{text}, the older and slower one", "pip install ai-edge-litert")
    if not network.delegated:
        return Finding("runtime", "warn", f"{text} without XNNPACK: slow", "see that /proc and /sys are mounted")
    return Finding("runtime", "ok", f"{text} with XNNPACK")


def check_classifier(case: Case) -> Finding:
    """Whether the network that judges a face is whole and computes rightly."""
    return _check_network("classifier", Path(case.settings.model.classifier), case)


def check_locator(case: Case) -> Finding:
    """Whether the network that finds faces does."""
    if case.settings.locator.kind == "centre":
        return Finding("locator", "ok", "reads one fixed place, without a network")
    return _check_network("locator", Path(case.settings.model.locator), case)


def _check_network(role: str, path: Path, case: Case) -> Finding:
    from edge.vision.golden import answers_as_golden
    from edge.vision.interpreter import RUNTIMES

    network = _open(path, case)
    name, kind = network.metadata.network, network.metadata.kind
    if kind != role:
        return Finding(role, "fail", f"{path} holds a {kind}", f"name a {role} under [model]")
    if answers_as_golden(network):
        return Finding(role, "ok", f"{name} {network.metadata.version} answers as where it was exported")
    text = f"{name} in {path} answers otherwise than where it was exported"
    if network.runtime != RUNTIMES[0]:
        return Finding(role, "warn", f"{text}, as always with {network.runtime}", "pip install ai-edge-litert")
    return Finding(role, "fail", text, COPY_AGAIN)


def _open(path: Path, case: Case) -> "Int8Network":
    from edge.vision.interpreter import Int8Network
    from edge.vision.model_file import read_model_file

    # One thread: the service may be at work beside this.
    return Int8Network(read_model_file(path), threads=1, runtime=case.settings.model.runtime)


def _version(runtime: str) -> str:
    from edge.vision.interpreter import PACKAGES

    try:
        return version(PACKAGES[runtime])
    except PackageNotFoundError:
        return ""
