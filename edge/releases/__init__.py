"""Releases side by side on the device, and the way from one to the next.

Nothing here but `model` needs more than the standard library: the operating system's own Python runs it out of the
wheel in a bundle.
"""
