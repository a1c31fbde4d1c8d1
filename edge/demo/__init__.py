"""`maskwatch demo`: portraits at a drawn doorway, and what the device makes of them."""
