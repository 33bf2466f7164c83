"""Rows sorted by a value once: cells of equal weight by rank, and the sums of any column between any edges."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Ordered:
    """``values`` ascending, (n,), no NaN. ``order``: the row of each, (n,), or None where no column is taken along.

    ``bad``: the values of bad rows, ascending. Where rows are only counted two plain sorts are many times faster than
    one that remembers the rows.
    """

    values: np.ndarray
    bad: np.ndarray
    order: np.ndarray | None = None

    @classmethod
    def of(cls, values: np.ndarray, bad: np.ndarray, *, along: bool) -> "Ordered":
        """Rows of a value and a label (1.0 if bad), each (n,); ``along``: with columns to sum by :meth:`sums`."""
        order = np.argsort(values) if along else None
        return cls(np.sort(values) if order is None else values[order], np.sort(values[bad > 0]), order)

    def bounds(self, edges: np.ndarray) -> np.ndarray:
        """Where cells that begin at ascending edges begin and end among the values, the first at 0, (edges + 2,)."""
        return np.concatenate([[0], np.searchsorted(self.values, edges), [len(self.values)]])

    def bad_rows(self, edges: np.ndarray) -> np.ndarray:
        """Bad rows of each cell, (edges + 1,)."""
        return np.diff(np.searchsorted(self.bad, edges), prepend=0, append=len(self.bad))

    def sums(self, column: np.ndarray, bounds: np.ndarray) -> np.ndarray:
        """Sums by cell of a column in the order of the rows, (n,) or (n, D)."""
        there = np.diff(bounds) > 0
        total = np.zeros((len(there), *column.shape[1:]))
        if there.any():
            total[there] = np.add.reduceat(column[self.order], bounds[:-1][there])
        return total

    def begins(self, n_cells: int, weight: np.ndarray | None = None) -> np.ndarray:
        """Where cells of equal weight begin, ascending, without the smallest value; every value where they are few.

        ``weight``: of the rows in their order, (n,); none where they weigh the same. A value is never split.
        """
        n, steps = len(self.values), self.values[1:] != self.values[:-1]
        if np.count_nonzero(steps) < n_cells:
            return self.values[1:][steps]
        if weight is None:
            at = -(-np.arange(1, n_cells) * n // n_cells) - 1
        else:
            upto = np.cumsum(weight[self.order])
            # A share that is met but for rounding is met.
            at = np.searchsorted(upto, np.arange(1, n_cells) * upto[-1] / n_cells * (1 - 1e-12))
        begins = np.unique(self.values[np.minimum(at, n - 1)])
        return begins[begins > self.values[0]]
