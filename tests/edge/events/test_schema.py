"""The published schema and the events say the same."""

import dataclasses
import inspect
import json
from pathlib import Path
from typing import get_type_hints

import pytest

import edge.events
from edge.events import types
from edge.tracking.track import Verdict

SCHEMA = json.loads((Path(edge.events.__file__).parent / "schema.json").read_text())
EVENTS = {kind.event: kind for kind in vars(types).values() if isinstance(kind, type) and hasattr(kind, "event")}
JSON_TYPES = {int: "integer", float: "number", str: "string", bool: "boolean"}
EXAMPLES = {int: 3, float: 0.5, str: "compliant", bool: True}


def example(kind):
    hints = get_type_hints(kind)
    return kind(**{field.name: EXAMPLES[hints[field.name]] for field in dataclasses.fields(kind)})


def described(name):
    return SCHEMA["$defs"][name]


def test_every_event_is_described_and_no_other():
    assert SCHEMA["oneOf"] == [{"$ref": f"#/$defs/{name}"} for name in SCHEMA["$defs"] if name != "at"]
    assert SCHEMA["$defs"].keys() - {"at"} == EVENTS.keys()


@pytest.mark.parametrize("name", EVENTS)
def test_a_line_of_the_log_has_what_the_schema_asks_for_and_nothing_else(name):
    line = json.loads(example(EVENTS[name]).to_json())
    assert line.keys() == described(name)["properties"].keys() == set(described(name)["required"])
    assert not described(name)["additionalProperties"]
    assert line["event"] == described(name)["properties"]["event"]["const"] == name


@pytest.mark.parametrize("name", EVENTS)
def test_the_types_are_those_of_the_schema(name):
    hints = get_type_hints(EVENTS[name])
    for field in dataclasses.fields(EVENTS[name]):
        value = described(name)["properties"][field.name]
        value = SCHEMA["$defs"]["at"] if value.get("$ref") else value
        assert value.get("type", "string") == JSON_TYPES[hints[field.name]]


def test_the_verdicts_are_those_of_the_schema():
    assert described("verdict_turned")["properties"]["verdict"]["enum"] == [verdict.value for verdict in Verdict]


def test_every_entry_says_what_it_means():
    for name, kind in EVENTS.items():
        assert described(name)["description"] == " ".join(inspect.getdoc(kind).split())
        for key, value in described(name)["properties"].items():
            assert key in ("event", "at") or value["description"]
