"""The settings: plain data, and their file."""
