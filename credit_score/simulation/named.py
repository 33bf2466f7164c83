"""Scenarios known by name: Harrington's two groups, and skip-lot inspection."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from credit_score.simulation.behaviour import best_reply, switches
from credit_score.simulation.parameter import ScenarioError
from credit_score.simulation.rating import Ladder, SkipLot

PAPER = "Harrington 1988, J. Public Econ. 37:29-53"
GROUPS = ("G1", "G2")


def harrington(  # noqa: PLR0913 - the symbols of the paper
    kind: type, visited: Sequence[float], fines: Sequence[float], release: float, discount: float, sensitivity: float,
    cost: Any, *, n_firms: Any, periods: int,
) -> Any:  # fmt: skip
    """See :meth:`Scenario.harrington`. A type of firm is an interval of costs with the same reply."""
    if not (isinstance(n_firms, int | np.integer) and n_firms > 0):
        raise ScenarioError(f"{n_firms!r} firms", "n_firms", remedy="give a whole number from 1")
    ladder = Ladder(release={"value": release, "basis": "published", "reference": PAPER})
    machine = ladder.statuses(2)
    told = (np.array(visited, float), np.array(fines, float), machine, (sensitivity, discount))
    types = [
        {"name": name, "firms": n, "start": {"G1": 1}, "cost": c}
        for name, n, c in _types(cost, int(n_firms), told)
        if n > 0
    ]
    return kind(
        name="harrington", periods=periods, per_year=1, tiers=GROUPS, types=types, at_rest=True,
        schedule={g: {"ratio": p} for g, p in zip(GROUPS, visited, strict=True)},
        fines=dict(zip(GROUPS, fines, strict=True)), sensitivity=sensitivity, violations="afresh", rating=ladder,
        behaviour={"kind": "best_reply", "discount": discount},
    )  # fmt: skip


def _types(cost: Any, n_firms: int, told: tuple[Any, ...]) -> list[tuple[str, int, float]]:
    """Names, numbers and costs of the types: of a uniform distribution, of one cost, or of each cost given."""
    if isinstance(cost, tuple) and len(cost) == 2:
        low, high = _costs(cost)
        if not low < high:
            raise ScenarioError(f"costs from {low:g} to {high:g}", "cost", remedy="give the lower end first")
        ends = [low, *switches(lambda c: best_reply(c, *told), low, high), high]
        edges = np.rint(n_firms * (np.array(ends) - low) / (high - low)).astype(int)
        spans = zip(ends[:-1], ends[1:], np.diff(edges), strict=True)
        return [(f"cost {a:.4g} to {b:.4g}", int(n), (a + b) / 2) for a, b, n in spans]
    costs = _costs(cost)
    if costs.ndim == 0:
        return [(f"cost {float(costs):g}", n_firms, float(costs))]
    return [(f"cost {c:g}", int(n), float(c)) for c, n in zip(*np.unique(costs, return_counts=True), strict=True)]


def _costs(cost: Any) -> np.ndarray:
    try:
        costs = np.asarray(cost, float)
    except (TypeError, ValueError):
        raise ScenarioError(
            f"{str(cost)[:60]!r} is no cost", "cost", remedy="give a number, two ends or costs"
        ) from None
    if not costs.size:
        raise ScenarioError("costs of no firm", "cost", remedy="give a cost of at least 0 a firm")
    if wrong := costs[~(np.isfinite(costs) & (costs >= 0))].tolist():
        raise ScenarioError(f"costs hold {wrong[0]:g}", "cost", remedy="give costs of at least 0")
    return costs


def skip_lot(
    kind: type, fractions: Any, violation_rate: float, clearance: int, *, n_firms: int, periods: int
) -> Any:  # fmt: skip
    """See :meth:`Scenario.skip_lot`. The level that is looked at the most is the last tier."""
    levels = np.asarray(fractions, float).tolist()
    if not levels:
        raise ScenarioError("no levels", "fractions", remedy="give the chance of a visit by level")
    names = [f"level {i + 1}" for i in range(len(levels))]
    return kind(
        name="skip-lot", periods=periods, per_year=1, tiers=names[::-1], at_rest=True, violations="afresh",
        types=[{"name": "all", "firms": n_firms, "start": {names[0]: 1}, "violates": violation_rate}],
        schedule={name: {"ratio": f} for name, f in zip(names, levels, strict=True)},
        rating=SkipLot(clearance=clearance),
    )  # fmt: skip
