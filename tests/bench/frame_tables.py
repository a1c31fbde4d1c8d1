"""The figures of `frame.py` as tables."""

from collections.abc import Iterator
from typing import Any

from tables import NOT_MEASURED, TextTable

from edge.bench.estimate import PROCESSORS

Record = dict[str, Any]

A_INSTRUCTION = {"cortex-a53": 8, "cortex-a72": 8, "cortex-a76": 16}
"""8-bit multiply-adds that one instruction does at most; the A76 has the dot product."""

FRAMES_A_SECOND = 10

AIZOO, RECIPE = "AIZOO", "res10 + MobileNetV2"

PEOPLE = {"empty": 0, "settled": 1, "busy": 3}
"""Faces in view on average, for the peers that classify each."""


def frame_tables(record: Record) -> Iterator[TextTable]:
    """Every table of a record, see `frame.py`."""
    yield _stages(record)
    yield _chains(record)
    if "doors" in record:
        yield _doors(record)
    yield _estimates(record)


def floor(record: Record, cpu: str) -> float:
    """The fewest instructions in which a processor can do the networks' multiply-adds."""
    return sum(record["multiply_adds"].values()) / A_INSTRUCTION[cpu]


def _stages(record: Record) -> TextTable:
    cpus = record["cpus"]
    rows = [[stage, *(_millions(of["stages"][stage]) for of in cpus.values())] for stage in _first(cpus)["stages"]]
    rows += [
        ["whole frame", *(_millions(of["frame"]) for of in cpus.values())],
        [
            "frame without a search or a classification",
            *(_millions(f["spared_frame"]) for f in cpus.values()),
        ],
        ["a USB camera's JPEG, beside it", *(_millions(of["usb_grab"]) for of in cpus.values())],
    ]
    return TextTable("A frame of 640x480 with one face, millions of instructions", ("", *cpus), rows)


def _chains(record: Record) -> TextTable:
    cpus = record["cpus"]
    rows = [[name, *(_millions(of["networks"][name]) for of in cpus.values())] for name in _first(cpus)["networks"]]
    rows += [["both at the least: multiply-adds alone", *(_millions(floor(record, cpu)) for cpu in cpus)]]
    networks = {cpu: sum(of["networks"].values()) for cpu, of in cpus.items()}
    rows += [["both, times the least", *(f"{networks[cpu] / floor(record, cpu):.1f}" for cpu in cpus)]]
    for stage in _first(record.get("peers", {"": {}})):
        of = record["peers"]
        rows += [[stage, *(f"{_millions(of[c][stage])} ({of[c][stage] / cpus[c]['frame']:.1f} frames)" for c in cpus)]]
    title = "The networks alone, and each peer's way from a picture, millions of instructions"
    return TextTable(title, ("", *cpus), rows)


def _doors(record: Record) -> TextTable:
    of = record["peers"]["cortex-a72"]
    rows = []
    for door, stages in record["doors"].items():
        ours = sum(stages.values())
        aizoo = FRAMES_A_SECOND * of[f"{AIZOO}: both at once"]
        faces = PEOPLE[door] * of[f"{RECIPE}: classify a face"]
        recipe = FRAMES_A_SECOND * (of[f"{RECIPE}: locate"] + faces)
        rows += [(door, _millions(ours), f"{aizoo / ours:.1f}", f"{recipe / ours:.1f}")]
    headings = ("", "maskwatch", "AIZOO takes times as many", "res10 + MobileNetV2")
    return TextTable("A second at a door, ten frames, on a Cortex-A72, millions of instructions", headings, rows)


def _estimates(record: Record) -> TextTable:
    rows = []
    for board, processor in PROCESSORS.items():
        of = record["cpus"][processor.name]
        milliseconds = [f"{processor.milliseconds(of[frame]):.0f}" for frame in ("frame", "spared_frame")]
        rows += [(board, processor.name, f"{processor.gigahertz:g}", *milliseconds)]
    headings = ("Raspberry Pi", "processor", "GHz", "whole frame, ms", "spared frame, ms")
    return TextTable("Estimates, at one instruction a clock on one core", headings, rows)


def _first(of: dict[str, Any]) -> Any:
    return next(iter(of.values()))


def _millions(instructions: float) -> str:
    return f"{instructions / 1e6:.2f}" if instructions else NOT_MEASURED
