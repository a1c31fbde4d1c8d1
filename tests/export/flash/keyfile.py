"""Reads a keyfile as NetworkManager does: by GLib's own parser, and its rule for the names of networks."""

import ctypes
import ctypes.util
import re

import pytest

BYTES = re.compile(r"\s*\d{1,3}\s*;(\s*\d{1,3}\s*;)*\s*")


def read_keyfile(text, group, key):
    """A value, as GLib reads it."""
    name = ctypes.util.find_library("glib-2.0")
    if name is None:
        pytest.skip("not run, because GLib (libglib2.0-0) is missing")
    glib = ctypes.CDLL(name)
    glib.g_key_file_new.restype = glib.g_key_file_get_string.restype = ctypes.c_void_p
    content = text.encode()
    file = ctypes.c_void_p(glib.g_key_file_new())
    try:
        assert glib.g_key_file_load_from_data(file, content, ctypes.c_size_t(len(content)), 0, None), text
        value = glib.g_key_file_get_string(file, group.encode(), key.encode(), None)
        assert value, f"no {key} in {text}"
        return ctypes.string_at(value).decode()
    finally:
        glib.g_key_file_free(file)


def read_ssid(text):
    """The bytes of a network's name."""
    value = read_keyfile(text, "wifi", "ssid")
    if BYTES.fullmatch(value):
        return bytes(int(byte) for byte in value.split(";") if byte.strip())
    return value.replace("\\;", ";").encode()
