"""What each binding constraint of an optimal schedule costs, as numbers and in words."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from credit_score.errors import PolicyError
from credit_score.inspection.cube.cube import by_department
from credit_score.inspection.optimum import kernels
from credit_score.inspection.optimum.joint import solved
from credit_score.inspection.optimum.problem import check_known
from credit_score.inspection.optimum.schedule import OptimalSchedule
from credit_score.language import say

ALL = -1


class Price(NamedTuple):
    """A binding constraint: name, tier and department (−1 and empty for all), limit, and what a unit is worth."""

    constraint: str
    tier_code: int
    department: Any
    limit: float
    price: float


class Gain(NamedTuple):
    """What days more in a budget gain."""

    department: Any
    days: float
    gain: float


def shadow_prices(best: OptimalSchedule) -> list[Price]:
    """The binding constraints, the dearest first.

    ``budget`` (price: what a day more gains), ``risk`` (visits that one more undetected violation would save),
    ``min_ratio`` (what one visit fewer under the lower bound gains) or ``max_ratio`` (one more above the upper). Prices
    are > 0, in units of the objective, and hold for small changes. Cut-offs stay as they are.
    """
    return sorted([*_limits(best), *_bounds(best)], key=lambda row: -row.price)


def _limits(best: OptimalSchedule) -> list[Price]:
    asked, names = best.asked, best.kpi.cube.departments
    word = "budget" if asked.what == kernels.BUDGET else "risk"
    one_for_all = len(asked.limits) == 1
    return [
        Price(word, ALL, "" if one_for_all else names[p], float(asked.limits[p]), float(price))
        for p, price in enumerate(best.prices)
        if 0 < price < np.inf
    ]


def _bounds(best: OptimalSchedule) -> list[Price]:
    """Cells at a bound: what the days of a visit are worth elsewhere, less what it is worth there; per visit."""
    asked, names = best.asked, best.kpi.cube.departments
    cells = asked.cells(best.kpi.edges)
    found = []
    for c in range(cells.shape[1]):
        d, k = divmod(c, asked.n_tiers)
        place = int(asked.order[d])
        bad, cost, seen, low, high = map(float, cells[:, c])
        firms, r = best.kpi.firms[k, place], best.ratios[k, place]
        price, scale = _price(best, d)
        worth = (price * cost - kernels.slope(asked.kind, asked.beta, bad, seen, r)) * scale / max(firms, 1.0)
        if firms > 0 and low < high and r == low > 0 and worth > 0:
            found.append(Price("min_ratio", k, names[place], low, float(worth)))
        elif firms > 0 and low < high and r == high and worth < 0:
            found.append(Price("max_ratio", k, names[place], high, float(-worth)))
    return found


def _price(best: OptimalSchedule, d: int) -> tuple[float, float]:
    """Loss a unit of cost, and units of the objective a unit of loss."""
    asked = best.asked
    price = best.prices[asked.pools[d]]
    return (price, 1.0) if asked.what == kernels.BUDGET else (1 / price, price) if price > 0 else (0.0, 0.0)


def gains(best: OptimalSchedule, more: Mapping[Any, float] | float) -> list[Gain]:
    """What more days in each budget would gain, solved anew with the same cut-offs, the most first.

    ``more``: days, one number or one a department, such as those of one inspector a year. Raises PolicyError for a
    schedule of the objective ``burden``, which has no budget, and for departments that are not the cube's.
    """
    asked, names = best.asked, best.kpi.cube.departments
    if asked.what == kernels.RISK:
        raise PolicyError("more days for a schedule that a risk limits", remedy="read the price of its risk instead")
    if isinstance(more, Mapping):
        check_known(more, names)
    days = by_department(more, names, "days more")
    one_for_all = len(asked.limits) == 1
    now, rows = solved(asked, best.kpi.edges).value, []
    for p in range(len(asked.limits)):
        extra = float(days.mean() if one_for_all else days[p])
        limits = asked.limits.copy()
        limits[p] += extra
        value = solved(replace(asked, limits=limits), best.kpi.edges).value
        rows.append(Gain("" if one_for_all else names[p], extra, float(now - value)))
    return sorted(rows, key=lambda row: -row.gain)


def told(
    best: OptimalSchedule, lang: str, *, tiers: tuple[str, ...], names: Mapping[Any, str] | None = None,
    inspector_days: Mapping[Any, float] | float | None = None, most: int = 5,
) -> list[str]:  # fmt: skip
    """The certificate and the dearest constraints, a sentence each.

    ``tiers``, ``names``: what tiers and departments are called; ``inspector_days``: days a year of one inspector, else
    a sentence is of ten days.
    """
    called = {d: str(d) for d in best.kpi.cube.departments} | dict(names or {}) | {"": say("optimum.all", lang)}
    told = [_certificate(best, lang)]
    if best.asked.what == kernels.BUDGET:
        told += _more_days(best, lang, called, inspector_days)
    rest = [price for price in shadow_prices(best) if price.constraint != "budget"]
    for row in rest[:most]:
        tier = "" if row.tier_code == ALL else tiers[row.tier_code]
        values = {"tier": tier, "department": called[row.department], "limit": f"{row.limit:.4g}"}
        told.append(say(f"optimum.{row.constraint}", lang, **values, gain=_gained(best, row.price, lang)))
    return told


def _certificate(best: OptimalSchedule, lang: str) -> str:
    key = "optimum.exact" if best.exact else "optimum.within"
    return say(key, lang, value=f"{best.value:,.1f}", gap=f"{best.gap:,.3g}", what=say(f"aim.{best.objective}", lang))


def _more_days(
    best: OptimalSchedule, lang: str, called: Mapping[Any, str], inspector_days: Mapping[Any, float] | float | None
) -> list[str]:
    found = gains(best, 10.0 if inspector_days is None else inspector_days)
    key = "optimum.ten_days" if inspector_days is None else "optimum.one_inspector"
    return [
        say(key, lang, department=called[row.department], days=f"{row.days:g}", gain=_gained(best, row.gain, lang))
        for row in found
        if row.gain > 0
    ]


def _gained(best: OptimalSchedule, amount: float, lang: str) -> str:
    kind = "found" if best.asked.kind == kernels.MISSED and best.objective != "burden" else best.objective
    return say(f"gain.{kind}", lang, n=f"{amount:,.2g}" if amount < 10 else f"{amount:,.0f}")
