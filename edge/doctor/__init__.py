"""`maskwatch doctor`: what may keep a device from its work, and how to fix it."""
