"""`maskwatch doctor`: problems that may keep a device from working, and how to fix them."""
