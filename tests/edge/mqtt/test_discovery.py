"""The retained message, key by key, by Home Assistant's documentation of MQTT discovery as of 2026."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.mqtt.discovery import discovery
from edge.mqtt.topics import Topics

TOPICS = Topics("maskwatch", "door-1", "homeassistant")
MESSAGE = discovery(TOPICS, name="Door 1", version="1.0")

SHARED = {"platform", "unique_id", "name", "icon", "entity_category", "device_class"}
ALLOWED = {
    "binary_sensor": SHARED | {"state_topic", "value_template", "payload_on", "payload_off"},
    "sensor": SHARED | {"state_topic", "value_template", "unit_of_measurement", "state_class"},
    "switch": SHARED | {"state_topic", "value_template", "command_topic", "payload_on", "payload_off"},
    "button": SHARED | {"command_topic", "payload_press"},
}
REQUIRED = {
    "binary_sensor": {"state_topic"},
    "sensor": {"state_topic"},
    "switch": {"command_topic"},
    "button": {"command_topic"},
}
COMPONENTS = MESSAGE["components"]


def test_the_device_and_its_origin_are_named():
    assert set(MESSAGE) == {"device", "origin", "availability", "components"}
    assert set(MESSAGE["device"]) == {"identifiers", "name", "manufacturer", "model", "sw_version"}
    assert set(MESSAGE["origin"]) == {"name", "sw_version"}
    assert MESSAGE["availability"] == [{"topic": TOPICS.availability}]


@pytest.mark.parametrize("component", COMPONENTS.values(), ids=list(COMPONENTS))
def test_a_component_has_the_keys_of_its_platform(component):
    platform = component["platform"]
    assert {"platform", "unique_id", *REQUIRED[platform]} <= set(component) <= ALLOWED[platform]


def test_each_component_is_unique():
    assert len({component["unique_id"] for component in COMPONENTS.values()}) == len(COMPONENTS)


def test_classes_are_those_that_home_assistant_knows():
    classes = {(part["platform"], part["device_class"]) for part in COMPONENTS.values() if "device_class" in part}
    assert classes == {("binary_sensor", "problem"), ("binary_sensor", "connectivity"), ("sensor", "temperature")}


@given(st.text())
def test_any_name_makes_topics_that_mqtt_takes(name):
    topic = Topics.of("maskwatch", name, "homeassistant").state
    assert not set(topic) & set("+#\0 ")
    assert topic.count("/") == 2
