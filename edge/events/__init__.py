"""The events of the door, and their log."""
