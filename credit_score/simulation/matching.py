"""Schedules on equal terms: scaled until they make the same inspections, and shared draws of what is not known.

Planned budgets are no equal terms: firms move among tiers, so that visits drift from what was planned.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from credit_score.errors import first_five
from credit_score.simulation.engines import prepared
from credit_score.simulation.numbers import TIER
from credit_score.simulation.parameter import Parameter, ScenarioError
from credit_score.simulation.ranges import Draws, at_shares, even_shares, unknowns
from credit_score.simulation.scenario import Plan, Scenario
from credit_score.simulation.totals import totals

MOST_INTENSITY = 250.0
AIM = 1e-8  # relative difference at which the search ends; firms that are whole may keep it from getting there
STEPS = 100
LEAST = 1e-6  # a factor below which 0 is tried
Schedule = Mapping[str, Any] | Scenario
Schedules = Mapping[str, Schedule]


def as_scenarios(scenario: Scenario, schedules: Schedules) -> dict[str, Scenario]:
    """A scenario for each schedule, by name.

    A schedule of plans by tier is for every department, whatever plans of their own they had; one that differs by
    department, or rates otherwise, is a Scenario that differs from ``scenario`` in schedule, rating, tiers and what
    goes by tier. Raises ScenarioError for a tier that is not known, fewer than two schedules, or another world.
    """
    if len(schedules) < 2:
        told = f"one schedule, {next(iter(schedules))!r}" if schedules else "no schedule"
        raise ScenarioError(f"{told}: nothing to compare", "schedules", remedy="give two or more by name")
    return {name: _as_scenario(scenario, name, one) for name, one in schedules.items()}


def _as_scenario(scenario: Scenario, name: str, schedule: Schedule) -> Scenario:
    if isinstance(schedule, Scenario):
        _check_same_world(scenario, name, schedule)
        return schedule
    if not isinstance(schedule, Mapping):
        raise ScenarioError(f"no schedule: {str(schedule)[:60]!r}", "schedules", name, remedy="give a plan by tier")
    if unknown := [tier for tier in schedule if tier not in scenario.tiers]:
        remedy = f"tiers are {first_five(scenario.tiers)}"
        raise ScenarioError(f"no tier {unknown[0]!r}", "schedules", name, remedy=remedy)
    try:
        common = [_other(department, schedule={}) for department in scenario.departments]
        return scenario.altered(schedule=dict(schedule), departments=common)
    except ScenarioError as error:
        raise ScenarioError(error.told, "schedules", name, *error.place[1:], remedy=error.remedy) from None


def _check_same_world(scenario: Scenario, name: str, other: Scenario) -> None:
    """Nothing, or ScenarioError for the first thing that is no part of a schedule and differs."""
    fields = ("periods", "per_year", "sensitivity", "fix", "violations", "shocks", "sampling", "cap")
    worlds = [
        {field: getattr(s, field) for field in fields}
        | {"types": [_of_a_firm(t) for t in s.types], "behaviour": _other(s.behaviour, expected={})}
        | {"departments": [_other(d, schedule={}) for d in s.departments]}
        for s in (scenario, other)
    ]
    for field, own in worlds[0].items():
        if own != worlds[1][field]:
            remedy = "let schedules differ in what inspectors do, and nothing else"
            raise ScenarioError(f"its {field!r} is not that of the scenario", "schedules", name, remedy=remedy)


def _of_a_firm(one: Any) -> dict[str, Any]:
    """What a type of firm is, whatever the tiers are called."""
    return {
        f: getattr(one, f) for f in type(one).model_fields if f not in ("start", "enter_in") and not _tiered(one, f)
    }


def _tiered(one: Any, field: str) -> bool:
    return isinstance(getattr(one, field), dict)


def _other(part: Any, **fields: Any) -> Any:
    return type(part)(**({name: getattr(part, name) for name in part.model_fields_set} | fields))


def common_draws(scenarios: Mapping[str, Scenario], n: int, *, seed: int) -> dict[str, Draws]:
    """Draws of the ranges of each scenario, (n,) each, by name: of the same unknown equally far along its range.

    An empty mapping each if every number is known; ratios as they stand, n times, for a scenario that has no range
    where others have. With the same unknowns, the values of :func:`credit_score.simulation.ranges.drawn`.
    """
    names = list(dict.fromkeys(name for s in scenarios.values() for name in unknowns(s)))
    if not names:
        return {name: {} for name in scenarios}
    shares = even_shares(len(names), n, seed=seed)
    told = {
        name: at_shares(s, shares[:, [names.index(unknown) for unknown in unknowns(s)]])
        for name, s in scenarios.items()
    }
    return {name: draws or scaled_draws(scenarios[name], {}, np.ones(n)) for name, draws in told.items()}


def scaled(scenario: Scenario, factor: float) -> Scenario:
    """The scenario with ``factor`` times the intensity in every plan: of the ratio up to 1, beyond of the frequency.

    Floors, which are counts, stay. Raises ScenarioError for a frequency that cannot be.
    """

    def plans(told: Mapping[str, Plan]) -> dict[str, Plan]:
        return {tier: _scaled_plan(plan, factor) for tier, plan in told.items()}

    departments = [_other(d, schedule=plans(d.schedule)) for d in scenario.departments]
    return scenario.altered(schedule=plans(scenario.schedule), departments=departments)


def _scaled_plan(plan: Plan, factor: float) -> Plan:
    most = plan.ratio.at(1)
    on_ratio = min(factor, 1 / most) if most > 0 else factor
    on_frequency = factor / on_ratio if on_ratio > 0 else 1.0
    return _other(plan, ratio=_times(plan.ratio, on_ratio), frequency=_times(plan.frequency, on_frequency))


def _times(number: Parameter, factor: float) -> Parameter:
    """A number and its range, times a factor; a ratio of 1 + 1e-16 is 1."""
    ends = {end: getattr(number, end) for end in ("value", "low", "high") if getattr(number, end) is not None}
    return _other(number, **{end: min(told * factor, number.most) for end, told in ends.items()})


def _plans(scenario: Scenario) -> Iterator[tuple[str, Plan]]:
    """Every plan by where it stands."""
    yield from ((f"schedule.{tier}", plan) for tier, plan in scenario.schedule.items())
    for i, department in enumerate(scenario.departments):
        yield from ((f"departments.{i}.schedule.{tier}", plan) for tier, plan in department.schedule.items())


def scaled_draws(scenario: Scenario, draws: Draws, factors: np.ndarray) -> Draws:
    """Draws that scale the intensity of the v-th variant by the v-th factor, (V,)."""
    told = dict(draws)
    for at, plan in _plans(scenario):
        place = f"{at}.ratio"
        told[place] = draws.get(place, plan.ratio.value) * factors
    return told


def inspections(scenario: Scenario, draws: Draws, factors: np.ndarray, threads: int | None = None) -> np.ndarray:
    """Mean-field inspections over the horizon with intensities scaled, (V,)."""
    return totals(scenario, ["inspections"], scaled_draws(scenario, draws, factors), threads=threads)["inspections"]


def planned(scenario: Scenario, draws: Draws) -> float:
    """Visits a year planned for the firms of the start, mean over draws; the floor where that is more."""
    m = prepared(scenario, draws)
    by_tier = np.stack([m.firms[:, m.chain[TIER] == k].sum(axis=1) for k in range(len(scenario.tiers))], axis=1)
    member = m.department[:, None] == np.arange(len(scenario.departments))
    firms = by_tier @ member
    return float(np.maximum(firms * m.intensity, np.minimum(m.floor, firms)).sum(axis=(1, 2)).mean())


def one_factor(name: str, scenario: Scenario, draws: Draws, target: float, *, tolerance: float) -> float:
    """The factor with which a schedule makes ``target`` inspections over the horizon, in the mean field and over draws.

    Raises ScenarioError if none does, with the most or least that it makes.
    """
    n = len(next(iter(draws.values()))) if draws else 1

    def realised(factor: np.ndarray) -> np.ndarray:
        return inspections(scenario, draws, np.repeat(factor, n)).mean(keepdims=True)

    return float(_matched(name, scenario, realised, np.array([target]), tolerance)[0])


def factor_of_each(name: str, scenario: Scenario, draws: Draws, target: np.ndarray, *, tolerance: float) -> np.ndarray:
    """The factors with which a schedule makes the inspections of ``target`` in each draw, (V,) both."""
    return _matched(name, scenario, lambda factors: inspections(scenario, draws, factors), target, tolerance)


def _matched(
    name: str, scenario: Scenario, realised: Callable[[np.ndarray], np.ndarray], target: np.ndarray, tolerance: float
) -> np.ndarray:
    """The factors at which ``realised`` is ``target``: doubled or halved until that lies between, then narrowed down.

    By false position, and a bisection every third time. Where several would do, as more visits can move firms to where
    there are fewer, it is the one met first from 1.
    """
    if not (target > 0).all():
        raise ScenarioError("the baseline makes no inspections to match", "schedules", remedy="give it ratios above 0")
    low, f_low, high, f_high = _bracket(name, scenario, realised, target, tolerance)
    best, f_best = (np.where(np.abs(f_low) < np.abs(f_high), a, b) for a, b in ((low, high), (f_low, f_high)))
    for step in range(STEPS):
        if ((np.abs(f_best) <= AIM) | (high - low <= 1e-14 * high)).all():
            break
        with np.errstate(invalid="ignore", divide="ignore"):
            x = (low * f_high - high * f_low) / (f_high - f_low)
        x = np.where((step % 3 == 2) | ~((low < x) & (x < high)), (low + high) / 2, x)
        f = realised(x) / target - 1
        low, f_low = np.where(f < 0, x, low), np.where(f < 0, f, f_low)
        high, f_high = np.where(f < 0, high, x), np.where(f < 0, f_high, f)
        best, f_best = np.where(np.abs(f) < np.abs(f_best), x, best), np.where(np.abs(f) < np.abs(f_best), f, f_best)
    if (np.abs(f_best) > tolerance).any():
        v = int(np.abs(f_best).argmax())
        ends = sorted((1 + f_end[v]) * target[v] for f_end in (f_low, f_high))
        what = f"inspections jump from {ends[0]:,.6g} to {ends[1]:,.6g} past {target[v]:,.6g} at {high[v]:.6g} times"
        raise ScenarioError(what, "schedules", name, remedy="allow a greater tolerance, or another baseline")
    return best


def _bracket(
    name: str, scenario: Scenario, realised: Callable[[np.ndarray], np.ndarray], target: np.ndarray, tolerance: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Factors below and above, each with the relative difference of inspections from the target."""
    steepest = max(plan.ratio.at(1) * plan.frequency.at(1) for _, plan in _plans(scenario))
    most = MOST_INTENSITY / steepest if steepest > 0 else 1.0
    low = high = np.full_like(target, min(1.0, most))
    f_low = f_high = realised(high) / target - 1
    while (grows := (f_high < 0) & (high < most)).any():
        low, f_low = np.where(grows, high, low), np.where(grows, f_high, f_low)
        high = np.where(grows, np.minimum(high * 2, most), high)
        f_high = realised(high) / target - 1
    if f_high.min() < -tolerance:
        v = int(f_high.argmin())
        reached = (1 + max(f_high[v], f_low[v])) * target[v]
        what = f"it makes {reached:,.6g} inspections at most, not {target[v]:,.6g}{_which(v, target)}"
        raise ScenarioError(what, "schedules", name, remedy="raise its ratios, the cap or the capacity, or match less")
    while (shrinks := (f_low > 0) & (low > 0)).any():
        high, f_high = np.where(shrinks, low, high), np.where(shrinks, f_low, f_high)
        low = np.where(shrinks, np.where(low > LEAST, low / 2, 0.0), low)
        f_low = realised(low) / target - 1
    if f_low.max() > tolerance:
        v = int(f_low.argmax())
        least = (1 + f_low[v]) * target[v]
        what = f"its floors alone make {least:,.6g} inspections, not {target[v]:,.6g}{_which(v, target)}"
        raise ScenarioError(what, "schedules", name, remedy="lower the floors, or match a larger baseline")
    return low, f_low, high, f_high


def _which(v: int, target: np.ndarray) -> str:
    """Of several draws, the one."""
    return f" in draw {v + 1}" if len(target) > 1 else ""
