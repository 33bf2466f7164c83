"""What cut-offs are to reach and to keep, and the best that do.

The likelihood and the information of the tiers are found on blocks of rising rate first (isotonic regression): without
bounds the best monotone tiers never cut such a block, since of a convex objective either end of the block does as well
(Haiminen, Gionis & Laasonen 2008; for information where no block at an end is of one class). Where that answer keeps
every other constraint it is the best of all; else the partition program is asked on every cell. Target shares are the
same program with an objective that tells the tiers apart. Detections under a capacity are enumerated.
"""

from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

import numpy as np

from credit_score.errors import FitError
from credit_score.partition import Cells, Limits, partition
from credit_score.partition.blocks import rate_blocks
from credit_score.partition.program import SLACK, holds
from credit_score.tiers import kernels
from credit_score.tiers.cells import ScoreCells

Objective = Literal["likelihood", "information", "shares", "fixed", "detections"]
OBJECTIVES = ("likelihood", "information", "shares", "fixed", "detections")
NO_LIMIT: dict[str, Any] = {"min_share": 0.0, "max_share": 1.0, "min_count": 0.0, "trend": "none", "min_z": 0.0}


@dataclass(frozen=True)
class Visits:
    """Of each tier the inspection ratio, (K,); the sensitivity; the capacity in inspector-days a year, (D,)."""

    ratios: np.ndarray
    sensitivity: float
    capacity: np.ndarray


@dataclass(frozen=True)
class Aim:
    """An objective with its own data, and the limits that the tiers keep.

    ``limits``: least and most are the number of tiers, the trend is ascending from the best tier on. ``drawn``: a
    weight is one over a chance to be drawn, not a number of rows. ``shares``: targets, (K,). ``cutoffs``: given,
    (K − 1,).
    """

    objective: Objective
    limits: Limits
    drawn: bool = False
    shares: np.ndarray | None = None
    cutoffs: np.ndarray | None = None
    visits: Visits | None = None

    @property
    def n_tiers(self) -> int:
        """K."""
        return self.limits.most

    def constraints(self) -> dict[str, float | str]:
        """The constraints that are set, name → value."""
        if self.cutoffs is not None:
            return {"fixed": "given"}
        limits = {n: getattr(self.limits, n) for n, free in NO_LIMIT.items() if getattr(self.limits, n) != free}
        if self.visits is None:
            return limits
        capacity = self.visits.capacity
        return limits | {"capacity": float(capacity[0]) if len(capacity) == 1 else "by department"}

    def without(self, constraint: str) -> "Aim":
        """The same aim without one of its constraints; cut-offs that are not given are those of the likelihood."""
        if constraint == "fixed":
            return replace(self, objective="likelihood", cutoffs=None)
        if constraint == "capacity" and self.visits is not None:
            return replace(self, visits=replace(self.visits, capacity=np.full_like(self.visits.capacity, np.inf)))
        return replace(self, limits=replace(self.limits, **{constraint: NO_LIMIT[constraint]}))


class Cut(NamedTuple):
    """Edges of the tiers among the cells, (K + 1,), and the objective they reach (greater is better)."""

    edges: np.ndarray
    objective: float


def best_cut(cells: ScoreCells, aim: Aim) -> Cut:
    """The cut with the highest objective that keeps the limits. Raises FitError where there is none.

    Objectives: log-likelihood in nats; information value; shares: −Σ (share − target)²; detections: Σ ratio ·
    sensitivity · expected bad (by PD where given, else as labelled) with Σ ratio · days ≤ capacity; fixed: the
    log-likelihood of what is given.
    """
    if aim.cutoffs is not None:
        return _given(cells, aim.cutoffs)
    if aim.visits is not None:
        return _visited(cells, aim, aim.visits)
    counted = cells.for_partition(drawn=aim.drawn)
    if aim.shares is not None:
        return _near(counted, aim.limits, aim.shares)
    kind: Literal["likelihood", "information"] = "information" if aim.objective == "information" else "likelihood"
    found = _on_blocks(counted, aim.limits, kind)
    if found is None:
        best = partition(counted, aim.limits, kind)
        found = Cut(best.edges, best.value)
    return found


def _given(cells: ScoreCells, cutoffs: np.ndarray) -> Cut:
    inner = [int((cells.lowest >= c).sum()) for c in cutoffs]
    edges = np.array([0, *inner, len(cells.lowest)])
    tiers = cells.grouped(edges)
    good = tiers.weight - tiers.bad
    value = sum(float(x @ np.log(np.where(x > 0, x, 1) / np.where(x > 0, tiers.weight, 1))) for x in (tiers.bad, good))
    return Cut(edges, value)


def _near(cells: Cells, limits: Limits, targets: np.ndarray) -> Cut:
    """−Σ (s − t)² = −Σ s² + 2 Σ t s − Σ t²; the second is a sum over where the tiers end, since shares add up."""
    reached = cells.prefix().weight
    steps = targets - np.append(targets[1:], 0.0)
    edges = partition(cells, limits, "shares", 2 * np.outer(steps, reached / reached[-1])).edges
    shares = np.diff(reached[edges]) / reached[-1]
    return Cut(edges, -float(((shares - targets) ** 2).sum()))


def _on_blocks(cells: Cells, limits: Limits, kind: Literal["likelihood", "information"]) -> Cut | None:
    """The best tiers without bounds and separation, if they keep those all the same."""
    begins = rate_blocks(cells)
    if limits.trend != "ascending" or len(begins) <= limits.most:
        return None
    weight, events = (np.add.reduceat(a, begins[:-1]) for a in (cells.weight, cells.events))
    if kind == "information" and not (events[0] > 0 and events[-1] < weight[-1]):
        return None
    best = partition(Cells(weight, events), Limits(limits.least, limits.most, trend="ascending"), kind)
    edges, sums = begins[best.edges], cells.prefix()
    share, rows = np.diff(sums.weight[edges]) / sums.weight[-1], np.diff(sums.rows[edges])
    within = (share >= limits.min_share - SLACK) & (share <= limits.max_share + SLACK) & (rows >= limits.min_count)
    return Cut(edges, best.value) if within.all() and holds(edges, sums, limits) else None


def _visited(cells: ScoreCells, aim: Aim, visits: Visits) -> Cut:
    expected = cells.bad if cells.probability is None else cells.probability
    edges, value = _enumerated(cells, aim, visits, np.outer(visits.ratios * visits.sensitivity, _prefix(expected)))
    if not edges.any():
        raise FitError(f"no partition into {aim.n_tiers} groups keeps the limits")
    return Cut(edges, value)


def least_days(cells: ScoreCells, aim: Aim) -> float:
    """The least inspector-days a year, all departments together, that any tiers within the limits need."""
    free = aim.without("capacity")
    if free.visits is None:
        return 0.0
    _, value = _enumerated(cells, free, free.visits, -np.outer(free.visits.ratios, _prefix(cells.days.sum(1))))
    return -value


def _enumerated(cells: ScoreCells, aim: Aim, visits: Visits, gain: np.ndarray) -> tuple[np.ndarray, float]:
    sums = cells.for_partition(drawn=aim.drawn).prefix()
    total = sums.weight[-1]
    low, high = aim.limits.min_share, aim.limits.max_share
    bounds = np.array([low * total - SLACK * total, high * total + SLACK * total, aim.limits.min_count])
    columns = np.stack([sums.weight, sums.events, sums.spread, sums.rows])
    rises = aim.limits.trend == "ascending"
    capacity = visits.capacity * (1 + SLACK)
    work = _prefix(cells.days.T)
    edges, value = kernels.under_capacity(gain, visits.ratios, work, capacity, columns, bounds, rises, aim.limits.min_z)
    return edges, float(value)


def _prefix(sums: np.ndarray) -> np.ndarray:
    """Prefix sums along the last axis, from 0."""
    start = np.zeros((*sums.shape[:-1], 1))
    return np.ascontiguousarray(np.concatenate([start, np.cumsum(sums, axis=-1)], axis=-1))
