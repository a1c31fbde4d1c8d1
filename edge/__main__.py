"""`python -m edge` is `maskwatch`."""

import sys

from edge.cli import main

sys.exit(main())
