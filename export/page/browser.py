"""A window that shows a page and can be closed again."""

import os
import shutil
import subprocess
import sys
import tempfile
import webbrowser
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "brave-browser")

FIREFOX = ("firefox", "firefox-esr")

PREFERENCES = (
    'user_pref("browser.aboutwelcome.enabled", false);\n'
    'user_pref("browser.shell.checkDefaultBrowser", false);\n'
    'user_pref("datareporting.policy.dataSubmissionEnabled", false);\n'
)
"""Of a new profile of Firefox: it would open a page of its own beside ours."""


@contextmanager
def open_browser(url: str, environment: Mapping[str, str] = os.environ) -> Iterator[bool]:
    """Within it a browser shows the page; gives whether there is one that can.

    Chromium, Firefox and their relatives open a window with a profile of its own, which is closed in the end without
    the user's other windows. Any other browser shows the page in a tab, which stays, and then says that it is not
    connected.
    """
    if not has_screen(environment):
        yield False
        return
    program = next(filter(shutil.which, CHROMIUM + FIREFOX), None)
    if program is None or os.geteuid() == 0:  # Chromium does not run as root
        yield webbrowser.open(url)
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [program, *_options(program, url, Path(profile))]
        window = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield True
        finally:
            window.terminate()
            window.wait()


def _options(program: str, url: str, profile: Path) -> list[str]:
    if program in CHROMIUM:
        return [f"--app={url}", f"--user-data-dir={profile}", "--no-first-run"]
    (profile / "user.js").write_text(PREFERENCES)
    return ["--no-remote", "--profile", f"{profile}", "--new-window", url]


def has_screen(environment: Mapping[str, str]) -> bool:
    """Whether windows can be opened; without a screen Linux would start a browser in the terminal."""
    return sys.platform != "linux" or bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))
