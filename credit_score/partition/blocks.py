"""Blocks of cells by isotonic regression: the corners of the convex hull of the running sums."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from credit_score.partition.program import Cells


def rate_blocks(cells: "Cells", *, rising: bool = True) -> np.ndarray:
    """Where blocks begin, and B at the end: cells pooled until every rate is above the last, or below it."""
    from scipy.optimize import isotonic_regression

    rates = cells.events / cells.weight
    return isotonic_regression(rates, weights=cells.weight, increasing=rising).blocks.astype(np.int64)
