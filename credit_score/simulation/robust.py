"""The schedule that one regrets least, whatever the numbers turn out to be: minimax regret over draws of the ranges.

Regret in a draw is a schedule's loss less the least loss of any in that draw, at the same inspections made, or the
same inspector-days.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from credit_score.errors import first_five
from credit_score.simulation.carried import NOT_CARRIED, differ, share_carried
from credit_score.simulation.matching import (
    INSPECTIONS,
    TIE,
    Schedules,
    as_scenarios,
    baseline_of,
    check_tolerance,
    common_draws,
    inspector_days,
    matching_factors,
    scaled_draws,
)
from credit_score.simulation.numbers import Numbers
from credit_score.simulation.parameter import ScenarioError
from credit_score.simulation.ranges import Draws, need_unknowns
from credit_score.simulation.records import Records
from credit_score.simulation.scenario import Plan, Scenario, check_scenario
from credit_score.simulation.totals import check_level, check_threads, check_whole, totals

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike

    from credit_score.inspection import WhatIfCube

LOSSES = ("undetected", "violations", "prevalence", "days")
BOOTSTRAPS = 1000
OVER = 0.01  # share by which days may exceed a department's budget


@dataclass(frozen=True, eq=False)
class Regret:
    """Losses of schedules over draws of what is not known.

    ``losses`` (draws, schedules). ``factors`` (draws, schedules): what each was scaled by to make the inspections (or
    inspector-days) of the baseline in the draw; a schedule is its proportions, its level follows what is made.
    ``differs``: the greatest relative difference of these left. ``carried`` (draws, schedules): share of the visits
    planned over the horizon that is made. ``over_budget`` (schedules,): by what share of its own budget a department
    makes more days at most, over the horizon in the mean over draws; 0 where departments have none. ``draws``: by
    schedule and place.
    """

    loss: str
    baseline: str
    seed: int
    names: tuple[str, ...]
    losses: np.ndarray = field(repr=False)
    factors: np.ndarray = field(repr=False)
    differs: float
    carried: np.ndarray = field(repr=False)
    over_budget: np.ndarray = field(repr=False)
    draws: Mapping[str, Draws] = field(repr=False)
    scenarios: Mapping[str, Scenario] = field(repr=False)

    @property
    def regrets(self) -> np.ndarray:
        """Loss less the least loss in the draw, ≥ 0, (draws, schedules); 0 up to a millionth of it, which is a tie."""
        least = self.losses.min(axis=1, keepdims=True)
        return np.where(self.losses - least > TIE * least, self.losses - least, 0.0)

    @property
    def flag(self) -> str:
        """``plans_not_carried_out``, where the shares carried out differ by more than .01 in a draw; else nothing.

        Nothing either where firms do not answer to plans.
        """
        return NOT_CARRIED if differ(self.carried.T, self.scenarios[self.names[0]]) else ""

    @property
    def is_fair(self) -> bool:
        """Whether all schedules carry out as much of their plans in every draw, beside making the same effort."""
        return not self.flag

    @property
    def within_budget(self) -> np.ndarray:
        """Whether each schedule keeps the budget of every department, to 1 %, (schedules,)."""
        return np.asarray(self.over_budget <= OVER)

    @property
    def minimax(self) -> str:
        """The schedule within budget of which the greatest regret is least; of several the first.

        Raises ScenarioError if none is within budget.
        """
        return self._name(self.regrets.max(axis=0))

    @property
    def least_mean(self) -> str:
        """The schedule within budget of which the mean regret is least; that of least mean loss too.

        Raises ScenarioError if none is within budget.
        """
        return self._name(self.regrets.mean(axis=0))

    def _name(self, regret: np.ndarray) -> str:
        if not self.within_budget.any():
            nearest = self.names[int(self.over_budget.argmin())]
            what = f"no schedule keeps every department's budget over the horizon; {nearest!r} comes nearest, by"
            remedy = "choose from the table, or give one budget for all"
            raise ScenarioError(f"{what} {self.over_budget.min():+.1%}", "budget", remedy=remedy)
        return self.names[int(self._chosen(regret).argmax())]

    def _chosen(self, regret: np.ndarray) -> np.ndarray:
        """Which is chosen by a regret each, both (…, schedules): of those within budget the first with the least."""
        regret = np.where(self.within_budget, regret, np.inf)
        return (np.arange(len(self.names)) == regret.argmin(axis=-1, keepdims=True)) & self.within_budget

    def table(self, *, level: float = 0.9) -> "pd.DataFrame":
        """A row a schedule, with intervals of its regret.

        ``mean_loss``; ``factor`` and ``factor_most``, median and greatest of what it was scaled by; ``carried``, the
        least share of its plan that is made in a draw, and ``within_budget``; ``max_regret`` and
        ``mean_regret``, each with ``…_low`` and ``…_high``; ``best_in``: share of draws in which none loses less;
        ``chosen_in``: share of bootstraps in which it is the minimax choice; ``minimax`` and ``least_mean``: whether it
        is the choice.
        Intervals by 1,000 bootstraps over the draws. That of the greatest regret never lies above the greatest seen:
        draws not made may hold a greater one.
        """
        import pandas as pd

        check_level(level)
        regrets = self.regrets
        pick = np.random.default_rng(self.seed).integers(len(regrets), size=(BOOTSTRAPS, len(regrets)))
        worst = np.stack([regrets[rows].max(axis=0) for rows in pick])
        mean = np.stack([regrets[rows].mean(axis=0) for rows in pick])
        tails = [(1 - level) / 2, (1 + level) / 2]
        (worst_low, worst_high), (mean_low, mean_high) = (np.quantile(x, tails, axis=0) for x in (worst, mean))
        columns = {
            "schedule": self.names, "mean_loss": self.losses.mean(axis=0),
            "factor": np.median(self.factors, axis=0), "factor_most": self.factors.max(axis=0),
            "carried": self.carried.min(axis=0), "within_budget": self.within_budget,
            "max_regret": regrets.max(axis=0), "max_regret_low": worst_low, "max_regret_high": worst_high,
            "mean_regret": regrets.mean(axis=0), "mean_regret_low": mean_low, "mean_regret_high": mean_high,
            "best_in": (regrets == 0).mean(axis=0), "chosen_in": self._chosen(worst).mean(axis=0),
            "minimax": self._chosen(regrets.max(axis=0)), "least_mean": self._chosen(regrets.mean(axis=0)),
        }  # fmt: skip
        return pd.DataFrame(columns)


def regret(  # noqa: PLR0913 - what a choice is asked
    scenario: Scenario,
    schedules: Schedules,
    *,
    loss: str = "undetected",
    baseline: str | None = None,
    days: "ArrayLike | None" = None,
    n_draws: int = 256,
    seed: int = 0,
    tolerance: float = 1e-3,
    threads: int | None = None,
) -> Regret:
    """The regret of each schedule in each of ``n_draws`` draws of the ranges, in the mean field.

    In every draw each schedule is scaled to the inspections over the horizon that the baseline (the first, unless
    named) makes there, to within ``tolerance`` at most; with ``days`` of a visit by tier and department, (K, D), to its
    inspector-days. ``loss``: undetected, violations, prevalence or days; fewer is
    better. Detections are no loss: with deterrence a schedule that leaves more violations finds more.
    Raises ScenarioError if no number is a range, and as :func:`credit_score.simulation.compare.compare` does.
    """
    if loss not in LOSSES:
        raise ScenarioError(f"no loss {loss!r}", "loss", remedy=f"losses are {first_five(LOSSES)}")
    check_whole(seed, "seed")
    check_whole(n_draws, "draws", least=2, most=10**7)
    check_threads(threads)
    check_tolerance(tolerance)
    worlds = as_scenarios(scenario, schedules)
    first = baseline_of(baseline, worlds)
    draws = common_draws(worlds, n_draws, seed=seed)
    need_unknowns([own for own in draws.values() if own])
    effort = INSPECTIONS if days is None else inspector_days(_check_days(days, worlds.values()))
    factors = matching_factors(worlds, draws, first, tolerance=tolerance, effort=effort, threads=threads)
    asked = [loss, effort.measure, share_carried]
    told = {n: totals(s, asked, scaled_draws(s, draws[n], factors[n]), threads=threads) for n, s in worlds.items()}
    differs = max(float(np.abs(t[effort.measure] / told[first][effort.measure] - 1).max()) for t in told.values())
    losses, carried = (np.stack([t[of] for t in told.values()], axis=1) for of in (loss, share_carried))
    by, over = np.stack(list(factors.values()), axis=1), np.zeros(len(worlds))
    return Regret(loss, first, seed, tuple(worlds), losses, by, differs, carried, over, draws, worlds)


def _check_days(days: Any, worlds: Iterable[Scenario]) -> np.ndarray:
    """Days of a visit by tier and department; raises ScenarioError for another shape or what is no number of days."""
    found = np.asarray(days, float)
    for s in worlds:
        if found.shape != (shape := (len(s.tiers), len(s.departments))):
            raise ScenarioError(f"days of shape {found.shape}", "days", remedy=f"give tiers × departments, {shape}")
    if not (np.isfinite(found) & (found >= 0)).all():
        raise ScenarioError("days hold what is no number from 0", "days", remedy="give inspector-days of a visit")
    return found


def robust_schedule(
    cube: "WhatIfCube",
    scenario: Scenario,
    *,
    budget: Any = None,
    cutoffs: Any = None,
    objectives: Iterable[str] = ("undetected", "violations"),
    deterrence: Iterable[float] = (0.0, 1.0, 3.0),
    min_ratio: Iterable[float] = (0.0, 0.01),
    present: bool = True,
    **more: Any,
) -> Regret:
    """The optimum of the cube that is regretted least once firms answer, move and are not as was thought.

    Candidates are :func:`credit_score.inspection.optimal_schedule` for every objective, response and least ratio, at
    the cut-offs of the scenario's tiers (``cutoffs``, or those of its rating), within ``budget`` (inspector-days a
    year, as there), with the floors of the scenario's plans; the same ratios once. With ``present``, the scenario's own
    schedule stands among them, as ``present``. They are simulated as :func:`regret` does, which takes what is ``more``,
    at the same inspector-days as the cube counts them: those of the baseline, which is the first candidate unless
    named. ``Regret.minimax`` is recommended, ``Regret.table`` has its regret with an interval, ``Regret.scenarios`` the
    schedule itself. Days in all are equal; where each department has a budget, those that exceed one by more than 1 %
    over the horizon, in the mean over draws, are told as not ``within_budget`` and never recommended.
    Raises ScenarioError for departments or tiers that cube and scenario do not share, for one candidate, and for what
    is no cube or no scenario.
    """
    _check_cube(cube)
    check_scenario(scenario)
    cut = _cutoffs(scenario, cutoffs)
    asked = product(*(_several(told) for told in (objectives, deterrence, min_ratio)))
    found, limits = _candidates(cube, scenario, asked, budget, cut)
    own, days = {"present": scenario} if present else {}, _days(cube, scenario, cut)
    told = regret(scenario, {**found, **own}, **({"days": days} | more))
    if np.isinf(limits).all():
        return told
    return replace(told, over_budget=_over_budget(told, days, limits, threads=more.get("threads")))


def _check_cube(cube: Any) -> None:
    from credit_score.inspection import WhatIfCube

    if not isinstance(cube, WhatIfCube):
        raise ScenarioError(f"{str(cube)[:60]!r} is no cube", "cube", remedy="build one with WhatIfCube.build")


def _over_budget(told: Regret, days: np.ndarray, limits: np.ndarray, *, threads: int | None) -> np.ndarray:
    """By what share of ``limits``, inspector-days a year (D,), each schedule exceeds one at most, mean over draws."""

    def spent(m: Numbers, records: Records, _: np.ndarray) -> np.ndarray:
        return ((records.visits.sum(axis=1) @ m.member) * days).sum(axis=1)

    made = []
    for name, factors in zip(told.names, told.factors.T, strict=True):
        s = told.scenarios[name]
        found = totals(s, [spent], scaled_draws(s, told.draws[name], factors), threads=threads)[spent]
        made.append(found.mean(axis=0) * s.per_year / s.periods)
    with np.errstate(divide="ignore"):
        return np.array([np.where(of > 0, of / limits - 1, -1.0).max() for of in made])


def _several(told: Any) -> Iterable[Any]:
    """One as several are given."""
    return (told,) if isinstance(told, str | float | int) else told


def _cutoffs(scenario: Scenario, cutoffs: Any) -> Any:
    cut = cutoffs if cutoffs is not None else getattr(scenario.rating, "cutoffs", None)
    if cut is None or len(cut) != len(scenario.tiers) - 1:
        told = "no cut-offs" if cut is None else f"{len(cut)} cut-offs"
        raise ScenarioError(f"{told} for {len(scenario.tiers)} tiers", "cutoffs", remedy="give one less than tiers")
    return cut


def _days(cube: "WhatIfCube", scenario: Scenario, cut: Any) -> np.ndarray:
    """Days of a visit by tier and department of the scenario, (K, D): means of the cube's firms in the tier."""
    kpi = cube.evaluate(cut, np.zeros(len(scenario.tiers)))
    firms, days = kpi.firms, kpi.days_of_all
    of_all = days.sum(axis=0) / np.maximum(firms.sum(axis=0), 1)
    found = np.where(firms > 0, days / np.maximum(firms, 1), of_all)
    return found[:, _columns(cube, scenario)]


def _columns(cube: "WhatIfCube", scenario: Scenario) -> list[int]:
    """Where the departments of the scenario stand in the cube."""
    names, own = [str(name) for name in cube.departments], [d.name for d in scenario.departments]
    if len(names) == len(own) == 1:
        return [0]
    if missing := [name for name in own if name not in names]:
        remedy = f"the cube has {first_five(names)}"
        raise ScenarioError(f"no department {missing[0]!r} in the cube", "departments", remedy=remedy)
    return [names.index(name) for name in own]


def _candidates(
    cube: "WhatIfCube", scenario: Scenario, asked: Any, budget: Any, cut: Any
) -> tuple[dict[str, Scenario], np.ndarray]:
    """Candidates by name, and the limits of departments that have a budget each, (D,), infinite where there is one."""
    from credit_score.inspection import optimal_schedule

    found: dict[bytes, tuple[str, Scenario]] = {}
    floor, limits = _floors(cube, scenario, cut), np.full(len(scenario.departments), np.inf)
    for objective, beta, least in asked:
        if (objective == "violations") == (beta == 0) and objective != "undetected":
            continue  # without response no schedule prevents anything; with it most detections is no aim
        bounds = {"deterrence": beta, "min_ratio": least, "floor": floor}
        best = optimal_schedule(cube, budget=budget, objective=objective, cutoffs=cut, **bounds)
        if len(best.asked.limits) > 1:
            limits = best.asked.limits[_columns(cube, scenario)]
        name = f"{objective}, response {beta:g}, least ratio {least:g}"
        found.setdefault(best.ratios.round(9).tobytes(), (name, _with_ratios(cube, scenario, best.ratios)))
    return dict(found.values()), limits


def _floors(cube: "WhatIfCube", scenario: Scenario, cut: Any) -> np.ndarray:
    """Floors of the scenario by tier and department of the cube, (K, D), at most the firms there."""
    firms = cube.evaluate(cut, np.zeros(len(scenario.tiers))).firms
    found = np.zeros_like(firms)
    found[:, _columns(cube, scenario)] = [
        [scenario.plan(tier, d).floor for d in scenario.departments] for tier in scenario.tiers
    ]
    return np.minimum(found, firms)


def _with_ratios(cube: "WhatIfCube", scenario: Scenario, ratios: np.ndarray) -> Scenario:
    """The scenario with ratios (K, D) of the cube's departments, and its own floors."""
    plans = [
        {t: Plan(ratio=float(r), floor=scenario.plan(t, d).floor) for t, r in zip(scenario.tiers, of, strict=True)}
        for d, of in zip(scenario.departments, ratios.T[_columns(cube, scenario)], strict=True)
    ]
    if len(plans) == 1:
        return scenario.altered(schedule=plans[0], departments=[scenario.departments[0].altered(schedule={})])
    departments = [d.altered(schedule=own) for d, own in zip(scenario.departments, plans, strict=True)]
    return scenario.altered(departments=departments)
