"""Debian's Chromium, without a window."""

import shutil
import tempfile
from contextlib import contextmanager

import pytest

PHONE, DESKTOP = (390, 844), (1180, 760)
"""Columns and rows of the window."""


@contextmanager
def chromium(size=DESKTOP, *, dark=False):
    """A browser of its own, with no cookies yet."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="not run, because selenium is not installed")
    for program in ("chromium", "chromedriver"):
        if shutil.which(program) is None:
            pytest.skip(f"not run, because {program} is not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        for switch in ("headless=new", "no-sandbox", "disable-dev-shm-usage", "hide-scrollbars"):
            options.add_argument(f"--{switch}")
        options.add_argument(f"--user-data-dir={profile}")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        service = webdriver.ChromeService(shutil.which("chromedriver"))
        browser = webdriver.Chrome(options=options, service=service)
        try:
            metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size == PHONE}
            browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
            scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
            browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
            browser.set_page_load_timeout(60)
            yield browser
        finally:
            browser.quit()
