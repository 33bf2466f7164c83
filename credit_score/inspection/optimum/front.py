"""The front of load against what is missed: the best schedule for each of many budgets."""

from typing import TYPE_CHECKING, Any

import numpy as np

from credit_score.errors import PolicyError
from credit_score.inspection.cube.cube import WhatIfCube
from credit_score.inspection.cube.kernels import DAYS
from credit_score.inspection.optimum.joint import cheapest_edges, least_cost
from credit_score.inspection.optimum.schedule import optimal_schedule

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike


def pareto_front(cube: WhatIfCube, *, n: int = 50, budgets: "ArrayLike | None" = None, **asked: Any) -> "pd.DataFrame":
    """A row a budget: ``budget`` and ``days`` of all departments, ``value`` of the objective, ``undetected``, ``gap``.

    ``budgets``: inspector-days a year; by default ``n`` from the least that bounds allow to those of a visit to every
    firm. ``asked``: as in :func:`optimal_schedule`, but no budget. ``cutoffs`` and ``ratios`` are arrays. Raises
    PolicyError as it does.
    """
    import pandas as pd

    if "budget" in asked or asked.get("objective") == "burden":
        raise PolicyError("a front has a budget for each of its points", remedy="leave budget out; give budgets=")
    points = _range(cube, n, asked) if budgets is None else np.asarray(budgets, np.float64)
    rows = []
    for budget in points:
        best = optimal_schedule(cube, budget=float(budget), **asked)
        days = float(best.kpi.days.sum())
        missed = float(best.table["undetected"].sum())
        rows.append((budget, days, best.value, missed, best.gap, best.cutoffs, best.ratios))
    return pd.DataFrame(rows, columns=["budget", "days", "value", "undetected", "gap", "cutoffs", "ratios"])


def _range(cube: WhatIfCube, n: int, asked: dict[str, Any]) -> np.ndarray:
    """Budgets from the least that the bounds allow, of the given cut-offs if there are, to those of every visit."""
    if n < 2:
        raise PolicyError(f"a front of {n} points", remedy="ask for 2 or more")
    every = float(cube.prefix[-1, :, DAYS].sum())
    most = optimal_schedule(cube, budget=every, **asked)
    cheap = cheapest_edges(most.asked) if asked.get("cutoffs") is None else None
    least = float(least_cost(most.asked, most.kpi.edges if cheap is None else cheap)[0])
    return np.linspace(min(least * (1 + 1e-9), every), every, n)
