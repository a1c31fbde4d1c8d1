"""`python -m export` is `maskwatch-export`."""

import sys

from export.cli import main

sys.exit(main())
