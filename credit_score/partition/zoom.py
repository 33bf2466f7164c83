"""A partition of many cells: of a few coarse ones first, then of ever finer ones about its cuts (ours)."""

from dataclasses import replace

import numpy as np

from credit_score.partition.program import Cells, Limits, Objective, Partition, partition

AT_ONCE, FINER = 256, 8


def zoomed(cells: Cells, limits: Limits = Limits(), objective: Objective = "information") -> Partition:
    """A partition of any number of cells, at a cost that hardly grows with them; raises as :func:`partition` does.

    Up to ``AT_ONCE`` cells it is the best. Of more the program sees fewer, and the cells next to its cuts ``FINER``
    times as finely, again and again down to the cells as they are. What it found stays among what it may
    choose, so no look makes it worse; a better one whose cuts lie far off may be missed.
    """
    n = len(cells.weight)
    step = 1
    while n > AT_ONCE * step:
        step *= FINER
    coarse = marks = np.append(np.arange(0, n, step), n)
    found = partition(cells.joined(marks), limits, objective)
    while step > 1:
        step //= FINER
        near = marks[found.edges, None] + step * np.arange(-FINER, FINER + 1)
        marks = np.union1d(coarse, np.clip(near, 0, n))
        found = partition(cells.joined(marks), limits, objective)
    return replace(found, edges=marks[found.edges])
