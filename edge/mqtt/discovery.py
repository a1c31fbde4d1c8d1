"""The message that describes the door to Home Assistant: one retained message for one device.

Its format is documented at https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload
"""

from typing import Any

from edge.mqtt.topics import Topics


def discovery(topics: Topics, *, name: str, version: str) -> dict[str, Any]:
    """The message for `topics.discovery`.

    Args:
        topics: Where the door speaks and listens.
        name: What the device is called.
        version: Of maskwatch.
    """
    return {
        "device": {
            "identifiers": [f"maskwatch-{topics.door}"],
            "name": name,
            "manufacturer": "maskwatch",
            "model": "Doorway on a Raspberry Pi",
            "sw_version": version,
        },
        "origin": {"name": "maskwatch", "sw_version": version},
        "availability": [{"topic": topics.availability}],
        "components": {
            key: {"unique_id": f"maskwatch-{topics.door}-{key}", **component}
            for key, component in _components(topics).items()
        },
    }


def _components(topics: Topics) -> dict[str, dict[str, Any]]:
    return {
        "alert": _binary_sensor(topics, "alert", "No mask", "problem"),
        "blind": _binary_sensor(topics, "blind", "Camera blind", "problem", entity_category="diagnostic"),
        "door": _binary_sensor(topics, "door", "Door program", "connectivity", entity_category="diagnostic"),
        "people_today": _count(topics, "people", "People today"),
        "not_compliant_today": _count(topics, "not_compliant", "Without mask today"),
        "frames_per_second": _sensor(topics, "frames_per_second", "Frame rate", unit_of_measurement="fps"),
        "temperature": _sensor(
            topics, "celsius", "Processor temperature", unit_of_measurement="°C", device_class="temperature"
        ),
        "mute": {
            "platform": "switch",
            "name": "Mute the buzzer",
            "icon": "mdi:volume-off",
            "state_topic": topics.state,
            "value_template": "{{ value_json.muted }}",
            "command_topic": topics.command("mute"),
        },
        "test_led": _button(topics, "test_led", "Test the LED"),
        "test_buzzer": _button(topics, "test_buzzer", "Test the buzzer"),
    }


def _binary_sensor(topics: Topics, field: str, name: str, device_class: str, **more: str) -> dict[str, Any]:
    return {
        "platform": "binary_sensor",
        "name": name,
        "device_class": device_class,
        "state_topic": topics.state,
        "value_template": f"{{{{ value_json.{field} }}}}",
        **more,
    }


def _sensor(topics: Topics, field: str, name: str, **more: str) -> dict[str, Any]:
    return {
        "platform": "sensor",
        "name": name,
        "state_topic": topics.state,
        "value_template": f"{{{{ value_json.{field} }}}}",
        "state_class": "measurement",
        "entity_category": "diagnostic",
        **more,
    }


def _count(topics: Topics, field: str, name: str) -> dict[str, Any]:
    return {
        "platform": "sensor",
        "name": name,
        "icon": "mdi:account-group",
        "state_topic": topics.counts,
        "value_template": f"{{{{ value_json.{field} }}}}",
        "state_class": "total_increasing",
    }


def _button(topics: Topics, command: str, name: str) -> dict[str, Any]:
    return {
        "platform": "button",
        "name": name,
        "command_topic": topics.command(command),
        "entity_category": "diagnostic",
    }
