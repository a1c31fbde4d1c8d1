"""`maskwatch doctor`: what may keep a device from its work, and what mends it."""
