"""Settings files that are broken in every way: each is refused with a sentence, or describes a door that is watched."""

import math
from dataclasses import fields
from pathlib import Path
from typing import get_type_hints

import pytest
from gpiozero.pins.mock import MockFactory
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.bounds import limits
from edge.cli import main
from edge.errors import UserError
from edge.runtime.pipeline import make_alarm, make_test, tracking_rules
from edge.settings.schema import Settings
from edge.settings.text import settings_text
from edge.settings.toml_file import read_settings
from edge.tracking.track import Verdict

pytestmark = pytest.mark.fuzz

MANY = settings(derandomize=True, max_examples=2000, deadline=None)

GOOD = """[camera]
source = "picamera2"
region = [0.25, 0.0, 0.75, 1.0]
frames_per_second = 10.0
[locator]
kind = "centre"
[verdict]
miss_rate = 0.05
[alarm]
led_pin = "GPIO17"
quiet_hours = "22:00-06:00"
"""

LONGEST_SECONDS = 120.0
"""Within so long a person without a mask must be found so, whatever the settings."""

TABLES = {name: tuple(get_type_hints(kind)) for name, kind in get_type_hints(Settings).items()}
KEYS = [(table, key) for table, keys in TABLES.items() for key in keys]
NUMBERS = st.one_of(
    st.integers(-(10**30), 10**30).map(str),
    st.integers(-3, 300).map(str),
    st.floats(0.001, 300.0).map(repr),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.sampled_from(
        ["nan", "inf", "-inf", "-0.0", "1e308", "1e-308", "5e-324", "1e400", "0x" + "f" * 5000, "9" * 4400]
    ),
)
LETTERS = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="'")
TEXTS = st.one_of(
    st.text(LETTERS, max_size=30).map("'{}'".format),
    st.sampled_from(["'GPIO5'", "'GPIO99'", "'22:00-06:00'", "'centre'", '"\\u0000"', f"'{'x' * 5000}'", "'/'", "''"]),
)
VALUES = st.recursive(
    NUMBERS | TEXTS | st.sampled_from(["true", "false", "1979-05-27", "07:32:00", "[]", "{}"]),
    lambda inner: (
        st.lists(inner, max_size=5).map(lambda items: f"[{', '.join(items)}]") | inner.map("{{a = {}}}".format)
    ),
    max_leaves=8,
)
TOKENS = st.sampled_from([*"[]{}=.,#\"'\\\n\r a1", '"""', "'''", "[alarm]", "[[", "]]"])


def read(folder, content):
    """The settings of a file with this content; None if it is refused with one sentence."""
    path = folder / "maskwatch.toml"
    path.write_bytes(content)
    try:
        return read_settings(path)
    except UserError as error:
        sentence = f"{error}"
    assert "\n" not in sentence
    assert sentence.endswith((".", "?", "!"))
    assert len(sentence) < 600
    return None


def assert_sane(folder, accepted):
    """Every number within its bounds, all objects of the loop made, printed and read again, and an alert in time."""
    for table in fields(Settings):
        values = getattr(accepted, table.name)
        for name, limit in limits(type(values)):
            assert getattr(values, name) is None or not limit.refusal(getattr(values, name))
        assert all(math.isfinite(value) for value in vars(values).values() if isinstance(value, float))
    tracking_rules(accepted, threshold=0.65)
    with make_alarm(accepted.alarm, MockFactory(), live=False):
        pass
    again = folder / "again.toml"
    again.write_text(settings_text(accepted, None), encoding="utf-8")
    assert read_settings(again) == accepted
    assert seconds_to_alert(accepted) <= LONGEST_SECONDS


def seconds_to_alert(accepted):
    """How long a large and crisp bare face is classified until the verdict falls."""
    test = make_test(accepted.verdict, threshold=0.65)
    step, seconds, evidence, verdict = 1 / accepted.camera.frames_per_second, 0.0, 0.0, Verdict.UNDECIDED
    while verdict is not Verdict.NOT_COMPLIANT and seconds <= LONGEST_SECONDS:
        seconds += step
        evidence = test.weigh(evidence, 0.98, test.information(step))
        verdict = test.verdict(evidence, verdict)
    return seconds


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz")


@MANY
@given(chosen=st.lists(st.tuples(st.sampled_from(KEYS), VALUES), min_size=1, max_size=4, unique_by=lambda c: c[0]))
def test_odd_values(folder, chosen):
    tables: dict[str, list[str]] = {}
    for (table, key), value in chosen:
        tables.setdefault(table, []).append(f"{key} = {value}")
    text = "\n".join(line for table, lines in tables.items() for line in [f"[{table}]", *lines])
    if accepted := read(folder, text.encode()):
        assert_sane(folder, accepted)


@MANY
@given(
    cuts=st.lists(
        st.tuples(st.integers(0, len(GOOD)), st.integers(0, 12), st.binary(max_size=6)), min_size=1, max_size=4
    )
)
def test_damaged_bytes(folder, cuts):
    content = GOOD.encode()
    for at, length, put in cuts:
        content = content[:at] + put + content[at + length :]
    if accepted := read(folder, content):
        assert_sane(folder, accepted)


@MANY
@given(tokens=st.lists(st.tuples(TOKENS, st.integers(1, 9) | st.just(3000)), max_size=20))
def test_tokens_in_any_order(folder, tokens):
    read(folder, "".join(token * count for token, count in tokens).encode())


@settings(derandomize=True, max_examples=200, deadline=None)
@given(content=st.binary(max_size=300))
def test_the_command_ends_with_status_0_or_2(folder, content):
    path = Path(folder) / "any.toml"
    path.write_bytes(content)
    assert main(["settings", "--check", str(path)]) in (0, 2)
