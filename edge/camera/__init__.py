"""Where frames come from: a recording, a V4L2 camera, a Raspberry Pi camera."""
