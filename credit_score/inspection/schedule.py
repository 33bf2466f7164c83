"""The schedule: how many firms of each stratum are drawn, how often they are visited, in how many days."""

from hashlib import sha256
from math import ceil, floor
from typing import TYPE_CHECKING, Any

from credit_score.inspection.frame import RANDOM, STRATUM
from credit_score.policy.ruleset import RuleSet
from credit_score.policy.schema import Department

if TYPE_CHECKING:
    import ibis
    import pandas as pd


def make_schedule(frame: "ibis.Table", rules: RuleSet, *, seed: int | str) -> "pd.DataFrame":
    """One row a stratum, in the order of the policy's departments and tiers.

    n = min(N, max(floor, ⌊r N + U⌋)), with U uniform(0, 1) taken from the seed and the stratum:
    rounding down or up for good would bias small tiers. A firm under a statutory duty is drawn with
    ratio 1, and visited as often as the duty asks for in a year, or its tier on average if that is more.

    Columns: ``department, tier_code, tier, duty, firms`` (N), ``ratio`` (r, share drawn a year),
    ``frequency`` (visits a year to a drawn firm), ``floor``, ``draw_probability`` (E[n] ÷ N, before the annual
    cap), ``rate_identified`` (whether that is above 0: without it no rate of the stratum can be known),
    ``drawn`` (n), ``visits``, ``days_per_visit`` (inspector-days), ``rule`` and ``reference``.
    """
    strata = frame.group_by("department", "tier_code", "tier", "duty").aggregate(firms=frame.count()).execute()
    order = {d.id: i for i, d in enumerate(rules.model.inspection.departments)}
    strata["_order"] = strata["department"].map(order)
    strata = strata.sort_values(["_order", "tier_code", "duty"], ignore_index=True).drop(columns="_order")
    named = zip(strata["department"], strata["tier"], strata["duty"], strict=True)
    found = [_numbers(department, tier, duty, rules) for department, tier, duty in named]
    for column in ("ratio", "frequency", "floor", "days_per_visit", "rule", "reference"):
        strata[column] = [numbers[column] for numbers in found]
    return with_visits(strata, seed=seed)


def with_visits(strata: "pd.DataFrame", *, seed: int | str) -> "pd.DataFrame":
    """The strata with their chance, ``drawn`` and planned ``visits``, as the seed gives them."""
    sizes = [strata[c] for c in ("firms", "ratio", "floor")]
    chances = [draw_probability(*stratum) for stratum in zip(*sizes, strict=True)]
    strata = strata.assign(draw_probability=chances, rate_identified=[chance > 0 for chance in chances])
    columns = ("department", "tier", "duty", "firms", "ratio", "floor")
    drawn = [
        n_drawn(firms, ratio, least, uniform(seed, f"{department}|{tier}|{duty}"))
        for department, tier, duty, firms, ratio, least in zip(*(strata[c] for c in columns), strict=True)
    ]
    counted = strata.assign(drawn=drawn)
    counted["visits"] = counted["drawn"] * counted["frequency"]
    return counted


def with_drawn(schedule: "pd.DataFrame", draw: "ibis.Table") -> "pd.DataFrame":
    """The schedule with ``firms_drawn`` and ``visits_drawn``: fewer than planned where the cap kept firms out."""
    made = draw.group_by(*STRATUM).aggregate(firms_drawn=draw.count(), visits_drawn=draw.visits.sum()).execute()
    merged = schedule.merge(made, on=list(STRATUM), how="left")
    counts = {c: merged[c].fillna(0).astype(int) for c in ("firms_drawn", "visits_drawn")}
    return merged.assign(**counts)


def n_drawn(firms: int, ratio: float, least: int, u: float) -> int:
    """Firms to draw from a stratum: ⌊ratio × firms + u⌋, at least the floor, at most all."""
    return min(firms, max(least, floor(ratio * firms + u)))


def draw_probability(firms: int, ratio: float, least: int) -> float:
    """A firm's chance to be drawn from its stratum before the annual cap: E[:func:`n_drawn`] ÷ firms, over U."""
    low, high, part = either_drawn(firms, ratio, least)
    return ((1 - part) * low + part * high) / firms


def either_drawn(firms: int, ratio: float, least: int) -> tuple[int, int, float]:
    """The two numbers that :func:`n_drawn` may give, and the chance of the second, over U."""
    whole = floor(ratio * firms)
    low, high = (n_drawn(firms, n / firms, least, 0.5) for n in (whole, whole + 1))
    return low, high, ratio * firms - whole


def uniform(seed: int | str, name: str) -> float:
    """A number in [0, 1) that anyone can recompute from the seed and a name."""
    return int(sha256(f"{seed}|{name}".encode()).hexdigest()[:13], 16) / 16**13


def _numbers(department: str, tier: str, duty: str, rules: RuleSet) -> dict[str, Any]:
    """The numbers of a stratum and the rule they come from."""
    own = next(d for d in rules.model.inspection.departments if d.id == department)
    days = {"days_per_visit": rules.figure(own.days_per_visit).value}
    at_random = at_random_numbers(own, tier, rules)
    return days | (at_random if duty == RANDOM else _by_duty(duty, at_random, rules))


def _by_duty(duty: str, at_random: dict[str, Any], rules: RuleSet) -> dict[str, Any]:
    """A statutory minimum: every firm it is due for, as often as its months go into a year.

    It stands above the tier's numbers and never lowers them: where ratio × frequency of the tier is more, each
    firm is visited that often, rounded up.
    """
    minimum = next(m for m in rules.model.inspection.statutory_minimums if m.id == duty)
    every = rules.figure(minimum.every)
    asked, usual = ceil(12 / every.value), ceil(round(at_random["ratio"] * at_random["frequency"], 9))
    if usual > asked:
        return at_random | {"ratio": 1.0, "frequency": usual, "floor": 0}
    rule = f"inspection:statutory_minimums:{duty}"
    return {"ratio": 1.0, "frequency": asked, "floor": 0, "rule": rule, "reference": every.reference}


def at_random_numbers(own: Department, tier: str, rules: RuleSet) -> dict[str, Any]:
    """A tier's ``ratio, frequency, floor`` of draws, a department's own where it has them; ``rule``: the ratio's."""
    base = rules.model.inspection.schedule[tier]
    theirs = {name: by_tier[tier].at(rules.on) for name, by_tier in own.own.items() if tier in by_tier}
    held = {name: theirs.get(name) or rules.figure(getattr(base, name)) for name in own.own}
    rule = f"inspection:departments:{own.id}:ratio" if theirs.get("ratio") else f"inspection:schedule:{tier}"
    return {name: f.value for name, f in held.items()} | {"rule": rule, "reference": held["ratio"].reference}


def county_share(visited: int, n_firms: int) -> float:
    """Share of all registered firms that at least one department visits in the year."""
    return visited / n_firms if n_firms else 0.0
