"""What the device runs: camera, vision, tracking, alarm, events. It imports neither training nor export."""
