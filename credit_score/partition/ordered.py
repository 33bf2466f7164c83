"""Rows sorted by a value once: cells of equal weight by rank, and the sums of any column between any edges."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Ordered:
    """``values`` ascending, (n,), no NaN; ``bad``: the values of bad rows, ascending.

    ``order``: the row of each value, (n,), and ``weights`` the columns weight and bad weight in that order, (n, 2), or
    None. Where rows are only counted two plain sorts are many times faster than one that remembers the rows.
    """

    values: np.ndarray
    bad: np.ndarray
    order: np.ndarray | None = None
    weights: np.ndarray | None = None

    @classmethod
    def of(
        cls, values: np.ndarray, bad: np.ndarray, weight: np.ndarray | None = None, *, along: bool = False
    ) -> "Ordered":
        """Rows of a value, a label (1.0 if bad) and a weight (1 if None), each (n,).

        ``along``: with other columns to sum by :meth:`sums`.
        """
        those = np.sort(values[bad > 0])
        if weight is None and not along:
            return cls(np.sort(values), those)
        order = np.argsort(values)
        weights = None if weight is None else np.column_stack([weight, weight * bad])[order]
        return cls(values[order], those, order, weights)

    def bounds(self, edges: np.ndarray) -> np.ndarray:
        """Where cells that begin at ascending edges begin and end among the values, the first at 0, (edges + 2,)."""
        return np.concatenate([[0], np.searchsorted(self.values, edges), [len(self.values)]])

    def table(self, edges: np.ndarray) -> np.ndarray:
        """Weight, bad weight and rows of each cell, (edges + 1, 3)."""
        bounds = self.bounds(edges)
        rows = np.diff(bounds)
        if self.weights is not None:
            return np.column_stack([_by_cell(self.weights, bounds), rows])
        bad = np.diff(np.searchsorted(self.bad, edges), prepend=0, append=len(self.bad))
        return np.column_stack([rows, bad, rows]).astype(np.float64)

    def sums(self, column: np.ndarray, edges: np.ndarray) -> np.ndarray:
        """Sums by cell of a column in the order of the rows, (n,) or (n, D); of rows taken along."""
        return _by_cell(column[self.order], self.bounds(edges))

    def begins(self, n_cells: int) -> np.ndarray:
        """Where cells of equal weight begin, ascending, without the smallest value; every value where they are few.

        A value is never split: a cell that should begin inside one begins at the nearer of its ends, and of two as near
        at the one towards the middle, so that a column and its negative are cut alike.
        """
        n, steps = len(self.values), self.values[1:] != self.values[:-1]
        if np.count_nonzero(steps) < n_cells:
            return self.values[1:][steps]
        j, upto = np.arange(1, n_cells), None if self.weights is None else np.cumsum(self.weights[:, 0])
        total = float(n) if upto is None else float(upto[-1])
        at = -(-j * n // n_cells) - 1 if upto is None else np.minimum(np.searchsorted(upto, j * total / n_cells), n - 1)
        first, after = (np.searchsorted(self.values, self.values[at], side) for side in ("left", "right"))
        low, high = (e if upto is None else np.where(e > 0, upto[e - 1], 0.0) for e in (first, after))
        beyond = n_cells * (low + high) - 2 * total * j
        as_near = 1e-12 * n_cells * total  # but for rounding
        begins = np.where(beyond < np.where(2 * j < n_cells, as_near, -as_near), after, first)
        new = (np.diff(begins, prepend=0) > 0) & (begins < n)
        return self.values[begins[new]]


def _by_cell(ordered: np.ndarray, bounds: np.ndarray) -> np.ndarray:
    there = np.diff(bounds) > 0
    total = np.zeros((len(there), *ordered.shape[1:]))
    if there.any():
        total[there] = np.add.reduceat(ordered, bounds[:-1][there])
    return total
