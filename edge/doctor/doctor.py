"""`maskwatch doctor`: every check, and what it found, a line each.

A failure means that the device cannot do its work; all else that somebody should see to is a warning, for it is no
reason to take an update back. Nothing is changed, and what the service holds is left to it.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

from edge.doctor.camera import check_camera
from edge.doctor.case import Case, Check
from edge.doctor.clock import check_clock
from edge.doctor.disk import check_disk
from edge.doctor.finding import Finding, failure
from edge.doctor.groups import check_groups
from edge.doctor.machine import Machine
from edge.doctor.networks import check_classifier, check_locator, check_runtime
from edge.doctor.pins import check_pins
from edge.doctor.power import check_power, check_temperature
from edge.doctor.running import check_service
from edge.doctor.service import read_service
from edge.doctor.software import check_numpy, check_python, check_system
from edge.doctor.table import write_table
from edge.errors import UserError
from edge.settings.schema import Settings
from edge.settings.toml_file import SETTINGS_FILE, file_in_force, read_settings
from edge.stderr import silenced_stderr

CHECKS: Mapping[str, Check] = {
    "system": check_system,
    "python": check_python,
    "numpy": check_numpy,
    "runtime": check_runtime,
    "classifier": check_classifier,
    "locator": check_locator,
    "camera": check_camera,
    "pins": check_pins,
    "groups": check_groups,
    "service": check_service,
    "clock": check_clock,
    "power": check_power,
    "temperature": check_temperature,
    "disk": check_disk,
}
"""In the order of the report, each by the name of its finding."""

READ_THE_LOG = "journalctl -b -p warning -n 30"

MOST_STATUS = 100
"""Larger numbers mean other things to shells."""


def run_doctor(config: Path | None, out: TextIO, *, as_json: bool = False, machine: Machine | None = None) -> int:
    """Examine a machine and write what was found.

    Args:
        config: The settings file; None for the standard one.
        out: Gets a table, or with `as_json` a list of objects with the fields of `Finding`.
        as_json: Whether a program reads it.
        machine: What is examined; this machine by default.

    Returns:
        The exit status: how many checks failed, 100 at most.
    """
    findings = examine(config, machine or Machine())
    if as_json:
        found = list(findings)
        out.write(json.dumps([asdict(finding) for finding in found], indent=2, ensure_ascii=False) + "\n")
    else:
        found = write_table(findings, out)
    return min(sum(finding.level == "fail" for finding in found), MOST_STATUS)


def examine(config: Path | None, machine: Machine, checks: Mapping[str, Check] = CHECKS) -> Iterator[Finding]:
    """Each check's finding as soon as it is there, first that of the settings: defaults stand in for bad ones."""
    finding, settings = _read(file_in_force(config, machine.path(f"{SETTINGS_FILE}")))
    yield finding
    case = Case(machine, settings, read_service(machine))
    for name, check in checks.items():
        yield _finding(name, check, case)


def _read(path: Path | None) -> tuple[Finding, Settings]:
    if path is None:
        return Finding("settings", "ok", "the defaults"), Settings()
    try:
        return Finding("settings", "ok", f"{path}"), read_settings(path)
    except UserError as error:
        return failure("settings", error), Settings()


def _finding(name: str, check: Check, case: Case) -> Finding:
    try:
        with silenced_stderr():
            return check(case)
    except UserError as error:
        return failure(name, error)
    except ImportError as error:
        return Finding(name, "fail", f"{error}", "install maskwatch again")
    except Exception as error:  # noqa: BLE001  a broken driver is what a doctor is there to find
        return Finding(name, "fail", f"{error}" or repr(error), READ_THE_LOG)
