import sys
from pathlib import Path

# The benchmarks are commands: they find each other beside themselves.
sys.path.insert(0, str(Path(__file__).parent))
