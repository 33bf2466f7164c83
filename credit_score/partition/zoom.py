"""A partition of many cells: of a few coarse ones first, then of ever finer ones about its cuts (ours).

Where rates must rise or fall, the program also sees the corners of the convex hull of the running sums: were there no
bounds on share and count, the best cuts were all among them, since of an objective that is convex in a group's sums
either end of a side of the hull does as well as a cut within it (Haiminen, Gionis & Laasonen 2008).
"""

from dataclasses import replace

import numpy as np

from credit_score.partition.blocks import rate_blocks
from credit_score.partition.program import Cells, Limits, Objective, Partition, better_trend, partition

AT_ONCE, COARSE, FINER = 256, 200, 8


def zoomed(cells: Cells, limits: Limits, objective: Objective = "information") -> Partition:
    """A partition of any number of cells, at a cost that hardly grows with them.

    Up to ``AT_ONCE`` cells it is the best. Of more the program sees ``COARSE`` and the corners, then the cells next to
    its cuts ``FINER`` times as finely, again and again down to the cells as they are. What it found stays among
    what it may choose, so no look makes it worse; a better one whose cuts lie far off may be missed. Raises FitError
    where the coarse cells cannot keep the limits.
    """
    if limits.trend == "auto":
        return better_trend(lambda told: zoomed(cells, told, objective), limits)
    n = len(cells.weight)
    if n <= AT_ONCE:
        return partition(cells, limits, objective)
    corners, step = _corners(cells, limits), -(-n // COARSE)
    marks = np.union1d(corners, np.linspace(0, n, COARSE + 1).astype(np.int64))
    found = partition(cells.joined(marks), limits, objective)
    while step > 1:
        step = -(-step // FINER)
        near = marks[found.edges, None] + step * np.arange(-FINER, FINER + 1)
        marks = np.union1d(corners, np.clip(near, 0, n))
        found = partition(cells.joined(marks), limits, objective)
    return replace(found, edges=marks[found.edges])


def _corners(cells: Cells, limits: Limits) -> np.ndarray:
    """Where blocks of rising rates begin, or of falling ones, or of both, as the trend asks."""
    ways = {"none": (), "ascending": (True,), "descending": (False,)}.get(limits.trend, (True, False))
    found = [rate_blocks(cells, rising=way) for way in ways]
    return np.unique(np.concatenate([np.zeros(1, np.int64), *found]))
