"""`python -m training` is `maskwatch-train`."""

import sys

from training.cli import main

sys.exit(main())
