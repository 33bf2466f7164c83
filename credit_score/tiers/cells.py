"""Rows of scored and labelled firms as ordered cells, the best scores first.

Of few different scores each is a cell. Of more, cells are equal shares of the weight by rank, so that only the order of
the scores counts; a score is never split.
"""

from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Any

import numpy as np

from credit_score.errors import FitError, first_five
from credit_score.partition import Cells
from credit_score.partition.kernels import distance
from credit_score.partition.ordered import Ordered
from credit_score.tiers.cutoffs import WIDEST, check_scores, numbers


@dataclass(frozen=True)
class Rows:
    """Checked columns: score and bad (0.0 or 1.0), shape (n,); weight, (n,), or (1,) if the same for all.

    ``probability``: the PD of each row, (n,), or None. ``days``: inspector-days of a visit, (n, D), or None.
    """

    score: np.ndarray
    bad: np.ndarray
    weight: np.ndarray
    probability: np.ndarray | None = None
    days: np.ndarray | None = None

    @property
    def step(self) -> int:
        """1 where each row has its own weight, 0 where all have the first."""
        return int(len(self.weight) == len(self.score) and len(self.weight) > 1)


@dataclass(frozen=True)
class ScoreCells:
    """Sums of ordered cells, the best first: lowest score, weight, bad weight, rows, squared weights, each (B,).

    ``probability``: Σ weight · PD, (B,), or None; ``days``: Σ weight · days, (B, D).
    """

    lowest: np.ndarray
    weight: np.ndarray
    bad: np.ndarray
    rows: np.ndarray
    squares: np.ndarray
    days: np.ndarray
    probability: np.ndarray | None = None

    def grouped(self, edges: np.ndarray) -> "ScoreCells":
        """The same sums of groups of cells; an empty group has the sums 0 and no lowest score (NaN)."""
        bounds = list(pairwise(edges))
        found: dict[str, Any] = {"lowest": np.array([self.lowest[b - 1] if b > a else np.nan for a, b in bounds])}
        for name in (f.name for f in fields(self) if f.name not in found):
            column = getattr(self, name)
            found[name] = None if column is None else np.array([column[a:b].sum(axis=0) for a, b in bounds])
        return ScoreCells(**found)

    def separation(self, *, drawn: bool) -> np.ndarray:
        """How far each rate lies above that of the group before, in pooled standard errors, (B,); NaN if unknown."""
        columns = list(zip(self.weight, self.bad, self.squares if drawn else self.weight, strict=True))
        known = ((a, b) if a[0] > 0 and b[0] > 0 else None for a, b in pairwise(columns))
        return np.array([np.nan, *(distance(*pair[0], *pair[1]) if pair else np.nan for pair in known)])

    def for_partition(self, *, drawn: bool) -> Cells:
        """The cells as the partition program takes them; ``drawn`` where a weight is not a number of rows."""
        return Cells(self.weight, self.bad, self.rows, spread=self.squares if drawn else None)


def check_rows(score: Any, bad: Any, sample_weight: Any, probability: Any = None, days: Any = None) -> Rows:
    """The columns of a fit; rows of weight 0 are left out. Raises FitError, with value and row, for what cannot be."""
    scores = check_scores(score)
    if not len(scores) and not len(bad):
        raise FitError("no scored row", remedy="give scores with their labels")
    found: dict[str, Any] = {"score": scores, "bad": _column(bad, "label", len(scores))}
    is_label = (found["bad"] == 0) | (found["bad"] == 1)
    if not is_label.all():
        raise FitError(_odd("label", found["bad"], is_label), remedy="label good 0 and bad 1")
    found["weight"] = np.ones(1) if sample_weight is None else _bounded(sample_weight, "weight", len(scores), WIDEST)
    if probability is not None:
        found["probability"] = _bounded(probability, "PD", len(scores), 1.0)
    if days is not None:
        found["days"] = _days(days, len(scores))
    rows = _weighing(Rows(**found))
    n_bad = np.count_nonzero(rows.bad)
    if n_bad in (0, len(rows.bad)):
        kind = "bad" if n_bad else "good"
        raise FitError(f"all {len(rows.bad)} rows are {kind}", remedy="give rows of both, good and bad")
    return rows


def _column(values: Any, name: str, n: int) -> np.ndarray:
    found = np.ascontiguousarray(numbers(values, name))
    if found.shape != (n,):
        raise FitError(f"{n} scores and {name}s of shape {found.shape}", remedy=f"give one {name} a row")
    return found


def _bounded(values: Any, name: str, n: int, most: float) -> np.ndarray:
    """A column of numbers from 0 to the most."""
    found = _column(values, name, n)
    fine = (found >= 0) & (found <= most)
    if not fine.all():
        raise FitError(_odd(name, found, fine), remedy=f"give a {name} of 0 or more")
    return found


def _odd(name: str, values: np.ndarray, fine: np.ndarray) -> str:
    at = np.flatnonzero(~fine)
    return f"{name} {first_five(f'{values[i]:g} in row {i}' for i in at)}" if len(at) else f"no {name}"


def _days(values: Any, n: int) -> np.ndarray:
    found = numbers(values, "number of days")
    columns = found[:, None] if found.ndim == 1 else found
    if columns.ndim != 2:
        raise FitError(f"days of shape {found.shape}", remedy="give a row a firm, a column a department")
    return np.column_stack([_bounded(c, "number of days", n, WIDEST) for c in columns.T])


def _weighing(rows: Rows) -> Rows:
    """The rows that weigh something."""
    if rows.weight.all():
        return rows
    keep = rows.weight > 0
    if not keep.any():
        raise FitError("no row has weight", remedy="give weights above 0")
    kept: dict[str, Any] = {}
    for f in fields(Rows):
        column = getattr(rows, f.name)
        kept[f.name] = None if column is None else column[keep]
    return Rows(**kept)


def score_cells(rows: Rows, n_cells: int, kept: np.ndarray | None = None) -> ScoreCells:
    """The rows as at most ``n_cells`` cells, the best first; ``kept`` are scores at which a cell must begin."""
    weight = rows.weight if rows.step else None
    ordered = Ordered.of(rows.score, rows.bad, weight, along=rows.days is not None or rows.probability is not None)
    edges = ordered.begins(n_cells)
    low, high = ordered.values[[0, -1]]
    if kept is not None:
        edges = np.union1d(edges, kept[(kept > low) & (kept <= high)])
    return _summed(rows, ordered, edges, np.append(low, edges))


def _summed(rows: Rows, ordered: Ordered, edges: np.ndarray, lowest: np.ndarray) -> ScoreCells:
    """The sums of the cells that hold a row, the best first."""
    table = ordered.table(edges)
    there = np.flatnonzero(table[:, 2])[::-1]

    def sums(column: np.ndarray) -> np.ndarray:
        return ordered.sums(column, edges)[there]

    weight, bad, counted = table[there].T.copy()
    if not rows.step:
        weight, bad = weight * rows.weight[0], bad * rows.weight[0]
    squares = sums(rows.weight**2) if rows.step else weight * rows.weight[0]
    days = weight[:, None] if rows.days is None else sums(rows.days * rows.weight[:, None])
    probability = None if rows.probability is None else sums(rows.probability * rows.weight)
    return ScoreCells(lowest[there], weight, bad, counted, squares, days, probability)
