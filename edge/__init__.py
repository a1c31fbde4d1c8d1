"""The device's room: camera, vision, tracking, alarm, events. It imports neither training nor export."""
