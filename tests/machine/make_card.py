"""Make the image of the emulated board's card where there is none, or one that is too old to prove its scripts.

sudo .venv/bin/python tests/machine/make_card.py [--days N]
"""

import argparse
import os
import sys
import time
from pathlib import Path

from image import ImageError, stock_card

CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "maskwatch" / "machine"
DAY_SECONDS = 86400


def main() -> int:
    """Run the command; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=float, default=14.0, metavar="N", help="age of a card that is made again")
    days = parser.parse_args().days
    for old in CACHE.glob("*"):
        if old.name.endswith(".img") and time.time() - old.stat().st_mtime > days * DAY_SECONDS:
            # The root beside it is as old, and it is its packages that change.
            old.unlink()
            for root in CACHE.glob("root-*"):
                root.rename(root.with_name(f"old-{root.name}.partial"))
    try:
        sys.stdout.write(f"{stock_card(CACHE)}\n")
    except ImageError as error:
        sys.stderr.write(f"make_card: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
