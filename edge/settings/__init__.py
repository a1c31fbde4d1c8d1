"""The settings as plain data, and the file they are read from."""
