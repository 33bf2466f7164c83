"""Ordered cells into groups: the one dynamic program for bins of a characteristic and tiers of a score.

Cells are in order and known by sums alone: weight, events (or any weighted value), count. The relaxed program is exact
for bounds on share and count, in O(K·B²). Where its answer violates a trend, neighbours are coupled by the rank of
their rates, in O(B² (K + ln B)); where it violates their separation, pair by pair, in O(K·B³). All are exact (ours;
held to enumeration by the tests).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from credit_score.errors import FitError
from credit_score.partition import kernels

Objective = Literal["information", "likelihood", "squares"]
Trend = Literal["none", "ascending", "descending", "peak", "valley", "auto"]
KINDS = {"information": kernels.INFORMATION, "likelihood": kernels.LIKELIHOOD, "squares": kernels.SQUARES}
UP, DOWN, EITHER = kernels.UP, kernels.DOWN, kernels.EITHER
DIRECTIONS = {
    "none": (EITHER, EITHER), "ascending": (UP, UP), "descending": (DOWN, DOWN),
    "peak": (UP, DOWN), "valley": (DOWN, UP),
}  # fmt: skip
# Sums of floating-point weights lie off by rounding; a bound is met up to this share of all weight.
SLACK = 1e-12


@dataclass(frozen=True)
class Cells:
    """Sums of ordered cells, each of shape (B,).

    ``weight`` > 0 in all; ``events``: weight of what is counted, in [0, weight], or for the objective ``squares`` the
    weighted sum of any value; ``count``: rows, by default the weight; ``squares``: weighted sum of squared values.
    """

    weight: np.ndarray
    events: np.ndarray
    count: np.ndarray | None = None
    squares: np.ndarray | None = None

    def prefix(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Prefix sums of weight, events, squares and count, each of shape (B + 1,)."""
        count = self.weight if self.count is None else self.count
        squares = np.zeros(len(self.weight)) if self.squares is None else self.squares
        weight, events, sums, rows = (
            np.concatenate([[0.0], np.cumsum(a, dtype=float)]) for a in (self.weight, self.events, squares, count)
        )
        return weight, events, sums, rows


@dataclass(frozen=True)
class Limits:
    """What every partition must keep.

    Attributes
    ----------
    least, most : number of groups.
    min_share, max_share : of all weight, in [0, 1], of every group.
    min_count : rows of every group.
    trend : of the event rate along the groups; ``auto`` is the better of ascending and descending.
    min_z : least difference of neighbouring rates in pooled standard errors, 0 for none.
    """

    least: int = 1
    most: int = 10
    min_share: float = 0.0
    max_share: float = 1.0
    min_count: float = 0.0
    trend: Trend = "none"
    min_z: float = 0.0

    def __post_init__(self) -> None:
        if not 1 <= self.least <= self.most:
            raise FitError(f"{self.least} to {self.most} groups", remedy="ask for 1 or more, the least first")
        if not 0 <= self.min_share <= self.max_share <= 1:
            shares = f"shares of {self.min_share} to {self.max_share}"
            raise FitError(shares, remedy="give shares in [0, 1], the least first")
        if self.trend not in (*DIRECTIONS, "auto"):
            raise FitError(f"trend {self.trend!r}", remedy=f"use one of {', '.join((*DIRECTIONS, 'auto'))}")


@dataclass(frozen=True)
class Partition:
    """The best partition: ``edges`` (K + 1,) from 0 to B, its ``value``, and ``relaxed``, the value without coupling.

    The difference of the two is what trend and separation cost. ``trend`` is the one that was kept.
    """

    edges: np.ndarray
    value: float
    relaxed: float
    trend: str


def partition(cells: Cells, limits: Limits = Limits(), objective: Objective = "information") -> Partition:
    """The partition of the highest objective within limits; of equals the one with the fewest groups.

    ``information``: Σ (good share − bad share) ln(good share / bad share), groups without good or bad excluded;
    ``likelihood``: Σ e ln(e/w) + g ln(g/w); ``squares``: minus the weighted squares about the group means. Raises
    FitError where no partition keeps the limits.
    """
    if limits.trend == "auto":
        return _better(cells, limits, objective)
    weight, events, squares, count = cells.prefix()
    slack = SLACK * weight[-1]
    least, most = limits.min_share * weight[-1] - slack, limits.max_share * weight[-1] + slack
    bounds = np.array([least, most, limits.min_count])
    value = kernels.group_values(KINDS[objective], weight, events, squares, count, bounds)
    n_most = min(limits.most, len(cells.weight))
    best, begins = kernels.relaxed(value, n_most)
    n_groups = _chosen(best[:, -1], limits)
    edges, free = _traced(begins, n_groups), float(best[n_groups - 1, -1])
    if _holds(edges, weight, events, limits):
        return Partition(edges, free, free, limits.trend)
    return _coupled(value, weight, events, limits, n_most, free)


def _better(cells: Cells, limits: Limits, objective: Objective) -> Partition:
    from dataclasses import replace

    found, refused = [], None
    for trend in ("ascending", "descending"):
        try:
            found.append(partition(cells, replace(limits, trend=trend), objective))
        except FitError as error:
            refused = error
    if not found and refused:
        raise refused
    return max(found, key=lambda p: p.value)


def _chosen(values: np.ndarray, limits: Limits) -> int:
    """The number of groups with the highest value; the fewest of those within rounding of it."""
    allowed = values[limits.least - 1 :]
    if not len(allowed) or not np.isfinite(allowed).any():
        raise FitError(
            f"no partition into {limits.least} to {limits.most} groups keeps the limits",
            remedy="allow fewer groups, smaller shares or counts, or another trend",
        )
    top = allowed.max()
    return limits.least + int(np.argmax(allowed >= top - SLACK * max(1.0, abs(top))))


def _traced(begins: np.ndarray, n_groups: int) -> np.ndarray:
    edges = [begins.shape[1] - 1]
    for k in range(n_groups - 1, 0, -1):
        edges.append(int(begins[k, edges[-1]]))
    return np.array([0, *reversed(edges)])


def _holds(edges: np.ndarray, weight: np.ndarray, events: np.ndarray, limits: Limits) -> bool:
    """Whether neighbours agree with trend and separation as they stand."""
    w, e = np.diff(weight[edges]), np.diff(events[edges])
    first, second = DIRECTIONS[limits.trend]
    phase = first
    for i in range(len(w) - 1):
        if kernels.apart(w[i], e[i], w[i + 1], e[i + 1], phase, limits.min_z):
            continue
        phase = second
        if not kernels.apart(w[i], e[i], w[i + 1], e[i + 1], phase, limits.min_z):
            return False
    return True


def _coupled(
    value: np.ndarray, weight: np.ndarray, events: np.ndarray, limits: Limits, n_most: int, free: float
) -> Partition:
    directions = DIRECTIONS[limits.trend]
    if limits.min_z > 0:
        best, before = kernels.coupled(value, n_most, weight, events, *directions, limits.min_z)
    else:
        best, before = kernels.with_trend(value, n_most, weight, events, *directions)
    n_groups = _chosen(best[:, :, :, -1].max(axis=(1, 2)), limits)
    phase, begins = map(int, np.unravel_index(np.argmax(best[n_groups - 1, :, :, -1]), best.shape[1:3]))
    top = float(best[n_groups - 1, phase, begins, -1])
    edges = [len(value) - 1, begins]
    for k in range(n_groups - 1, 0, -1):
        told = int(before[k, phase, edges[-1], edges[-2]])
        phase = int(told >= 0)
        edges.append(told if told >= 0 else -1 - told)
    return Partition(np.array(edges[::-1]), top, free, limits.trend)
