"""Cut-offs and ratios at once: a price of days splits the question into tiers, and the partition program joins them.

For any prices the best tiers of a Lagrangian (loss + price × cost) are one run of the dynamic program; what they are
worth, less price × limit, bounds every schedule from below. The cut-offs found on the way are each given their best
ratios, and the bound at the best prices leaves few others to look at: with those looked at, the answer is exact.
"""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from credit_score.inspection.cube.kernels import FOUND, ROWS
from credit_score.inspection.optimum import kernels
from credit_score.inspection.optimum.problem import Problem
from credit_score.partition.kernels import relaxed
from credit_score.partition.program import traced

ROUNDS = 60
EXACT = 1e-12
TINY = 1e-300


@dataclass(frozen=True, eq=False)
class Solved:
    """Ratios (K, D) in the cube's order of departments, prices of the pools (P,), and the value, infinite if none."""

    edges: np.ndarray
    ratios: np.ndarray
    prices: np.ndarray
    value: float


@dataclass(frozen=True, eq=False)
class Found:
    """The best schedule found, what no schedule is better than, and whether every other was ruled out."""

    solved: Solved
    bound: float
    exact: bool


def solved(asked: Problem, edges: np.ndarray) -> Solved:
    """The best ratios of given tiers. Raises PolicyError where a floor cannot be."""
    cells = asked.cells(edges)
    ratios, prices = np.empty(cells.shape[1]), np.zeros(len(asked.limits))
    value = kernels.solve(
        asked.kind, asked.beta, cells, asked.limits, asked.what, asked.per_pool, ratios, prices
    )  # fmt: skip
    placed = np.empty((asked.n_tiers, len(asked.order)))
    placed[:, asked.order] = ratios.reshape(len(asked.order), asked.n_tiers).T
    return Solved(edges, placed, prices, float(value))


def best_tiers(asked: Problem, most_leaves: int) -> Found | None:
    """The best tiers and ratios, or None where no tiers keep the bounds; ``most_leaves``: cut-offs tried at the end."""
    least = -_Rising(_idle(asked)).at(np.ones(len(asked.limits)))[0]  # cost of all pools
    most = asked.limits.sum() * (1 + 2 * kernels.SLACK) if asked.what == kernels.BUDGET else np.inf
    if least > most or np.isinf(least):
        return None
    rising = _Rising(asked)
    rising.climb()
    edges, value, leaves = rising.search(most_leaves)
    if not np.isfinite(value):
        return None
    exact = leaves < most_leaves
    return Found(solved(asked, edges), value if exact else min(rising.bound, value), exact)


def cheapest_edges(asked: Problem) -> np.ndarray | None:
    """Edges of the tiers that at their lower bounds cost least over the limits, (K + 1,); None where none are possible.

    Of one pool they cost the least there is. Of several, min over tiers of Σ (cost − limit)⁺ is bounded from below by
    the least w·(cost − limit) for any weights w in [0, 1], and steps along its slopes (Polyak) lead to such tiers.
    """
    program, weights, best, least = _Rising(_idle(asked)), np.ones(len(asked.limits)), None, np.inf
    for _ in range(ROUNDS):
        worth, edges, _, _ = program.at(weights)
        if not np.isfinite(worth):
            return None
        over = least_cost(asked, edges) - asked.limits
        if best is None or over.clip(0).sum() < least:
            best, least = edges, float(over.clip(0).sum())
        above = least + worth + weights @ asked.limits
        if len(weights) == 1 or least == 0 or above <= EXACT * max(1.0, least):
            break
        weights = np.clip(weights + above / (over @ over) * over, 0, 1)
    return best


def _idle(asked: Problem) -> Problem:
    """The question where nobody is in violation, so that every tier is at its lower bounds."""
    sums = np.zeros_like(asked.sums)
    for channel in (ROWS, asked.cost_of):
        sums[..., channel] = asked.sums[..., channel]
    return replace(asked, sums=sums)


def least_cost(asked: Problem, edges: np.ndarray) -> np.ndarray:
    """What tiers cost each pool at their lower bounds, (P,)."""
    cells = asked.cells(edges)
    return np.bincount(np.repeat(asked.pools, asked.n_tiers), cells[kernels.COST] * cells[kernels.LOW])


def least_loss(asked: Problem) -> float:
    """The least that any tiers lose at their upper bounds."""
    return -_Rising(asked).at(np.zeros(len(asked.limits)))[0]


class _Rising:
    """The climb to the multipliers of the limits with the highest bound, and the best tiers met on the way.

    A multiplier t is what a unit of its limit is worth: loss a day under a BUDGET, which is the price; cost a violation
    under a RISK, one over the price. The bound q(t), the least value + t × (use of the limit − limit), is concave.
    """

    def __init__(self, asked: Problem) -> None:
        self.asked = asked
        self.no_ends = np.zeros((asked.n_tiers, len(asked.sums)))
        self.bound, self.at_bound = -np.inf, np.ones(len(asked.limits))
        self.best: Solved | None = None

    def at(self, prices: np.ndarray) -> tuple[float, np.ndarray, np.ndarray, np.ndarray]:
        """The program at prices: its best value (minus loss + price × cost), and edges, values, best of prefixes."""
        a = self.asked
        value = kernels.group_values(
            a.kind, a.beta, a.sums, a.cost_of, a.seen, a.by_department(prices), a.bounds, np.array(a.shares)
        )
        best, begins = relaxed(value, a.n_tiers, self.no_ends)
        return float(best[-1, -1]), traced(begins, a.n_tiers), value, best

    def climb(self) -> None:
        """The climb, and where it met no tiers that keep the limits, a try of those that are likeliest to."""
        self._climb(self._first())
        if self.best is None:
            cheap = cheapest_edges(self.asked) if self.asked.what == kernels.BUDGET else None
            self._try(self.at(np.zeros(len(self.asked.limits)))[1] if cheap is None else cheap)

    def _climb(self, t: np.ndarray) -> None:
        """One limit: the multiplier that its tiers ask for, else where two known slopes cross. Several: by steps."""
        if len(t) > 1:
            self._climb_by_steps(t)
            return
        low, high = _Point(0.0), _Point(np.inf)
        for _ in range(ROUNDS):
            wanted, here = self._looked(t)
            low, high = (here, high) if here.slope > 0 else (low, here)
            if self._closed() or here.slope == 0 or high.t <= low.t * (1 + EXACT) or here.tops(low, high):
                return
            t = np.array([wanted if low.t < wanted < high.t else low.crossing(high)])

    def _looked(self, t: np.ndarray) -> "tuple[float, _Point]":
        """The multiplier at which the tiers that are best at another keep the limit, and the bound at the other."""
        value, slopes, edges = self._bounded(t)
        return float(self._try(edges)[0]), _Point(float(t[0]), value, float(slopes[0]))

    def _climb_by_steps(self, t: np.ndarray) -> None:
        """Steps along the slopes, as long as the gap to the best known asks for (Polyak)."""
        for _ in range(ROUNDS):
            value, slopes, edges = self._bounded(t)
            self._try(edges)
            norm = float((slopes**2).sum())
            if self.best is None or self._closed() or norm == 0:
                return
            t = np.maximum(t + (self.best.value - value) / norm * slopes, 0.0)

    def _first(self) -> np.ndarray:
        """Of about what a day finds on average."""
        a = self.asked
        lost, cost = a.sums[-1, :, FOUND].sum(), a.sums[-1, :, a.cost_of].sum()
        price = lost / cost if lost > 0 and cost > 0 else 1.0
        return np.full(len(a.limits), price if a.what == kernels.BUDGET else 1 / price)

    def _bounded(self, t: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        """The bound at multipliers, kept if it is the best; its slopes; and the edges that give it."""
        a = self.asked
        budget = a.what == kernels.BUDGET
        prices = t if budget else 1 / np.maximum(t, TINY)
        worth, edges, _, _ = self.at(prices)
        cost, lost = self._used(edges, prices)
        bound = -worth - float(t @ a.limits) if budget else float(cost.sum() + t[0] * (lost.sum() - a.limits[0]))
        if bound > self.bound:
            self.bound, self.at_bound = bound, prices.copy()
        return bound, cost - a.limits if budget else lost - a.limits, edges

    def _used(self, edges: np.ndarray, prices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Cost and loss of each pool, (P,), at the best ratios for its price."""
        a = self.asked
        cells, ends = a.cells(edges), np.concatenate([[0], a.per_pool.cumsum()])
        ratios, cost, lost = np.empty(cells.shape[1]), np.empty(len(prices)), np.empty(len(prices))
        for p, (i, j) in enumerate(pairwise(ends)):
            cost[p], lost[p], _ = kernels.totals(a.kind, a.beta, cells[:, i:j], prices[p], ratios[i:j])
        return cost, lost

    def _try(self, edges: np.ndarray) -> np.ndarray:
        """The multipliers of the best ratios of some tiers, infinite where none keep the limit; the best are kept."""
        found = solved(self.asked, edges)
        if np.isfinite(found.value) and (self.best is None or found.value < self.best.value):
            self.best = found
        if self.asked.what == kernels.BUDGET:
            return np.where(np.isnan(found.prices), np.inf, found.prices)
        return np.where(np.isnan(found.prices), np.inf, 1 / np.maximum(found.prices, TINY))

    def _closed(self) -> bool:
        return self.best is not None and self.best.value - self.bound <= EXACT * max(1.0, abs(self.best.value))

    def search(self, most_leaves: int) -> tuple[np.ndarray, float, int]:
        """The best tiers of all that the bound does not rule out, their value, and how many were looked at."""
        a = self.asked
        _, edges, value, best = self.at(self.at_bound)
        start = (edges, np.inf) if self.best is None else (self.best.edges, self.best.value)
        if a.n_tiers == 1 or (self.best is not None and self._closed()):  # of one tier there is no other
            return *start, 0
        budget = a.what == kernels.BUDGET
        over = np.array([self.at_bound @ a.limits, 1.0]) if budget else np.array([a.limits[0], self.at_bound[0]])
        return kernels.search(
            value, best, over, a.kind, a.beta, a.sums, a.cost_of, a.seen, a.bounds, a.limits, a.what, a.per_pool,
            start, most_leaves,
        )  # fmt: skip


@dataclass(frozen=True)
class _Point:
    """A multiplier, the bound there, and its slope, the use of the limit less the limit."""

    t: float
    value: float = np.nan
    slope: float = np.nan

    def tops(self, low: "_Point", high: "_Point") -> bool:
        """Whether no multiplier has a higher bound than this point: none is above the tangents of two others."""
        if low.t == 0 or np.isinf(high.t):
            return False
        t = low.crossing(high)
        most = min(p.value + p.slope * (t - p.t) for p in (low, high))
        return max(low.value, high.value) >= most - EXACT * abs(most)

    def crossing(self, high: "_Point") -> float:
        """Where the tangents of this point and a higher one cross; half-way or far beyond where there is only one."""
        if np.isinf(high.t):
            return self.t * 16 if self.t > 0 else 1.0
        if self.t > 0:
            t = (high.value - self.value + self.slope * self.t - high.slope * high.t) / (self.slope - high.slope)
            return t if self.t < t < high.t else 0.5 * (self.t + high.t)
        return high.t / 16
