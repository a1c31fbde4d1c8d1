"""Write the manual's pictures of the page, from the real programs before the demo's clip.

PYTHONPATH=. .venv/bin/python -m tests.edge.page.screenshots
"""

import base64
import tempfile
import time
from pathlib import Path

from .chromium import chromium
from .real_door import RealDoor, write_clip

MANUAL = Path(__file__).parents[3] / ".readme"

DESKTOP, PHONE = (1000, 800), (390, 844)

SHOTS = {"page-desktop.png": (DESKTOP, False, "not compliant"), "page-phone.png": (PHONE, True, "compliant")}
"""By name: the size of the window, whether it is dark, and the verdict that it shows."""

VERDICT = "return document.querySelector('#people .verdict')?.textContent"


def main():
    """Take them all."""
    with tempfile.TemporaryDirectory() as folder:
        write_clip(Path(folder, "door.mp4"))
        with RealDoor(folder, Path(folder, "door.mp4")) as door:
            time.sleep(10)  # until the page listens
            for name, (size, dark, verdict) in SHOTS.items():
                with chromium(size, dark=dark) as browser:
                    browser.get(door.address)
                    while browser.execute_script(VERDICT) != verdict:
                        time.sleep(0.1)
                    Path(MANUAL, name).write_bytes(whole_page(browser, size[0]))


def whole_page(browser, width):
    """All of the page from its top to its bottom, as PNG."""
    height = browser.execute_script("return document.documentElement.scrollHeight")
    clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
    shot = browser.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip})
    return base64.b64decode(shot["data"])


if __name__ == "__main__":
    main()
