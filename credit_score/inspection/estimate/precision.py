"""The floor that a wanted precision needs, and the precision that an affordable floor buys.

n = min(N, z² p(1 − p)/e² with the finite-population correction). About 300 visits are needed before a small rate's
interval covers it as often as it says; fewer are told. All of it is of a simple random sample: where strata with
chances of their own are pooled, the interval of the draw is another, mostly wider.
"""

from collections.abc import Sequence
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from credit_score.errors import FitError
from credit_score.scorecard.rates import z_of
from credit_score.scorecard.settings import check_number

if TYPE_CHECKING:
    import pandas as pd

ENOUGH = 300


def floor_needed(firms: float, rate: float, half_width: float, *, level: float = 0.95) -> int:
    """Visits to a simple random sample of so many firms, at least 1, for an interval of rate ± half-width.

    ``rate`` is that planned for, in (0, 1): where none were found, or all, an end of its interval. Raises FitError for
    what is none, and for a half-width outside (0, 1).
    """
    z = z_of(level)
    _check(firms, rate)
    if not 0 < half_width < 1:
        raise FitError(f"a half-width of {half_width!r}", remedy="give a share in (0, 1), .05 for 5 points")
    wanted = z**2 * rate * (1 - rate) / half_width**2
    return min(ceil(firms), max(1, ceil(wanted / (1 + (wanted - 1) / firms) - 1e-9)))


def precision_bought(firms: float, visits: float, rate: float, *, level: float = 0.95) -> float:
    """The half-width of the interval that so many visits buy; infinite for none, 0 where all are visited."""
    z = z_of(level)
    _check(firms, rate)
    if not 0 <= visits <= firms:
        raise FitError(f"{visits!r} visits to {firms!r} firms", remedy="give a number from 0 to the number of firms")
    if visits == 0:
        return np.inf
    correction = (firms - visits) / (firms - 1) if firms > 1 else 0.0
    return float(z * np.sqrt(rate * (1 - rate) / visits * correction))


def floor_table(
    strata: "pd.DataFrame", pool: Sequence[str], *, half_width: float, budget: int | None = None, rate: float = 0.5,
    level: float = 0.95,
) -> "pd.DataFrame":  # fmt: skip
    """A row an estimation stratum: what a precision needs, and what a budget buys, spread as firms are needed.

    Parameters
    ----------
    strata : a row a stratum with ``firms``, and where it is known ``rate``; else ``rate`` is taken for all, .5 being
        the most careful.
    pool : columns that make the estimation strata; those left out (departments, years) are pooled.
    budget : random visits a year that can be afforded; by default as many as are needed.

    Returns the columns of ``pool``, ``firms, rate, needed`` (visits), ``floor`` (of the budget), ``half_width`` that
    the floor buys, and ``enough`` (the floor is 300, or everybody). Raises FitError for a budget that leaves a stratum
    with nobody.
    """
    if budget is not None:
        check_number("budget", budget, least=0, whole=True)
    known = strata if "rate" in strata.columns else strata.assign(rate=rate)
    known = known.assign(expected=known["firms"] * known["rate"].fillna(rate))
    told = known.groupby(list(pool), as_index=False)[["firms", "expected"]].sum()
    told["rate"] = (told["expected"] / told["firms"]).clip(0, 1)
    pairs = list(zip(told["firms"], told["rate"], strict=True))
    told["needed"] = [floor_needed(n, p, half_width, level=level) for n, p in pairs]
    told["floor"] = told["needed"] if budget is None else _spread(told["needed"].to_numpy(), budget)
    floors = zip(pairs, told["floor"], strict=True)
    told["half_width"] = [precision_bought(n, f, p, level=level) for (n, p), f in floors]
    told["enough"] = told["floor"] >= np.minimum(told["firms"], ENOUGH)
    return told.drop(columns="expected")


def _spread(needed: np.ndarray, budget: int) -> np.ndarray:
    """A budget in proportion to what is needed, whole numbers, at least one each; what is left to the largest parts."""
    if budget < len(needed):
        what = f"{budget} visits for {len(needed)} estimation strata"
        raise FitError(what, remedy="pool departments or years, or afford more")
    if budget >= needed.sum():
        return needed
    exact = np.maximum(needed * budget / needed.sum(), 1.0)
    exact = 1 + (exact - 1) * (budget - len(needed)) / max((exact - 1).sum(), 1e-12)
    floor = np.floor(exact + 1e-9).astype(int)
    for i in np.argsort(floor - exact, kind="stable")[: budget - floor.sum()]:
        floor[i] += 1
    return floor


def _check(firms: float, rate: float) -> None:
    numbers = all(isinstance(x, (int, float, np.integer, np.floating)) for x in (firms, rate))
    if not (numbers and 1 <= firms < np.inf and 0 < rate < 1):
        remedy = "give a number of firms, and a rate in (0, 1); where none or all were found, an end of its interval"
        raise FitError(f"{firms!s:.30} firms at a rate of {rate!s:.30}", remedy=remedy)
