"""State-dependent enforcement: two groups of firms, the second looked at more often, against looking at all alike.

A firm caught in group 1 goes to group 2; one found clean there is released with chance u (Harrington 1988). Firms
reply best to their cost of complying. The threat of group 2 can make firms comply with few visits (leverage); where
many never comply, they fill group 2, absorb the visits, and tiers do worse than none. Both are shown alike.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from credit_score.simulation.parameter import ScenarioError
from credit_score.simulation.totals import check_whole

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike

BISECTIONS = 60
SAME = 1e-9


@dataclass(frozen=True)
class TwoGroups:
    """A two-group rule at rest, beside uniform visits of the same number.

    ``p1, p2``: chance of a visit a period; ``u``: of release. ``c_lo, c_hi``: firms of a cost up to the first comply
    always, beyond the second never, between them in group 2 only. ``inspections``: visits per firm and period.
    ``compliance``: share of firms that comply in a period. ``uniform``: that under the same visits spread over all
    firms, at the higher of the two fines.
    """

    p1: float
    p2: float
    u: float
    c_lo: float
    c_hi: float
    inspections: float
    compliance: float
    uniform: float

    @property
    def difference(self) -> float:
        """Compliance less that of uniform visits, negative where tiers do harm."""
        return self.compliance - self.uniform

    @property
    def leverage(self) -> str:
        """``pays`` or ``does not``."""
        return "pays" if self.difference > SAME else "does not"


def two_groups(
    p1: "ArrayLike", p2: "ArrayLike", u: "ArrayLike", fines: tuple[float, float], cost: Any, *, discount: float = 0.95,
    sensitivity: float = 1.0,
) -> dict[str, np.ndarray]:  # fmt: skip
    """The fields of :class:`TwoGroups` for rules as arrays that broadcast, by name.

    With q = p × sensitivity: c_lo = q₁F₁, c_hi = q₂F₂ + b p₂u (q₂F₂ − q₁F₁) ÷ (1 − b (1 − q₁)); of the firms between
    them the share π₂ = q₁ ÷ (q₁ + p₂u) is in group 2. ``fines``: F₁ ≤ F₂, money. ``cost``: the ends (low, high) of a
    uniform distribution, or costs of firms. Raises ScenarioError for chances outside [0, 1], p₂ below p₁, or fines that
    fall.
    """
    p1, p2, u = (np.asarray(x, float) for x in (p1, p2, u))
    _check(p1, p2, u, fines, discount, sensitivity)
    share = _distribution(cost)
    q1, q2, b = p1 * sensitivity, p2 * sensitivity, discount
    c_lo = q1 * fines[0]
    c_hi = q2 * fines[1] + b * p2 * u * (q2 * fines[1] - q1 * fines[0]) / (1 - b * (1 - q1))
    moved = q1 + p2 * u
    in_second = np.divide(q1, moved, out=np.zeros(np.broadcast(q1, moved).shape), where=moved > 0)
    always, never = share(c_lo), 1 - share(c_hi)
    between = 1 - always - never
    # Who never complies is caught once and stays in group 2, unless nobody is ever looked at in group 1.
    of_never = np.where(q1 > 0, p2, p1)
    made = always * p1 + between * ((1 - in_second) * p1 + in_second * p2) + never * of_never
    return {
        "p1": p1, "p2": p2, "u": u, "c_lo": c_lo, "c_hi": c_hi, "inspections": made,
        "compliance": always + between * in_second, "uniform": share(made * sensitivity * max(fines)),
    }  # fmt: skip


def two_group_table(rules: Iterable[tuple[Any, ...]], costs: Any, **more: Any) -> "pd.DataFrame":
    """A row a rule and distribution of costs: the rule, compliance beside uniform, ``difference`` and ``leverage``.

    ``rules``: (p1, p2, u, (F1, F2)) each; ``costs``: by name, as in :func:`two_groups`, which takes what is ``more``.
    """
    import pandas as pd

    rows = []
    for told in rules:
        if len(told) != 4:
            raise ScenarioError(f"a rule of {len(told)} numbers", "rules", remedy="give p1, p2, u and the two fines")
        for name, cost in costs.items():
            rule = _one(two_groups(*told, cost, **more))
            rows.append({"costs": name, **_told(rule)})
    return pd.DataFrame(rows)


@dataclass(frozen=True, eq=False)
class BestTwoGroups:
    """The best rule of a grid for given visits, and all rules of it that make these visits, best first."""

    best: TwoGroups
    rules: "pd.DataFrame"

    def table(self, n: int = 5) -> "pd.DataFrame":
        """The first n rules: p1, p2, u, c_lo, c_hi, inspections, compliance, uniform, difference, leverage."""
        return self.rules.head(n)


def best_two_groups(
    cost: Any,
    fines: tuple[float, float],
    budget: float,
    *,
    discount: float = 0.95,
    sensitivity: float = 1.0,
    n: int = 40,
    least_release: float = 0.05,
) -> BestTwoGroups:
    """The two-group rule of most compliance that at rest makes ``budget`` visits per firm and period.

    On a grid of n values of p₁ (up to the budget), 4 n of p₂ > p₁ and n of u (from ``least_release``, since with rarer
    release a rule takes ever longer to come to rest); between neighbours p₁ or p₂ is moved until the visits are made.
    Raises ScenarioError for a budget outside (0, 1) and if no rule of the grid makes these visits.
    """
    check_whole(n, "n", least=2)
    if not 0 < budget < 1:
        raise ScenarioError(f"{budget!r} visits per firm and period", "budget", remedy="give a number between 0 and 1")
    p1, u, p2 = budget * np.arange(1, n + 1) / n, np.linspace(least_release, 1, n), np.arange(1, 4 * n + 1) / (4 * n)

    def rules(own: np.ndarray, other: np.ndarray, free: np.ndarray) -> dict[str, np.ndarray]:
        return two_groups(own, np.maximum(own, other), free, fines, cost, discount=discount, sensitivity=sensitivity)

    def over(*rule: np.ndarray) -> np.ndarray:
        return rules(*rule)["inspections"] - budget

    grid = np.broadcast_arrays(p1[:, None, None], p2, u[:, None])
    rise = np.where(grid[0] < grid[1], np.sign(over(*grid)), np.nan)
    found = np.concatenate([_between(over, grid, rise, axis) for axis in (0, 2)], axis=1)
    made = np.abs(over(*found)) <= SAME  # between costs of single firms visits jump
    if not made.any():
        what = f"no rule of the grid makes {budget:g} visits per firm and period"
        raise ScenarioError(what, "budget", remedy="take a greater n, or another budget")
    return _ranked(rules(*found[:, made]))


def _between(function: Callable[..., np.ndarray], grid: Any, sign: np.ndarray, axis: int) -> np.ndarray:
    """p1, p2 and u, (3, n), at which a function is 0 between neighbours along an axis of a grid, by bisection."""
    here, there = (tuple(cut if i == axis else slice(None) for i in range(3)) for cut in (slice(-1), slice(1, None)))
    turns = sign[here] * sign[there] <= 0
    low, high = (np.stack([part[side][turns] for part in grid]) for side in (here, there))
    at_low = sign[here][turns]
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        same = np.sign(function(*middle)) == at_low
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    return np.where(at_low == 0, low, high)


def _ranked(rules: dict[str, np.ndarray]) -> BestTwoGroups:
    import pandas as pd

    table = pd.DataFrame(rules).assign(difference=rules["compliance"] - rules["uniform"])
    table["leverage"] = np.where(table["difference"] > SAME, "pays", "does not")
    table = table.sort_values("compliance", ascending=False, kind="stable", ignore_index=True)
    return BestTwoGroups(TwoGroups(**{name: float(table[name].iloc[0]) for name in rules}), table)


def _one(rule: dict[str, np.ndarray]) -> TwoGroups:
    return TwoGroups(**{name: float(value) for name, value in rule.items()})


def _told(rule: TwoGroups) -> dict[str, Any]:
    return {**vars(rule), "difference": rule.difference, "leverage": rule.leverage}


def _distribution(cost: Any) -> Callable[[np.ndarray], np.ndarray]:
    """The share of firms with a cost up to a number."""
    if isinstance(cost, tuple) and len(cost) == 2:
        low, high = cost
        if not 0 <= low < high < np.inf:
            raise ScenarioError(f"costs from {low:g} to {high:g}", "cost", remedy="give the lower end first, from 0")
        return lambda c: np.clip((c - low) / (high - low), 0, 1)
    costs = np.sort(np.asarray(cost, float).ravel())
    if not costs.size or not (np.isfinite(costs) & (costs >= 0)).all():
        raise ScenarioError(f"costs {_odd_costs(costs)}", "cost", remedy="give numbers from 0, of a firm each")
    return lambda c: np.searchsorted(costs, c, side="right") / costs.size


def _odd_costs(costs: np.ndarray) -> str:
    """The first cost that cannot be, or that there is none."""
    wrong = costs[~(np.isfinite(costs) & (costs >= 0))]
    return f"hold {wrong[0]:g}" if wrong.size else "of no firm"


def _check(
    p1: np.ndarray, p2: np.ndarray, u: np.ndarray, fines: tuple[float, float], discount: float, sensitivity: float
) -> None:
    chances = {"p1": p1, "p2": p2, "u": u, "sensitivity": np.asarray(sensitivity)}
    for name, told in chances.items():
        if wrong := told[~((told >= 0) & (told <= 1))].tolist():
            raise ScenarioError(f"{wrong[0]:g} is outside [0, 1]", name, remedy="give a chance")
    if not 0 <= discount < 1:
        raise ScenarioError(f"{discount:g} is outside [0, 1)", "discount", remedy="give a discount below 1")
    if np.shape(fines) != (2,):
        raise ScenarioError(f"fines {fines!r}", "fines", remedy="give two, of group 1 and of group 2")
    if (p2 < p1).any():
        raise ScenarioError("group 2 is looked at less often than group 1", "p2", remedy="give p2 of at least p1")
    if not 0 <= fines[0] <= fines[1] < np.inf:
        raise ScenarioError(
            f"fines {fines[0]:g} and {fines[1]:g}", "fines", remedy="let the fine of group 2 be no less"
        )
