"""`maskwatch doctor`: runs every check and writes a line for each result.

A failure means that the device cannot do its work. Every other problem is a warning, since it is no reason to roll an
update back. The doctor changes nothing, and does not touch a device that the service uses.
"""

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

from edge.doctor.board import check_clock, check_disk, check_power, check_temperature
from edge.doctor.camera import check_camera
from edge.doctor.check import Case, Check, Finding, failure
from edge.doctor.machine import Machine
from edge.doctor.networks import check_classifier, check_locator, check_runtime
from edge.doctor.pins import check_groups, check_pins
from edge.doctor.service import read_service
from edge.doctor.software import check_numpy, check_python, check_service, check_system
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
"""The checks by the names of their findings, in the order of the report."""

WORDS = {"ok": "ok", "warn": "WARN", "fail": "FAIL"}

COLORS = {"ok": "32", "warn": "33", "fail": "31"}
"""ANSI: green, yellow, red."""

NAME_WIDTH = 12

READ_THE_LOG = "journalctl -b -p warning -n 30"

MOST_STATUS = 100
"""The highest exit status; larger ones have other meanings in a shell."""


def run_doctor(config: Path | None, out: TextIO, *, as_json: bool = False, machine: Machine | None = None) -> int:
    """Check a machine and write the findings.

    Args:
        config: The settings file; None for the standard one.
        out: Gets a table, or with `as_json` a list of objects with the fields of `Finding`.
        as_json: Whether to write JSON, for programs.
        machine: The machine to check; by default this one.

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
    """The findings, one by one; the first is about the settings. If they are bad, the other checks use defaults."""
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
    except Exception as error:  # noqa: BLE001  the doctor must also report a broken driver
        return Finding(name, "fail", f"{error}" or repr(error), READ_THE_LOG)


def write_table(findings: Iterable[Finding], out: TextIO) -> list[Finding]:
    """Write a line for each finding as it comes, and a summary at the end; returns the findings."""
    colored = out.isatty() and "NO_COLOR" not in os.environ
    written = []
    for finding in findings:
        word = WORDS[finding.level].ljust(5)
        word = _colored(word, finding.level) if colored else word
        out.write(f"{word} {finding.name:<{NAME_WIDTH}} {finding.text}\n")
        if finding.remedy:
            out.write(f"{'':{NAME_WIDTH + 7}}-> {finding.remedy}\n")
        out.flush()
        written.append(finding)
    out.write(f"\n{_sum(written)}\n")
    return written


def _colored(word: str, level: str) -> str:
    return f"\033[{COLORS[level]}m{word}\033[0m"


def _sum(findings: list[Finding]) -> str:
    counts = Counter(finding.level for finding in findings)
    if not counts["warn"] and not counts["fail"]:
        return f"{len(findings)} checks, all well."
    worse = f"{_count(counts['warn'], 'warning')}, {_count(counts['fail'], 'failure')}"
    return f"{len(findings)} checks: {counts['ok']} well, {worse}."


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
