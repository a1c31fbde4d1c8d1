"""Releases side by side on the device, and how the device switches from one to the next.

Only `model` needs more than the standard library, because the operating system's own Python runs the rest from the
wheel in a bundle.
"""
