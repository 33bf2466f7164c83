"""A scenario from a run of a county: what its policy and its records say, and ranges for what they do not.

From the policy: tiers, schedule with floors, cap, days a visit takes, each with its ground. From the records: firms,
inspector-days, and the share of firms in violation with its interval. A violation here is one that a visit finds: what
visits miss, no record shows. Firms under a statutory duty stand outside the draw, as in the what-if cube: their visits
take inspector-days first, with those on complaints, alerts and referrals.

One day's records do not identify how violations begin and end apart from each other, nor how firms answer. How long
violations last is an assumption with a range; the onset follows from it, in each draw, so that the share in violation
stays as it is under the present schedule if violations last as long as assumed, and near it if not: ``settles`` of a
type. Tiers do not move unless a rating is given.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np

from credit_score.errors import first_five
from credit_score.inspection.frame import RANDOM
from credit_score.policy.ruleset import RuleSet
from credit_score.policy.schema import Department as PolicyDepartment
from credit_score.simulation.parameter import ScenarioError, Stated
from credit_score.tiers.table import jeffreys_interval

if TYPE_CHECKING:
    import pandas as pd

Scenario = TypeVar("Scenario", bound=Stated)
GROUPS = ("tier", "sector", "size")
ENDS = ("value", "low", "high")
NUMBERS = ("ratio", "frequency", "floor")
OF_RATES = {"value": "hajek", "low": "hajek_low", "high": "hajek_high"}
# A violation that nobody sees lasts two years on average; half a year to five years is thought possible.
LASTING = {"value": 1 / 24, "low": 1 / 60, "high": 1 / 6}
NOT_IDENTIFIED = "one day's records do not say how long violations last: two years, half a year to five"
OF_TIER = "rate of the tier, of visits that draws chose"
TIED = "the share without visits, if the one under the present schedule stays and violations last two years"


class Rate(NamedTuple):
    """A share of firms in violation, in [0, 1], with the ends of what is plausible, its ground, and its unknown."""

    value: float
    low: float
    high: float
    reference: str
    shared: str


def scenario_from_run(
    kind: type[Scenario],
    run: Any,
    *,
    by: Sequence[str] = ("sector", "size"),
    rates: "pd.DataFrame | None" = None,
    **overrides: Any,
) -> Scenario:
    """The scenario that a run of a county begins; see :meth:`Scenario.from_run`.

    Parameters
    ----------
    kind : the class of scenarios, handed in since it calls this function.
    run : what ``run_county`` returns.
    by : what makes a type of firm beside its department, of ``tier``, ``sector``, ``size``. Firms of one type turn
        equally often whatever their tier; with ``tier`` those of worse tiers turn more often, for good.
    rates : by ``tier`` the rates ``hajek, hajek_low, hajek_high`` of :func:`visit_rates`, each an unknown of its own; a
        tier without one is left between the bounds that the rate of all firms sets. Without ``rates`` the visits that
        draws chose in the year before give one rate of all firms, with its interval one unknown of all tiers: how
        tiers differ it does not identify.
    overrides : fields of the scenario, in the place of those that the run gives.

    Raises ScenarioError where nothing says how many firms are in violation, ``by`` names something else, and for
    rates that are none: of a tier that is not there or stands twice, outside [0, 1], or outside their own interval.
    """
    if not hasattr(run, "tables"):
        raise ScenarioError(f"no run of a county, but {run!r:.60}", remedy="give what run_county returns")
    by = (by,) if isinstance(by, str) else by
    if not isinstance(by, Sequence):
        raise ScenarioError(f"no types by {by!r}", "by", remedy=f"use {', '.join(GROUPS)}")
    if strange := [name for name in by if name not in GROUPS]:
        raise ScenarioError(f"no types by {strange[0]!r}", "by", remedy=f"use {', '.join(GROUPS)}")
    firms = _firms(run, by)
    known = _rates(run, rates, firms)
    inspection, rules = run.rules.model.inspection, run.rules
    told = {
        "name": rules.name, "tiers": [t.id for t in rules.tiers],
        "types": _types(firms, by, known, run.schedule), "departments": _departments(run),
        "schedule": {tier: _plan(rules, None, tier) for tier in inspection.schedule},
        "cap": int(rules.figure(inspection.cap).value), "sensitivity": _as_found(),
    }  # fmt: skip
    return kind(**(told | overrides))


def _as_found() -> dict[str, Any]:
    reference = "a violation is counted as one if a visit finds it: what visits miss is not in the records"
    return {"value": 1.0, "basis": "records", "reference": reference}


def _firms(run: Any, by: Sequence[str]) -> "pd.DataFrame":
    """Firms that a draw may choose by department, tier and group: ``department, tier, …, firms``."""
    frame = run.tables["frame"]
    keys = list(dict.fromkeys(["department", "tier", *by]))
    at_random = frame.filter(frame.duty == RANDOM)
    counted = at_random.group_by(keys).aggregate(firms=at_random.count()).execute()
    return counted.sort_values(keys, ignore_index=True)


def _rates(run: Any, rates: "pd.DataFrame | None", firms: "pd.DataFrame") -> dict[str, Rate]:
    """Rates by tier: as told, those not told between bounds; without any the one rate of all firms."""
    shares = _shares(firms)
    if rates is None:
        return _one_rate(run, shares)
    told = {t: rate for t, rate in _told(rates, [tier.id for tier in run.rules.tiers]).items() if t in shares}
    return told if set(told) == set(shares) else _bounds(run, shares) | told


def _told(rates: Any, tiers: list[str]) -> dict[str, Rate]:
    """The rates of a table by tier, without those that are not identified."""
    columns = ["tier", *OF_RATES.values()]
    if missing := [name for name in columns if name not in getattr(rates, "columns", ())]:
        remedy = "give a table of visit_rates by tier"
        raise ScenarioError(f"no column {first_five(missing)}", "rates", remedy=remedy)
    rows = rates.loc[rates["hajek"].notna(), columns]
    if strange := [tier for tier in rows["tier"] if tier not in tiers]:
        raise ScenarioError(f"no tier {strange[0]!r}", "rates", remedy=f"there are {first_five(tiers)}")
    if rows["tier"].duplicated().any():
        twice = rows.loc[rows["tier"].duplicated(), "tier"].iloc[0]
        raise ScenarioError(f"tier {twice!r} stands twice", "rates", remedy="give rates by tier alone, a row each")
    return {row.tier: _rate(row) for row in rows.itertuples()}


def _rate(row: Any) -> Rate:
    value, low, high = (getattr(row, name) for name in OF_RATES.values())
    if not 0 <= low <= value <= high <= 1:
        what = f"{value:g} with the interval {low:g} to {high:g}"
        raise ScenarioError(what, "rates", row.tier, remedy="a rate and its ends are in [0, 1], in order")
    return Rate(float(value), float(low), float(high), OF_TIER, f"violating {row.tier}")


def _shares(firms: "pd.DataFrame") -> dict[str, float]:
    """Share of firms in each tier."""
    by_tier = firms.groupby("tier")["firms"].sum()
    return {str(tier): float(n) / float(by_tier.sum()) for tier, n in by_tier.items()}


def _one_rate(run: Any, shares: Mapping[str, float]) -> dict[str, Rate]:
    """The rate of all firms in every tier, one unknown; the ground tells what the tier's own may be by it alone."""
    rate, low, high, n = _of_all(run)
    bounds = {tier: _manski(low, high, share) for tier, share in shares.items()}
    return {
        tier: Rate(rate, low, high, f"rate of all firms, {_counted(rate, n)}; one rate does not identify how tiers "
                   f"differ: this tier's is between {least:.1%} and {most:.1%} by this rate alone; give rates= by tier",
                   "violating")
        for tier, (least, most) in bounds.items()
    }  # fmt: skip


def _bounds(run: Any, shares: Mapping[str, float]) -> dict[str, Rate]:
    """Each tier between its bounds by the rate of all firms, an unknown of its own."""
    rate, low, high, n = _of_all(run)
    reference = f"bounds by the rate of all firms, {_counted(rate, n)}"
    return {
        tier: Rate(rate, *_manski(low, high, share), reference, f"violating {tier}") for tier, share in shares.items()
    }


def _manski(low: float, high: float, share: float) -> tuple[float, float]:
    """The least and the most that the rate of such a share of firms can be, given that of all (Manski's bounds)."""
    return max(low - (1 - share), 0.0) / share, min(high / share, 1.0)


def _counted(rate: float, n: int) -> str:
    return f"{rate:.1%} of {n} visits that draws chose in the year before"


def _of_all(run: Any) -> tuple[float, float, float, int]:
    """Hájek's rate of the year's visits by their chances, with Jeffreys' ends at their effective number."""
    visits = run.records["inspections"].execute()
    age = np.array([(run.rules.on - day).days for day in _days(visits["inspected_on"])])
    drawn = (visits["stream"] == "random") & visits["draw_probability"].notna() & (age >= 0) & (age < 366)
    if not drawn.any():
        raise ScenarioError("no visit that a draw chose in the year before", remedy="give rates= by tier")
    weight = 1 / visits.loc[drawn, "draw_probability"].to_numpy(float)
    bad = visits.loc[drawn, "violation_found"].to_numpy(float)
    rate = float(weight @ bad / weight.sum())
    n = weight.sum() ** 2 / (weight @ weight)
    low, high = jeffreys_interval(rate * n, n)
    return rate, float(low), float(high), int(drawn.sum())


def _days(column: "pd.Series") -> list[Any]:
    return [day.date() if hasattr(day, "date") else day for day in column]


def _types(
    firms: "pd.DataFrame", by: Sequence[str], rates: Mapping[str, Rate], schedule: "pd.DataFrame"
) -> list[dict[str, Any]]:
    """Types of firms by department and group."""
    visits = _intensities(schedule)
    keys = ["department", *by]
    return [
        _type(dict(zip(keys, map(str, names), strict=True)), _shares(group), int(group["firms"].sum()), rates, visits)
        for names, group in firms.groupby(keys, sort=False)
    ]  # fmt: skip


def _intensities(schedule: "pd.DataFrame") -> dict[tuple[str, str], float]:
    """Visits per firm and year by department and tier, floors included, as the run planned them."""
    at_random = schedule[schedule["duty"] == RANDOM]
    a_year = at_random["draw_probability"] * at_random["frequency"]
    return dict(zip(zip(at_random["department"], at_random["tier"], strict=True), a_year, strict=True))


def _type(
    named: Mapping[str, str], shares: dict[str, float], n: int, rates: Mapping[str, Rate],
    visits: Mapping[tuple[str, str], float],
) -> dict[str, Any]:  # fmt: skip
    """Firms of a department and group, with what keeps their share in violation where it is under the schedule.

    How long violations last and the rate of a tier are each one unknown for all types. The share that settles is the
    unknown that its rate is; where it is made of the rates of several tiers, it is one of its own.
    """
    a_period = sum(share * visits[named["department"], tier] for tier, share in shares.items()) / 12
    leaving = 1 - (1 - LASTING["value"]) * (1 - min(a_period, 1.0))
    settles = {
        end: _settles(sum(share * getattr(rates[tier], end) for tier, share in shares.items()), leaving) for end in ENDS
    }
    unknowns = {rates[tier].shared for tier in shares}
    return {
        "name": " · ".join(named.values()), "firms": n, "start": shares,
        "department": named["department"], "sector": named.get("sector", "all"), "size": named.get("size", "all"),
        "settles": settles | {"reference": TIED, "shared": unknowns.pop() if len(unknowns) == 1 else "settles"},
        "cure": LASTING | {"reference": NOT_IDENTIFIED, "shared": "cure"},
        "violating": {t: rates[t]._asdict() | {"basis": "records"} for t in shares},
    }  # fmt: skip


def _settles(share: float, leaving: float) -> float:
    """The share without visits where v stays with them: v h ÷ (m (1 − v) + v h), h and m the chances of an end."""
    return share * leaving / (LASTING["value"] * (1 - share) + share * leaving)


def _departments(run: Any) -> list[dict[str, Any]]:
    """Departments with what their inspectors can do, and what duties and calls take of it."""
    duty = run.schedule[run.schedule["duty"] != RANDOM]
    bound = (duty["visits_drawn"] * duty["days_per_visit"]).groupby(duty["department"]).sum()
    load = run.workload.set_index("department")
    return [
        _department(own, run.rules, load.loc[own.id], float(bound.get(own.id, 0.0)))
        for own in run.rules.model.inspection.departments
        if own.id in load.index
    ]


def _department(own: PolicyDepartment, rules: RuleSet, load: "pd.Series", bound: float) -> dict[str, Any]:
    days = rules.figure(own.days_per_visit)
    staff = {"basis": "records", "reference": "inspectors × inspection days of one, table 'departments'"}
    calls = {"basis": "records", "reference": "complaints, alerts and referrals of the year before; statutory duties"}
    tiers = {tier for by_tier in own.own.values() for tier in by_tier}
    return {
        "name": own.id, "days": {"value": float(days.value), "basis": days.basis, "reference": days.reference},
        "capacity": {"value": float(load["capacity_days"])} | staff,
        "out_of_plan": {"value": float(load["out_of_plan_days"]) + bound} | calls,
        "schedule": {tier: _plan(rules, own, tier) for tier in sorted(tiers)},
    }  # fmt: skip


def _plan(rules: RuleSet, own: PolicyDepartment | None, tier: str) -> dict[str, Any]:
    """The numbers of a tier: the department's own where it has them, else those of all."""
    base = rules.model.inspection.schedule[tier]
    theirs = {} if own is None else {n: by[tier].at(rules.on) for n, by in own.own.items() if tier in by}
    found = {name: theirs.get(name) or rules.figure(getattr(base, name)) for name in NUMBERS}
    grounded = {
        name: {"value": float(figure.value), "basis": figure.basis, "reference": figure.reference}
        for name, figure in found.items()
    }
    return grounded | {"floor": int(found["floor"].value)}
