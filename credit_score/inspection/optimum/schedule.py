"""The optimal schedule: cut-offs and ratios for a budget, with a certificate of how good it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from credit_score.errors import PolicyError, first_five
from credit_score.inspection.cube.cube import WhatIfCube
from credit_score.inspection.cube.kernels import BAD, places
from credit_score.inspection.cube.kpi import Kpi
from credit_score.inspection.optimum import kernels
from credit_score.inspection.optimum.joint import (
    Found,
    Solved,
    best_tiers,
    cheapest_edges,
    least_cost,
    least_loss,
    solved,
)
from credit_score.inspection.optimum.problem import Bounds, Objective, Problem, bounds_of, problem, up
from credit_score.tiers.cutoffs import numbers

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike

N_TIERS = 4
MOST_LEAVES = 200_000


@dataclass(frozen=True, eq=False)
class OptimalSchedule:
    """A schedule than which none is better by more than ``gap``.

    ``cutoffs`` (K − 1,), ``ratios`` (K, D). ``value``: expected violations undetected, or violations, a year; for the
    objective detections, firms found; for burden, visits. ``bound``: what no schedule beats. ``exact``: whether all
    other cut-offs were ruled out. ``prices``: of a day of each budget, or of a violation of the risk, in units of the
    value, (P,). ``kpi``: expected figures without response to visits.
    """

    objective: Objective
    cutoffs: np.ndarray
    ratios: np.ndarray
    value: float
    bound: float
    exact: bool
    prices: np.ndarray
    kpi: Kpi
    asked: Problem

    @property
    def gap(self) -> float:
        """How far the value is from the bound, ≥ 0, in units of the value."""
        return abs(self.value - self.bound)

    @property
    def table(self) -> "pd.DataFrame":
        """A row a tier × department: firms, ratio, visits, days; violations, detections and undetected with response.

        ``violations`` = v exp(−β r); of them a visit finds the share r d.
        """
        kpi, beta = self.kpi, self.asked.beta
        left = kpi.violations * np.exp(-beta * self.ratios)
        found = left * self.ratios * kpi.cube.sensitivity
        columns = {"ratio": self.ratios, "violations": left, "detections": found, "undetected": left - found}
        told = kpi.table()[["tier_code", "department", "firms", "inspections"]]
        return told.assign(**{name: values.ravel() for name, values in columns.items()})


def optimal_schedule(
    cube: WhatIfCube,
    *,
    budget: "ArrayLike | Mapping[Any, float] | None" = None,
    objective: Objective = "undetected",
    cutoffs: "ArrayLike | None" = None,
    n_tiers: int = N_TIERS,
    risk: float | None = None,
    deterrence: float = 0.0,
    bounds: Bounds | None = None,
    **more: Any,
) -> OptimalSchedule:
    """The best schedule within a budget, or the least burden for a risk.

    Parameters
    ----------
    budget : inspector-days a year, one number for all departments or one for each (D,), or a mapping by department; by
        default the capacity of the cube. The objective ``burden`` takes none.
    objective : ``undetected`` (least violations that no visit finds), ``detections`` (most firms found; the same
        without response), ``violations`` (least, by deterrence), ``burden`` (fewest visits with at most ``risk``
        undetected).
    cutoffs : given cut-offs, descending, (K − 1,); without them they are sought for ``n_tiers`` tiers.
    risk : of the objective ``burden``: most violations that may go undetected a year.
    deterrence : β; a firm is in violation with chance p exp(−β r) under the ratio r. 0: nobody responds. An assumption.
    bounds, more : ``min_ratio``, ``max_ratio``, ``floor``, ``min_share``, ``max_share``, as in :class:`Bounds`, or a
        :class:`Bounds`, not both.

    Ratios for given cut-offs are exact: by violations found a day without response, by the conditions of Karush, Kuhn
    and Tucker with it. Cut-offs are exact too unless ``exact`` is false, where ``gap`` tells how far off they may be.
    Raises PolicyError for what cannot be asked, and where nothing keeps the limits, with the least that would, rounded
    up; of several budgets under cut-offs that are sought, with days that are enough, as few as steps of a bound find.
    """
    bounds = bounds_of(bounds, more)
    cut = None if cutoffs is None else numbers(cutoffs, "cut-off")
    n_tiers = n_tiers if cut is None else cut.size + 1
    _check_tiers(n_tiers, len(cube.bounds[0]))
    asked = problem(cube, n_tiers, objective, budget=budget, risk=risk, deterrence=deterrence, bounds=bounds)
    found = _sought(cube, asked) if cut is None else _given(cube, asked, _edges(cube, cut))
    return _answer(cube, asked, objective, found, cut)


def _check_tiers(n_tiers: Any, n_bins: int) -> None:
    if not isinstance(n_tiers, (int, np.integer)) or not 1 <= n_tiers <= n_bins:
        raise PolicyError(
            f"{n_tiers} tiers of {n_bins} score bins", remedy=f"ask for a whole number from 1 to {n_bins}"
        )


def _edges(cube: WhatIfCube, cut: np.ndarray) -> np.ndarray:
    cube.evaluate(cut, np.zeros(cut.size + 1))  # refuses cut-offs that rise or split a bin
    edges = np.empty(len(cut) + 2, np.int64)
    places(cut, cube.bounds, edges)
    return edges


def _given(cube: WhatIfCube, asked: Problem, edges: np.ndarray) -> Found:
    found = solved(asked, edges)
    if not np.isfinite(found.value):
        raise _infeasible(cube, asked, least_cost(asked, edges), _least_loss(asked, edges))
    return Found(found, found.value, exact=True)


def _sought(cube: WhatIfCube, asked: Problem) -> Found:
    found = best_tiers(asked, MOST_LEAVES)
    if found is not None:
        return found
    cheap = cheapest_edges(asked)
    if cheap is None:
        raise PolicyError(
            f"no {asked.n_tiers} tiers keep the shares and floors", remedy="relax min_share, max_share or floor"
        )
    raise _infeasible(cube, asked, least_cost(asked, cheap), least_loss(asked))


def _least_loss(asked: Problem, edges: np.ndarray) -> float:
    """The least loss of given tiers, at their upper bounds."""
    cells = asked.cells(edges)
    return kernels.totals(asked.kind, asked.beta, cells, 0.0, np.empty(cells.shape[1]))[1]


def _infeasible(cube: WhatIfCube, asked: Problem, cost: np.ndarray, lost: float) -> PolicyError:
    if asked.what == kernels.RISK:
        what = (
            f"at most {asked.limits[0]:,.6g} violations undetected cannot be: {up(lost)} is the least within max_ratio"
        )
        return PolicyError(what, remedy=f"allow a risk of {up(lost)} or more, or raise max_ratio")
    short = [p for p in range(len(cost)) if cost[p] > asked.limits[p]] or [0]
    names = [f" of {cube.departments[p]}" if len(cost) > 1 else "" for p in short]
    needs = first_five(
        f"{asked.limits[p]:,.6g} days{n}, where {up(cost[p])} are needed" for p, n in zip(short, names, strict=True)
    )
    return PolicyError(
        f"min_ratio and floor need more than the budget: {needs}",
        remedy="give as many days as are needed, or lower them",
    )


def _answer(
    cube: WhatIfCube, asked: Problem, objective: Objective, found: Found, cut: np.ndarray | None
) -> OptimalSchedule:
    best = found.solved
    cutoffs = cube.bounds[0, best.edges[1:-1] - 1] if cut is None else cut
    value, bound = best.value, found.bound
    if objective == "detections":
        every = float(cube.prefix[-1, :, BAD].sum())
        value, bound = every - value, every - bound
    return OptimalSchedule(
        objective, cutoffs, best.ratios, value, bound, found.exact, _prices(asked, best),
        cube.evaluate(cutoffs, best.ratios), asked,
    )  # fmt: skip


def _prices(asked: Problem, best: Solved) -> np.ndarray:
    return best.prices if asked.what == kernels.BUDGET else 1 / best.prices
