"""`maskwatch mqtt`: the door for Home Assistant and whatever else speaks MQTT."""
