"""`python -m edge` is `maskwatch`."""

from edge.cli import entry

entry()
