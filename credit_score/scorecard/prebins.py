"""A column as ordered cells: what the partition program cuts, and what stands apart (special numbers, missing).

Cells of numbers are equal shares of the sorted values, weights counted; a value is never split. Cells of categories are
the categories by their bad rate, drawn towards the mean by ``SHRINK`` cases so that a rare one does not lead; those
under a least share go together, and so do those that are met only later.
"""

from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from credit_score.partition import Cells
from credit_score.scorecard import kernels
from credit_score.scorecard.columns import Categories, Numbers

SHRINK = 20.0


@dataclass(frozen=True)
class Target:
    """Of each row: bad (1.0 or 0.0) and weight, float64 of shape (n,); ``weighted`` if the weights are not all 1."""

    bad: np.ndarray
    weight: np.ndarray
    weighted: bool = True

    @property
    def totals(self) -> tuple[float, float]:
        """All good and all bad weight."""
        bad = float(self.weight @ self.bad)
        return float(self.weight.sum()) - bad, bad


@dataclass(frozen=True)
class Prebins:
    """Sums (weight, bad, rows) of ordered cells, shape (B, 3), of each special number, and of missing, shape (3,).

    ``edges``: of numbers, where each cell but the first begins, with ``below``, the greatest value under it.
    ``groups``: of categories, the texts of each cell. ``other``: the cell of the rare ones, −1 if there is none.
    """

    cells: np.ndarray
    specials: np.ndarray
    missing: np.ndarray
    edges: np.ndarray = field(default_factory=lambda: np.empty(0))
    below: np.ndarray = field(default_factory=lambda: np.empty(0))
    groups: tuple[tuple[str, ...], ...] = ()
    other: int = -1

    def for_partition(self) -> Cells:
        """The cells as the partition program takes them."""
        return Cells(self.cells[:, 0], self.cells[:, 1], self.cells[:, 2])


def number_cells(
    column: Numbers, target: Target, specials: np.ndarray, *, n_cells: int = 100, edges: np.ndarray | None = None
) -> Prebins:
    """The cells of a column of numbers: at most ``n_cells`` equal shares, or those between given ``edges``."""
    ordered, weight = _ordered(column.values, target, specials)
    chosen = _quantiles(ordered, weight, n_cells) if edges is None else np.asarray(edges, np.float64)
    if target.weighted:
        sums = kernels.number_sums(column.values, target.bad, target.weight, chosen, specials)
    else:
        sums = kernels.number_counts(column.values, target.bad, chosen, specials)
    n = len(chosen) + 1
    at = np.searchsorted(ordered, chosen, side="left")
    below = ordered[np.maximum(at - 1, 0)] if len(ordered) else chosen
    return Prebins(sums[:n], sums[n:-1], sums[-1], chosen, below)


def _ordered(values: np.ndarray, target: Target, specials: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """Values that stand for themselves, ascending, with their weights; without weights a sort alone does."""
    keep = ~np.isnan(values)
    for special in specials:
        keep &= values != special
    kept = values[keep]
    if not target.weighted:
        kept.sort()
        return kept, None
    order = np.argsort(kept)
    return kept[order], target.weight[keep][order]


def _quantiles(ordered: np.ndarray, weight: np.ndarray | None, n_cells: int) -> np.ndarray:
    """Values at which cells of equal weight begin, ascending, without the smallest; every value where they are few."""
    if not len(ordered):
        return np.empty(0)
    if weight is None:
        at = -(-np.arange(1, n_cells) * len(ordered) // n_cells) - 1
    else:
        summed = np.cumsum(weight)
        at = np.searchsorted(summed, np.arange(1, n_cells) * summed[-1] / n_cells, side="left")
    begins = np.unique(ordered[np.clip(at, 0, len(ordered) - 1)])
    few = _distinct(ordered, n_cells)
    return (few if few is not None else begins)[1:] if few is not None or begins[0] == ordered[0] else begins


def _distinct(ordered: np.ndarray, n_cells: int) -> np.ndarray | None:
    """The different values where there are no more than there may be cells, else None."""
    steps = np.count_nonzero(ordered[1:] != ordered[:-1])
    return np.unique(ordered) if steps < n_cells else None


def category_cells(column: Categories, target: Target, min_share: float) -> Prebins:
    """The cells of a column of categories, by rising bad rate; those under ``min_share`` of all weight are one cell."""
    sums = kernels.code_sums(column.codes, target.bad, target.weight, len(column.texts))
    seen, missing = sums[:-1], sums[-1]
    there = np.flatnonzero(seen[:, 2] > 0)
    rare = there[seen[there, 0] < min_share * sums[:, 0].sum()]
    common = np.setdiff1d(there, rare)
    groups: list[tuple[str, ...]] = [(column.texts[c],) for c in common]
    cells = [seen[c] for c in common]
    if len(rare):
        groups.append(tuple(sorted(column.texts[c] for c in rare)))
        cells.append(seen[rare].sum(axis=0))
    table = np.array(cells).reshape(-1, 3)
    order = _by_rate(table, groups)
    other = order.index(len(common)) if len(rare) else -1
    return Prebins(table[order], np.empty((0, 3)), missing, groups=tuple(groups[i] for i in order), other=other)


def _by_rate(table: np.ndarray, groups: list[tuple[str, ...]]) -> list[int]:
    """Order by shrunken bad rate; equals by their text, so that the order of rows says nothing."""
    if not len(table):
        return []
    mean = table[:, 1].sum() / table[:, 0].sum()
    rate = (table[:, 1] + SHRINK * mean) / (table[:, 0] + SHRINK)
    return sorted(range(len(table)), key=lambda i: (rate[i], groups[i]))


def plain_between(below: float, above: float) -> float:
    """The number of fewest digits in (below, above]: a cut that a committee can read and no row notices."""
    if not below < above:
        return above
    low, high = Decimal(below), Decimal(above)
    step = Decimal(10) ** (max(abs(low), abs(high)).adjusted() + 1)
    while True:
        found = (high / step).to_integral_value("ROUND_FLOOR") * step
        if found > low and below < float(found) <= above:
            return float(found)
        step /= 10
