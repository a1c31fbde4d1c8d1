"""A window that shows a page and can be closed again."""

import os
import shutil
import subprocess
import sys
import tempfile
import webbrowser
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "brave-browser")
"""Those that open a window of their own, which can be closed without the user's other ones."""


@contextmanager
def open_browser(url: str, environment: Mapping[str, str] = os.environ) -> Iterator[bool]:
    """Within it a browser shows the page; gives whether there is one that can.

    A browser that shows it in a tab among others cannot be closed from here: the page there then says that it is not
    connected.
    """
    if not has_screen(environment):
        yield False
        return
    program = next(filter(shutil.which, BROWSERS), None)
    if program is None or os.geteuid() == 0:  # Chromium does not run as root
        yield webbrowser.open(url)
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [program, f"--app={url}", f"--user-data-dir={profile}", "--no-first-run"]
        window = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield True
        finally:
            window.terminate()
            window.wait()


def has_screen(environment: Mapping[str, str]) -> bool:
    """Whether windows can be opened; without a screen Linux would start a browser in the terminal."""
    return sys.platform != "linux" or bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))
