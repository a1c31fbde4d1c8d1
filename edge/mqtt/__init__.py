"""`maskwatch mqtt`: the door for Home Assistant and other programs that speak MQTT."""
