"""The findings as a person reads them."""

import os
from collections import Counter
from collections.abc import Iterable
from typing import TextIO

from edge.doctor.finding import Finding

WORDS = {"ok": "ok", "warn": "WARN", "fail": "FAIL"}

COLOURS = {"ok": "32", "warn": "33", "fail": "31"}
"""ANSI: green, yellow, red."""

NAME_WIDTH = 12


def write_table(findings: Iterable[Finding], out: TextIO) -> list[Finding]:
    """Write a line for each finding as it comes, and a sum at the end; gives the findings back."""
    coloured = out.isatty() and "NO_COLOR" not in os.environ
    written = []
    for finding in findings:
        word = WORDS[finding.level].ljust(5)
        word = _coloured(word, finding.level) if coloured else word
        out.write(f"{word} {finding.name:<{NAME_WIDTH}} {finding.text}\n")
        if finding.mend:
            out.write(f"{'':{NAME_WIDTH + 7}}-> {finding.mend}\n")
        out.flush()
        written.append(finding)
    out.write(f"\n{_sum(written)}\n")
    return written


def _coloured(word: str, level: str) -> str:
    return f"\033[{COLOURS[level]}m{word}\033[0m"


def _sum(findings: list[Finding]) -> str:
    counts = Counter(finding.level for finding in findings)
    if not counts["warn"] and not counts["fail"]:
        return f"{len(findings)} checks, all well."
    worse = f"{_count(counts['warn'], 'warning')}, {_count(counts['fail'], 'failure')}"
    return f"{len(findings)} checks: {counts['ok']} well, {worse}."


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
