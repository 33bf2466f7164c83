"""The what-if cube: sums by score bin and department that answer every question about cut-offs and ratios."""

from credit_score.inspection.cube.cube import WhatIfCube
from credit_score.inspection.cube.kpi import Kpi

__all__ = ["Kpi", "WhatIfCube"]
