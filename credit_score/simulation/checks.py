"""What the parts of a scenario must agree on: names that are known, numbers that fit one another."""

from collections.abc import Iterable
from difflib import get_close_matches
from math import isnan, nan
from typing import Any, cast

from credit_score.errors import first_five
from credit_score.simulation.parameter import Parameter, ScenarioError
from credit_score.simulation.ranges import ranges
from credit_score.simulation.rating import Score
from credit_score.simulation.statuses import Statuses


def check(scenario: Any) -> None:
    """Nothing, or ScenarioError for the first thing that does not fit."""
    _refuse_twice(scenario)
    _check_tiers(scenario)
    _check_departments(scenario)
    _check_floors(scenario)
    machine = _machine(scenario)
    for i, one in enumerate(scenario.types):
        _check_type(one, scenario, i, machine)
    _check_violations(scenario)
    _check_shocks(scenario)
    _check_ranges(scenario)
    _check_shared(scenario)


def _refuse_twice(scenario: Any) -> None:
    names = {"tiers": list(scenario.tiers)} | {
        field: [part.name for part in getattr(scenario, field)] for field in ("types", "departments")
    }
    for field, told in names.items():
        twice = next((name for name in told if told.count(name) > 1), None)
        if twice is not None:
            raise ScenarioError(f"{twice!r} stands twice", field, remedy="give each a name of its own")


def _check_tiers(scenario: Any) -> None:
    known = scenario.tiers
    missing = [tier for tier in known if tier not in scenario.schedule]
    if missing:
        raise ScenarioError(
            f"no plan for tier {first_five(missing)}", "schedule", remedy="a ratio of 0 leaves it alone"
        )
    by_tier: dict[tuple[str, ...], Iterable[str]] = {
        ("schedule",): scenario.schedule, ("fines",): scenario.fines,
        ("behaviour", "expected"): scenario.behaviour.expected,
    }  # fmt: skip
    for place, names in by_tier.items():
        for name in names:
            _known(name, known, "tier", *place)


def _machine(scenario: Any) -> Statuses:
    try:
        return cast("Statuses", scenario.rating.statuses(len(scenario.tiers)))
    except ScenarioError as error:
        raise ScenarioError(error.told, "rating", *error.place, remedy=error.remedy) from None


def _check_departments(scenario: Any) -> None:
    for department in scenario.departments:
        for tier in department.schedule:
            _known(tier, scenario.tiers, "tier", "departments", department.name, "schedule")
        if department.days.at(0) == 0 and department.capacity is not None:
            raise ScenarioError("0 days a visit, and a capacity", "departments", department.name, "days")
        if department.capacity is not None and scenario.sampling == "bernoulli":
            remedy = "sample by quota, or leave the capacity out"
            raise ScenarioError("a capacity, but each firm is drawn for itself", "sampling", remedy=remedy)


def _check_floors(scenario: Any) -> None:
    plans: dict[tuple[str, ...], Any] = {("schedule", tier): plan for tier, plan in scenario.schedule.items()}
    plans |= {("departments", d.name, "schedule", t): p for d in scenario.departments for t, p in d.schedule.items()}
    for place, plan in plans.items():
        if plan.floor and scenario.sampling == "bernoulli":
            raise ScenarioError("a floor, but each firm is drawn for itself", *place, "floor", remedy="sample by quota")


def _check_type(one: Any, scenario: Any, i: int, machine: Statuses) -> None:
    names = [d.name for d in scenario.departments]
    if one.department is None and len(names) > 1:
        raise ScenarioError("no department", "types", i, "department", remedy=f"name one of {first_five(names)}")
    if one.department is not None:
        _known(one.department, names, "department", "types", i, "department")
    places = [(place, "start") for place in one.start]
    places += [(one.enter_in, "enter_in")] if one.enter_in is not None else []
    for place, field in places:
        _check_place(place, scenario, machine, "types", i, field)
    for field in ("violating", "violates"):
        by_tier = getattr(one, field)
        if isinstance(by_tier, dict):
            for tier in by_tier:
                _known(tier, scenario.tiers, "tier", "types", i, field)
    if scenario.behaviour.kind == "best_reply" and one.cost is None:
        raise ScenarioError("no cost of complying to reply to", "types", i, "cost")


def _check_place(place: str, scenario: Any, machine: Statuses, *at: str | int) -> None:
    """A tier, or a score of a rating by score."""
    if place in scenario.tiers:
        return
    try:
        score = float(place)
    except ValueError:
        score = nan
    if not isinstance(scenario.rating, Score) or isnan(score):
        _known(place, scenario.tiers, "tier", *at)
    _check_score(score, scenario, machine, *at)


def _check_score(score: float, scenario: Any, machine: Statuses, *at: str | int) -> None:
    """A score that firms can have, or else one of which the nearest that they can have is in the same tier."""
    low, high = machine.score.min(), machine.score.max()
    if not low <= score <= high:
        raise ScenarioError(f"score {score:g} is outside {low:g} to {high:g}", *at)
    nearest = machine.nearest(score)
    if machine.tier[nearest] != scenario.rating.tier(score, len(scenario.tiers)):
        what = f"no firm can have score {score:g}; the nearest, {machine.score[nearest]:g}, is of another tier"
        raise ScenarioError(what, *at, remedy="give a score that firms can have")


def _check_violations(scenario: Any) -> None:
    lasting = scenario.violations == "persistent"
    replies = scenario.behaviour.kind == "best_reply"
    if replies and lasting:
        raise ScenarioError("a best reply to lasting violations", "violations", remedy="write 'afresh'")
    unused = ("violates",) if lasting else ("onset", "cure", "settles", "violating", *(["violates"] if replies else []))
    for i, one in enumerate(scenario.types):
        for field in unused:
            if field in one.model_fields_set and _says_something(getattr(one, field)):
                kind = "violations by best reply" if replies else f"{scenario.violations} violations"
                remedy = "leave it out, or change 'behaviour' or 'violations'"
                raise ScenarioError(f"{kind} have no {field!r}", "types", i, field, remedy=remedy)


def _says_something(given: Any) -> bool:
    """Whether there is a number, or one by tier, that is not 0 or may not be."""
    return given is not None and (isinstance(given, dict) or given.value > 0 or given.is_range)


def _check_shocks(scenario: Any) -> None:
    names = [d.name for d in scenario.departments]
    for i, shock in enumerate(scenario.shocks):
        if shock.first > scenario.periods:
            raise ScenarioError(f"begins in period {shock.first} of {scenario.periods}", "shocks", i, "first")
        if shock.department is not None:
            _known(shock.department, names, "department", "shocks", i, "department")
            if shock.of != "capacity":
                what = f"a shock to {shock.of} is of all departments"
                raise ScenarioError(what, "shocks", i, "department", remedy="leave the department out")
        hit = [d for d in scenario.departments if shock.department in (None, d.name)]
        if shock.of == "capacity" and all(d.capacity is None for d in hit):
            raise ScenarioError("a shock to a capacity that has no bound", "shocks", i, remedy="give capacities")


def _check_ranges(scenario: Any) -> None:
    """What all draws have in common is one value: shares at the start, sizes of shocks, a rating but its release."""
    common: dict[tuple[str | int, ...], Any] = {
        ("types", i, "start", place): share
        for i, one in enumerate(scenario.types)
        for place, share in one.start.items()
    }
    common |= {("shocks", i, "times"): shock.times for i, shock in enumerate(scenario.shocks)}
    common |= {("rating", name): number for name, number in scenario.rating if name != "release"}
    for place, number in common.items():
        if isinstance(number, Parameter) and number.is_range:
            raise ScenarioError("this number cannot be a range", *place, remedy="give one value")


def _check_shared(scenario: Any) -> None:
    """A name under which ranges are shared is not where another one stands: the two would be one unknown unsaid."""
    told = ranges(scenario)
    for place, number in told.items():
        if number.shared in told and told[number.shared].shared != number.shared:
            what = f"shared as {number.shared!r}, where another range stands"
            raise ScenarioError(what, *_parts(place), remedy="give it another name, or the other the same one")


def _parts(place: str) -> list[str | int]:
    return [int(part) if part.isdigit() else part for part in place.split(".")]


def _known(name: str, known: Any, what: str, *place: str | int) -> None:
    if name in known:
        return
    close = get_close_matches(name, known, n=1)
    remedy = f"did you mean {close[0]!r}?" if close else f"there are {first_five(known)}"
    raise ScenarioError(f"no {what} {name!r}", *place, remedy=remedy)
