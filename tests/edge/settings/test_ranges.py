import ast
import inspect
import math
from dataclasses import fields
from typing import Annotated, get_args, get_origin, get_type_hints

import pytest

from edge.bounds import Bounds, FilePath, limits
from edge.settings.schema import (
    AlarmSettings,
    CameraSettings,
    LocatorSettings,
    ModelSettings,
    Settings,
    TrackingSettings,
    VerdictSettings,
)
from edge.settings.values import Pin, Region

TABLES = get_type_hints(Settings)
BOUNDED = [
    pytest.param(kind, name, limit, id=f"{table}.{name}")
    for table, kind in TABLES.items()
    for name, limit in limits(kind)
    if isinstance(limit, Bounds)
]
PATHS = [(ModelSettings, "classifier"), (ModelSettings, "locator"), (CameraSettings, "source")]


def needs_a_limit(hint):
    """Whether a field holds a number or a free text: choices, switches and types of our own limit themselves."""
    if get_origin(hint) is Annotated:
        return False
    return bool({int, float, str, Pin} & {hint, *get_args(hint)})


@pytest.mark.parametrize("kind", TABLES.values())
def test_every_number_and_every_text_has_a_limit(kind):
    hints = get_type_hints(kind, include_extras=True)
    assert [name for name, hint in hints.items() if needs_a_limit(hint)] == []


@pytest.mark.parametrize("kind", TABLES.values())
def test_every_setting_has_a_sentence_below_it(kind):
    body = ast.parse(inspect.getsource(inspect.getmodule(kind))).body
    table = next(node for node in body if isinstance(node, ast.ClassDef) and node.name == kind.__name__)
    described = [
        first.target.id
        for first, then in zip(table.body, table.body[1:], strict=False)
        if isinstance(first, ast.AnnAssign) and isinstance(then, ast.Expr) and isinstance(then.value, ast.Constant)
    ]
    switches = {name for name in get_type_hints(kind) if name.endswith("_active_high")}
    assert {field.name for field in fields(kind)} - switches <= set(described)


@pytest.mark.parametrize(("kind", "name", "limit"), BOUNDED)
@pytest.mark.parametrize("beyond", [math.nan, math.inf, -math.inf, 1e300, -1e300, -1.0])
def test_what_is_no_number_or_absurd_is_refused_by_name(kind, name, limit, beyond):
    with pytest.raises(ValueError, match=f'"{name}" must be from '):
        kind(**{name: beyond})


@pytest.mark.parametrize(("kind", "name", "limit"), BOUNDED)
def test_the_bounds_are_where_they_are_said_to_be(kind, name, limit):
    step = 1 if isinstance(getattr(kind(), name) or 0.5, int) else 1e-9
    assert limit.refusal(limit.lowest) == limit.refusal(limit.highest) == ""
    for beyond in (limit.lowest - step, limit.highest + step):
        with pytest.raises(ValueError, match=f'"{name}" must be from '):
            kind(**{name: beyond})


@pytest.mark.parametrize(("kind", "name", "limit"), BOUNDED)
def test_the_default_lies_within_its_bounds(kind, name, limit):
    assert getattr(kind(), name) is None or limit.refusal(getattr(kind(), name)) == ""


@pytest.mark.parametrize(("kind", "name"), PATHS)
@pytest.mark.parametrize("path", ["", "\0", "door\0.tflite", "x" * 256, "é" * 128, "/a" * 2048])
def test_a_text_that_is_no_path_is_refused_by_name(kind, name, path):
    with pytest.raises(ValueError, match=f'"{name}" (is|must)'):
        kind(**{name: path})


def test_the_longest_paths_are_taken():
    assert FilePath().refusal("/" + "x" * 255) == FilePath().refusal("/a" * 2047) == ""


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ({"camera": CameraSettings(frames_per_second=0.6)}, '"gap_seconds" in .tracking. must be at least 1.67'),
        ({"tracking": TrackingSettings(gap_seconds=0.1), "camera": CameraSettings(frames_per_second=9)}, "gap_seconds"),
        ({"alarm": AlarmSettings(min_face_px=241)}, '"min_face_px" in .alarm. must be at most 240'),
        (
            {"verdict": VerdictSettings(smallest_face_px=300, clear_face_px=400)},
            '"smallest_face_px" in .verdict. must be at most 240',
        ),
        ({"camera": CameraSettings(region=Region(0.4, 0.4, 0.5, 0.5))}, '"min_face_px" in .alarm. must be at most 24'),
        ({"locator": LocatorSettings(kind="centre", size=0.05)}, "the face that .locator. names"),
    ],
)
def test_values_that_silence_the_door_together_are_refused(tables, said):
    with pytest.raises(ValueError, match=said):
        Settings(**tables)


def test_a_slow_camera_may_have_short_time_limits():
    camera = CameraSettings(frames_per_second=1.0, idle_frames_per_second=0.5, rebuild_after_seconds=1.0)
    assert Settings(camera=camera, alarm=AlarmSettings(blind_after_seconds=0.5))


def test_a_recordings_faces_may_be_of_any_size():
    assert Settings(camera=CameraSettings(source="hall.mp4"), alarm=AlarmSettings(min_face_px=400))


def test_faces_too_small_to_judge_cannot_be_clear():
    with pytest.raises(ValueError, match='"smallest_face_px" must be less than "clear_face_px"'):
        VerdictSettings(smallest_face_px=32.0)
