"""What a test of the runner waits for."""

from pathlib import Path

ROOT = Path(__file__).parents[4]
READY = "Ctrl-C stops it."
START_LIMIT = 240.0
