import io
import json
from dataclasses import replace

import pytest

from edge.bench.estimate import Estimate
from edge.bench.report import Report, Spread

KEYS = (
    "format maskwatch_version board architecture cores python_version runtime runtime_version xnnpack threads locator "
    "classifier source width_px height_px warm_up_frames frames people_per_frame stages whole_frame frames_per_second "
    "imports_s models_s first_frame_s resident_now_mb resident_peak_mb celsius estimate"
)


@pytest.fixture
def report():
    return Report(
        maskwatch_version="0.1.0",
        board="Raspberry Pi 4 Model B Rev 1.4",
        architecture="aarch64",
        cores=4,
        python_version="3.11.2",
        runtime="ai_edge_litert",
        runtime_version="2.3.0",
        xnnpack=True,
        threads=1,
        locator="face_cnn",
        classifier="door_cnn",
        source="a drawn doorway",
        width_px=640,
        height_px=480,
        warm_up_frames=20,
        frames=200,
        people_per_frame=1.0,
        stages={"locate": Spread(31.25, 33.5), "classify": Spread(8.125, 9.0)},
        whole_frame=Spread(39.4, 42.5),
        frames_per_second=25.31,
        imports_s=1.234,
        models_s=0.321,
        first_frame_s=0.055,
        resident_now_mb=91.8,
        resident_peak_mb=94.3,
        celsius=48.3,
        estimate=Estimate("cortex-a72", 1.8, frame_ms=20.8, spared_frame_ms=0.9),
    )


def test_the_json_keeps_its_keys_and_their_units(report):
    saved = json.loads(report.to_json())
    assert " ".join(saved) == KEYS
    assert saved["format"] == 1
    assert saved["stages"]["locate"] == {"median_ms": 31.25, "p95_ms": 33.5}


def test_the_table_is_aligned(report):
    out = io.StringIO()
    report.write(out)
    assert out.getvalue() == (
        "Raspberry Pi 4 Model B Rev 1.4, 4 cores, aarch64, Python 3.11.2\n"
        "maskwatch 0.1.0: face_cnn and door_cnn on ai_edge_litert 2.3.0 with XNNPACK, 1 thread\n"
        "200 frames of a drawn doorway, 640 x 480 pixels, 1.0 people in each; 20 before them to warm up\n"
        "\n"
        "                   median    95 of 100\n"
        "locate           31.25 ms     33.50 ms\n"
        "classify          8.12 ms      9.00 ms\n"
        "whole frame      39.40 ms     42.50 ms\n"
        "estimate       0.9 to 20.8 ms a frame, from the instructions counted for one face at 640 x 480, "
        "at one a clock of 1.8 GHz\n"
        "\n"
        "speed             25.3 frames a second\n"
        "imports           1.23 s\n"
        "loading models    0.32 s\n"
        "first frame       0.06 s\n"
        "memory now          92 MB\n"
        "memory at most      94 MB\n"
        "temperature         48 °C\n"
    )


def test_a_board_that_is_not_known_has_no_estimate(report):
    out = io.StringIO()
    replace(report, estimate=None).write(out)
    assert "estimate" not in out.getvalue()


def test_a_spread_is_the_median_and_what_nineteen_of_twenty_stay_within():
    assert Spread.of(range(101)) == Spread(50.0, 95.0)
