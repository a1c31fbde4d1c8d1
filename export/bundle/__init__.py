"""Everything that a device needs, in one file."""
