"""Ordered cells into groups: the one dynamic program for bins of a characteristic and tiers of a score.

Cells are in order and known by sums alone: weight, events (or any weighted value), count. The relaxed program is exact
for bounds on share and count, in O(K·B²). Where its answer violates a trend, neighbours are coupled by the rank of
their rates, in O(B² (K + ln B)); where it violates their separation, pair by pair from the best down, at worst in
O(K·B³). All are exact (ours; held to enumeration by the tests).
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, NamedTuple, get_args

import numpy as np

from credit_score.errors import FitError
from credit_score.partition import kernels

Objective = Literal["information", "likelihood", "squares", "shares"]
Trend = Literal["none", "ascending", "descending", "peak", "valley", "auto"]
TRENDS: tuple[str, ...] = get_args(Trend)
KINDS = {
    "information": kernels.INFORMATION, "likelihood": kernels.LIKELIHOOD,
    "squares": kernels.SQUARES, "shares": kernels.SHARES,
}  # fmt: skip
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
    weighted sum of any value; ``count``: rows, by default the weight; ``squares``: weighted sum of squared values;
    ``spread``: sum of squared weights, by default the weight, as where a weight is a number of rows.
    """

    weight: np.ndarray
    events: np.ndarray
    count: np.ndarray | None = None
    squares: np.ndarray | None = None
    spread: np.ndarray | None = None

    def joined(self, edges: np.ndarray) -> "Cells":
        """The cells between edges, 0 to B, put together."""
        columns = {f.name: getattr(self, f.name) for f in fields(self)}
        joined: dict[str, Any] = {n: a if a is None else np.add.reduceat(a, edges[:-1]) for n, a in columns.items()}
        return replace(self, **joined)

    def prefix(self) -> "Prefix":
        """Sums of the first 0 … B cells."""
        none = np.zeros(len(self.weight))
        count, spread = (self.weight if a is None else a for a in (self.count, self.spread))
        squares = none if self.squares is None else self.squares
        columns = (self.weight, self.events, squares, count, spread)
        return Prefix(*(np.concatenate([[0.0], np.cumsum(a, dtype=float)]) for a in columns))


class Prefix(NamedTuple):
    """Prefix sums of cells, each of shape (B + 1,)."""

    weight: np.ndarray
    events: np.ndarray
    squares: np.ndarray
    rows: np.ndarray
    spread: np.ndarray


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
        if self.trend not in TRENDS:
            raise FitError(f"trend {self.trend!r}", remedy=f"use one of {', '.join(TRENDS)}")


@dataclass(frozen=True)
class Partition:
    """The best partition: ``edges`` (K + 1,) from 0 to B, its ``value``, and ``relaxed``, the value without coupling.

    The difference of the two is what trend and separation cost. ``trend`` is the one that was kept.
    """

    edges: np.ndarray
    value: float
    relaxed: float
    trend: str


def partition(
    cells: Cells, limits: Limits = Limits(), objective: Objective = "information", ends: np.ndarray | None = None
) -> Partition:
    """The partition of the highest objective within limits; of equals the one with the fewest groups.

    ``information``: Σ (good share − bad share) ln(good share / bad share), in the logarithm half a case more of each
    where a group has no good or no bad, as in WOE; ``likelihood``: Σ e ln(e/w) + g ln(g/w); ``squares``: minus the
    weighted squares about the group means; ``shares``: minus the squared shares of all weight. ``ends``, of shape
    (most, B + 1), is what is added where the k-th group ends without a cell: for objectives that tell the groups
    apart. Raises FitError where no partition keeps the limits.
    """
    if limits.trend == "auto":
        return better_trend(lambda told: partition(cells, told, objective, ends), limits)
    sums = cells.prefix()
    value = kernels.group_values(KINDS[objective], *sums[:4], _bounds(limits, sums.weight[-1]))
    n_most = min(limits.most, len(cells.weight))
    added = np.zeros((n_most, len(value))) if ends is None else np.asarray(ends, float)[:n_most]
    best, begins = kernels.relaxed(value[None], n_most, added)
    n_groups = _chosen(best[:, -1], limits)
    edges, free = traced(begins, n_groups), float(best[n_groups - 1, -1])
    if holds(edges, sums, limits):
        return Partition(edges, free, free, limits.trend)
    return _coupled(value, added, sums, limits, free)


def _bounds(limits: Limits, total: float) -> np.ndarray:
    """Least and most weight and least count of a group; sums of weights lie off by rounding."""
    slack = SLACK * total
    return np.array([limits.min_share * total - slack, limits.max_share * total + slack, limits.min_count])


def better_trend(solve: Callable[[Limits], Partition], limits: Limits) -> Partition:
    """The better of the partitions that rise and that fall; of equals the one that rises."""
    found, refused = [], None
    trends: tuple[Trend, ...] = ("ascending", "descending")
    for trend in trends:
        try:
            found.append(solve(replace(limits, trend=trend)))
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


def traced(begins: np.ndarray, n_groups: int) -> np.ndarray:
    """The edges of the best partition of all cells into so many groups, (n_groups + 1,)."""
    edges = [begins.shape[1] - 1]
    for k in range(n_groups - 1, 0, -1):
        edges.append(int(begins[k, edges[-1]]))
    return np.array([0, *reversed(edges)])


def holds(edges: np.ndarray, sums: Prefix, limits: Limits) -> bool:
    """Whether neighbours agree with trend and separation as they stand."""
    w, e, s = (np.diff(a[edges]) for a in (sums.weight, sums.events, sums.spread))
    first, second = DIRECTIONS[limits.trend]
    phase = first
    for i in range(len(w) - 1):
        pair = (w[i], e[i], s[i], w[i + 1], e[i + 1], s[i + 1])
        if kernels.apart(*pair, phase, limits.min_z):
            continue
        phase = second
        if not kernels.apart(*pair, phase, limits.min_z):
            return False
    return True


def _coupled(value: np.ndarray, ends: np.ndarray, sums: Prefix, limits: Limits, free: float) -> Partition:
    directions = DIRECTIONS[limits.trend]
    if limits.min_z > 0:
        best, before = kernels.coupled(value, len(ends), ends, *sums[:2], sums.spread, *directions, limits.min_z)
    else:
        best, before = kernels.with_trend(value, len(ends), ends, *sums[:2], *directions)
    n_groups = _chosen(best[:, :, :, -1].max(axis=(1, 2)), limits)
    phase, begins = map(int, np.unravel_index(np.argmax(best[n_groups - 1, :, :, -1]), best.shape[1:3]))
    top = float(best[n_groups - 1, phase, begins, -1])
    edges = [len(value) - 1, begins]
    for k in range(n_groups - 1, 0, -1):
        told = int(before[k, phase, edges[-1], edges[-2]])
        phase = int(told >= 0)
        edges.append(told if told >= 0 else -1 - told)
    return Partition(np.array(edges[::-1]), top, free, limits.trend)
