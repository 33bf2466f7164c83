"""The best ratios of a draft, by the optimum of the what-if cube over its tiers and departments."""

from typing import Any

import numpy as np

from credit_score.inspection.county.answer import Answer, Plan
from credit_score.inspection.county.cube import CountyCube, before
from credit_score.inspection.cube import WhatIfCube
from credit_score.inspection.optimum import OptimalSchedule, optimal_schedule


def strata_cube(answer: Answer) -> WhatIfCube:
    """A what-if cube with one bin a tier, the best first, and what departments have left for draws as its capacity."""
    cube, n_tiers = answer.cube, len(answer.cube.tiers)
    days = answer.firms * answer.plan.frequency * cube.days
    sums = np.stack([answer.firms, answer.violations, answer.violations, days], axis=-1)
    bounds = np.stack([np.arange(n_tiers, 0, -1.0), np.arange(n_tiers, 0, -1.0) + 1])
    left = np.maximum(cube.capacity - cube.out_of_plan - answer.duty_days, 0.0)
    ones = np.ones(len(cube.departments))
    return WhatIfCube(bounds, before(sums), before(answer.squares), cube.departments, ones, left)


def best_ratios(answer: Answer, *, low: np.ndarray, high: np.ndarray, **asked: Any) -> OptimalSchedule:
    """The optimum of ratios, (K, D), at the cut-offs of an answer, between ``low`` and ``high``, (K, D) each.

    A floor of the plan stands above both, as far as there are firms. ``asked``: ``budget``, ``objective``, ``risk``,
    ``deterrence`` as :func:`optimal_schedule` takes them; it raises as that does.
    """
    strata = strata_cube(answer)
    floors = np.minimum(answer.plan.floors, answer.firms)
    least = np.divide(floors, answer.firms, out=np.zeros_like(floors), where=answer.firms > 0)
    bounds = {"min_ratio": np.maximum(low, least), "max_ratio": np.maximum(high, least)}
    return optimal_schedule(strata, cutoffs=strata.bounds[0, :-1], **bounds, **asked)


def by_score_cube(cube: CountyCube, frequency: np.ndarray) -> WhatIfCube:
    """The what-if cube of all firms that a draw may choose as if their scores alone put them in tiers.

    ``frequency``: (D,), visits to a drawn firm, of all tiers alike. It serves to look for cut-offs; what they are worth
    is told by :class:`Answer`.
    """
    firms, chance = cube.n_places.sum(axis=2), cube.chances()
    sums = np.stack([firms, firms * chance, firms * chance, firms * frequency * cube.days], axis=-1)
    ones = np.ones(len(cube.departments))
    return WhatIfCube(cube.bounds, before(sums), before(firms * chance**2), cube.departments, ones, cube.capacity)


def plan_of(plan: Plan, ratios: np.ndarray) -> Plan:
    """The plan with other ratios, (K, D)."""
    return Plan(np.clip(ratios, 0.0, 1.0), plan.frequency, plan.floors)
