"""Schedules on equal terms: scaled until they make the same inspections, and shared draws of what is not known.

Planned budgets are no equal terms: firms move among tiers, so that visits drift from what was planned.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from credit_score.errors import first_five
from credit_score.simulation.carried import factors_of_plans, planned
from credit_score.simulation.numbers import Numbers
from credit_score.simulation.parameter import Parameter, ScenarioError
from credit_score.simulation.ranges import Draws, at_shares, even_shares, held, unknowns
from credit_score.simulation.records import Records
from credit_score.simulation.scenario import Plan, Scenario, check_scenario
from credit_score.simulation.totals import Measure, totals

MOST_INTENSITY = 250.0
AIM = 1e-8  # relative difference at which the search ends; firms that are whole may keep it from getting there
TIE = 1e-6  # a relative difference that comes of matching alone
STEPS, EDGE = 100, 25
LEAST = 1e-6  # a factor below which 0 is tried
Schedule = Mapping[str, Any] | Scenario
Schedules = Mapping[str, Schedule]


def as_scenarios(scenario: Scenario, schedules: Schedules) -> dict[str, Scenario]:
    """A scenario for each schedule, by name.

    A schedule of plans by tier is for every department, whatever plans of their own they had; one that differs by
    department, or rates otherwise, is a Scenario that differs from ``scenario`` in schedule, rating, fines and expected
    intensities; if its tiers are others, in what goes by tier too; where firms start, if its tiers mean something else.
    Raises ScenarioError for a tier that is not known, fewer than two schedules, another world, or no scenario.
    """
    check_scenario(scenario)
    if not isinstance(schedules, Mapping):
        raise ScenarioError(f"{type(schedules).__name__} of no names", "schedules", remedy="give two or more by name")
    if len(schedules) < 2:
        told = f"one schedule, {next(iter(schedules))!r}" if schedules else "no schedule"
        raise ScenarioError(f"{told}: nothing to compare", "schedules", remedy="give two or more by name")
    return {name: _as_scenario(scenario, name, one) for name, one in schedules.items()}


def baseline_of(name: str | None, worlds: Mapping[str, Scenario]) -> str:
    """The schedule that others are matched with: the first, unless named; raises ScenarioError for one not there."""
    if name is not None and name not in worlds:
        raise ScenarioError(f"no schedule {name!r}", "baseline", remedy=f"schedules are {first_five(worlds)}")
    return name if name is not None else next(iter(worlds))


def check_tolerance(tolerance: Any) -> None:
    """Nothing, or ScenarioError for what is no relative difference that a search can come within."""
    if not (isinstance(tolerance, int | float) and AIM <= tolerance < 1):
        raise ScenarioError(f"tolerance {tolerance!r}", remedy=f"give a relative difference from {AIM:g} to below 1")


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
        common = [department.altered(schedule={}) for department in scenario.departments]
        return scenario.altered(schedule=dict(schedule), departments=common)
    except ScenarioError as error:
        raise ScenarioError(error.told, "schedules", name, *error.place[1:], remedy=error.remedy) from None


def _check_same_world(scenario: Scenario, name: str, other: Scenario) -> None:
    """Nothing, or ScenarioError for the first thing that is no part of a schedule and differs."""
    fields = ("periods", "per_year", "sensitivity", "fix", "violations", "shocks", "sampling", "cap", "at_rest")
    worlds = [
        {field: getattr(s, field) for field in fields}
        | {"types": _firms_alike(s, scenario, other), "behaviour": s.behaviour.altered(expected={})}
        | {"departments": [d.altered(schedule={}) for d in s.departments]}
        for s in (scenario, other)
    ]
    for field, own in worlds[0].items():
        if own != worlds[1][field]:
            remedy = "let schedules differ in what inspectors do, and nothing else"
            raise ScenarioError(f"its {field!r} is not that of the scenario", "schedules", name, remedy=remedy)


def _firms_alike(scenario: Scenario, one: Scenario, other: Scenario) -> list[dict[str, Any]]:
    """What types of firms are, as far as it means the same in two scenarios: where they start, what goes by tier."""
    same_tiers = one.tiers == other.tiers
    same_start = same_tiers and one.rating.kind == other.rating.kind
    return [
        {
            f: getattr(t, f) for f in type(t).model_fields
            if (same_start or f not in ("start", "enter_in")) and (same_tiers or not _tiered(t, f))
        }
        for t in scenario.types
    ]  # fmt: skip


def _tiered(one: Any, field: str) -> bool:
    return isinstance(getattr(one, field), dict)


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

    departments = [d.altered(schedule=plans(d.schedule)) for d in scenario.departments]
    return scenario.altered(schedule=plans(scenario.schedule), departments=departments)


def as_simulated(scenario: Scenario, draws: Draws, factors: np.ndarray) -> tuple[Scenario, Draws]:
    """A scenario and its draws with intensities scaled: by a factor a draw, or by the one factor without draws.

    Without draws ratios are scaled as they stand, so that no range moves a frequency, and with it the visits of floors.
    """
    if draws:
        return scenario, scaled_draws(scenario, draws, factors)
    if factors[0] == 1:
        return scenario, {}
    values = {f"{place}.ratio": plan.ratio.value for place, plan in scenario.plans()}
    return scaled(held(scenario, values), float(factors[0])), {}


def _scaled_plan(plan: Plan, factor: float) -> Plan:
    most = plan.ratio.at(1)
    on_ratio = min(factor, 1 / most) if most > 0 else factor
    on_frequency = factor / on_ratio if on_ratio > 0 else 1.0
    return plan.altered(ratio=_times(plan.ratio, on_ratio), frequency=_times(plan.frequency, on_frequency))


def _times(number: Parameter, factor: float) -> Parameter:
    """A number and its range, times a factor; a ratio of 1 + 1e-16 is 1."""
    ends = {end: getattr(number, end) for end in ("value", "low", "high") if getattr(number, end) is not None}
    return number.altered(**{end: min(told * factor, number.most) for end, told in ends.items()})


def scaled_draws(scenario: Scenario, draws: Draws, factors: np.ndarray) -> Draws:
    """Draws that scale the intensity of the v-th variant by the v-th factor, (V,)."""
    told = dict(draws)
    for at, plan in scenario.plans():
        place = f"{at}.ratio"
        told[place] = draws.get(place, plan.ratio.value) * factors
    return told


class Effort(NamedTuple):
    """What schedules are to have in common, by its name for messages; a measure as in totals."""

    name: str
    measure: str | Measure


INSPECTIONS = Effort("inspections", "inspections")


def inspector_days(days: np.ndarray) -> Effort:
    """Inspector-days over the horizon, where a visit takes ``days`` by tier and department, (K, D)."""

    def measure(m: Numbers, records: Records, _: np.ndarray) -> np.ndarray:
        return np.einsum("rtkj,kj->r", records.visits, days[:, m.department])

    return Effort("inspector-days", measure)


def matching_factors(
    worlds: Mapping[str, Scenario], draws: Mapping[str, Draws], first: str, *, tolerance: float,
    effort: Effort = INSPECTIONS, threads: int | None = None,
) -> dict[str, np.ndarray]:  # fmt: skip
    """The factors with which each schedule makes the effort of the first in each draw, (V,); V = 1 without draws.

    The effort is that of the mean field over the horizon. Where the factor that plans as many visits for the firms of
    the start as the first makes its effort too, it is that: what is announced deters, whether or not it is carried out.
    Raises ScenarioError if no factor does, with the most or least that a schedule makes.
    """

    def made(name: str, x: np.ndarray) -> np.ndarray:
        scenario, own = worlds[name], scaled_draws(worlds[name], draws[name], x)
        return totals(scenario, [effort.measure], own, threads=threads)[effort.measure]

    def factors(name: str) -> np.ndarray:
        told = worlds[name], draws[name], partial(made, name)
        return _as_planned(*told, target, plan, _matched(name, told[0], told[2], target, tolerance, effort.name))

    ones = np.ones(n_draws(draws[first]))
    target, plan = made(first, ones), planned(worlds[first], draws[first])
    return {name: ones if name == first else factors(name) for name in worlds}


def _as_planned(
    scenario: Scenario, draws: Draws, made: Callable[[np.ndarray], np.ndarray], target: np.ndarray, plan: np.ndarray,
    found: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """The factors that plan ``plan`` visits at the start where they make the ``target`` too, else those ``found``."""
    x = factors_of_plans(scenario, draws, plan)
    x = np.where((x > 0) & (x <= _most(scenario)), x, found)
    for _ in range(STEPS if scenario.at_rest else 0):  # where firms stand at rest depends on the plan
        y = x * factors_of_plans(scenario, scaled_draws(scenario, draws, x), plan)
        x, before = np.where((y > 0) & (y <= _most(scenario)), y, x), x
        if np.allclose(x, before, rtol=AIM, atol=0):
            break
    with np.errstate(divide="ignore", invalid="ignore"):
        alike = np.abs(planned(scenario, scaled_draws(scenario, draws, x)) / plan - 1) <= AIM
    return np.where(alike & (np.abs(made(x) / target - 1) <= AIM), x, found)


def _most(scenario: Scenario) -> float:
    """The factor by which no plan can be steeper."""
    steepest = max(plan.ratio.at(1) * plan.frequency.at(1) for _, plan in scenario.plans())
    return MOST_INTENSITY / steepest if steepest > 0 else 1.0


def n_draws(draws: Draws) -> int:
    """How many draws there are, one where every number is known."""
    return len(next(iter(draws.values()))) if draws else 1


def _matched(
    name: str, scenario: Scenario, realised: Callable[[np.ndarray], np.ndarray], target: np.ndarray, tolerance: float,
    effort: str = INSPECTIONS.name,
) -> np.ndarray:  # fmt: skip
    """The factors at which ``realised`` is ``target``: doubled or halved until that lies between, then narrowed down.

    By false position, and a bisection every third time. Where several would do, as more visits can move firms to where
    there are fewer, it is the one met first from 1; where capacity binds and more is planned in vain, the nearest to 1.
    """
    if not (target > 0).all():
        raise ScenarioError(f"the baseline makes no {effort} to match", "schedules", remedy="give it ratios above 0")
    low, f_low, high, f_high = _bracket(name, scenario, realised, target, tolerance, effort)
    best, f_best = (np.where(np.abs(f_low) < np.abs(f_high), a, b) for a, b in ((low, high), (f_low, f_high)))
    met, off = np.abs(f_best) <= AIM, np.where(best == high, low, high)
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
        what = f"{effort} jump from {ends[0]:,.6g} to {ends[1]:,.6g} past {target[v]:,.6g} at {high[v]:.6g} times"
        raise ScenarioError(what, "schedules", name, remedy="allow a greater tolerance, or another baseline")
    return _nearest(realised, np.where(met, off, best), best, target) if (met & (off != best)).any() else best


def _nearest(
    realised: Callable[[np.ndarray], np.ndarray], off: np.ndarray, on: np.ndarray, target: np.ndarray
) -> np.ndarray:
    """Of the factors that make the visits from ``on`` towards ``off``, which does not, the last; by bisection."""
    for _ in range(EDGE):
        middle = (off + on) / 2
        met = np.abs(realised(middle) / target - 1) <= AIM
        off, on = np.where(met, off, middle), np.where(met, middle, on)
    return on


def _bracket(
    name: str, scenario: Scenario, realised: Callable[[np.ndarray], np.ndarray], target: np.ndarray, tolerance: float,
    effort: str,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """Factors below and above, each with the relative difference of the effort from the target."""
    most = _most(scenario)
    low = high = np.full_like(target, min(1.0, most))
    f_low = f_high = realised(high) / target - 1
    while (grows := (f_high < -AIM) & (high < most)).any():
        low, f_low = np.where(grows, high, low), np.where(grows, f_high, f_low)
        high = np.where(grows, np.minimum(high * 2, most), high)
        f_high = realised(high) / target - 1
    if f_high.min() < -tolerance:
        v = int(f_high.argmin())
        reached = (1 + max(f_high[v], f_low[v])) * target[v]
        what = f"it makes {reached:,.6g} {effort} at most, not {target[v]:,.6g}{_which(v, target)}"
        raise ScenarioError(what, "schedules", name, remedy="raise its ratios, the cap or the capacity, or match less")
    while (shrinks := (f_low > AIM) & (low > 0)).any():
        high, f_high = np.where(shrinks, low, high), np.where(shrinks, f_low, f_high)
        low = np.where(shrinks, np.where(low > LEAST, low / 2, 0.0), low)
        f_low = realised(low) / target - 1
    if f_low.max() > tolerance:
        v = int(f_low.argmax())
        least = (1 + f_low[v]) * target[v]
        what = f"its floors alone make {least:,.6g} {effort}, not {target[v]:,.6g}{_which(v, target)}"
        raise ScenarioError(what, "schedules", name, remedy="lower the floors, or match a larger baseline")
    return low, f_low, high, f_high


def _which(v: int, target: np.ndarray) -> str:
    """Of several draws, the one."""
    return f" in draw {v + 1}" if len(target) > 1 else ""
