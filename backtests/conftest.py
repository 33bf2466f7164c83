"""Lets tests and scripts of every back-test import what they share."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
