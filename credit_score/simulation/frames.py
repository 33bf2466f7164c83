"""Tidy frames of what a simulation found, for tables and figures."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from credit_score.simulation.carried import APART, answers_to_plans, share_carried
from credit_score.simulation.result import MEASURES, SimulationResult
from credit_score.simulation.scenario import Scenario
from credit_score.simulation.sensitivity import one_at_a_time
from credit_score.simulation.totals import totals

if TYPE_CHECKING:
    import xarray as xr

SUMMED, AVERAGED = ("inspections", "detections"), ("undetected", "prevalence")
# Times the present ratios, and times more from each tier to the next worse one: what the front is looked for among.
SCALES, STEEPER = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0), (0.5, 1.0, 1.5, 2.0, 3.0, 5.0)
LEVELS = (0.5, 0.9)


def by_period(result: SimulationResult, *, level: float = 0.9) -> pd.DataFrame:
    """Every measure: ``measure, period``, the other axes (empty where it has none), ``mean, low, high``."""
    tables = [result.table(name, level=level).assign(measure=name) for name in MEASURES]
    table = pd.concat([t.astype({"low": float, "high": float}) for t in tables], ignore_index=True)
    axes = [c for c in table.columns if c not in ("measure", "period", "mean", "low", "high")]
    return table[["measure", "period", *axes, "mean", "low", "high"]].fillna(dict.fromkeys(axes, ""))


def years(scenario: Scenario) -> dict[str, slice]:
    """The periods of the first and the last year; of a shorter scenario all of them, as the first."""
    n, of_year = scenario.periods, scenario.per_year
    first = {"first": slice(1, min(of_year, n))}
    return first | ({"last": slice(n - of_year + 1, n)} if n > of_year else {})


def summary(result: SimulationResult, *, level: float = 0.9) -> pd.DataFrame:
    """First and last year: ``year, measure, mean, low, high``.

    ``inspections`` and ``detections`` of the year; firms in violation that go ``undetected`` and ``prevalence`` (share
    of firms in violation) on average over it.
    """
    rows = [
        {"year": year, "measure": name} | _interval(_of_year(result, name, periods), result, level)
        for name in (*SUMMED, *AVERAGED)
        for year, periods in years(result.scenario).items()
    ]
    return pd.DataFrame(rows)


def _of_year(result: SimulationResult, name: str, periods: slice) -> "xr.DataArray":
    values = getattr(result, name).sel(period=periods)
    values = values.sum("tier") if "tier" in values.dims else values
    return values.sum("period") if name in SUMMED else values.mean("period")


def _interval(values: "xr.DataArray", result: SimulationResult, level: float) -> dict[str, float]:
    """The mean, and between what ends the given share of replications lies."""
    told = {"mean": float(values.mean())}
    if not result.n_replications:
        return told | {"low": np.nan, "high": np.nan}
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return told | {"low": float(low), "high": float(high)}


def load(result: SimulationResult) -> pd.DataFrame:
    """Load of departments: ``department, period, days, waiting, capacity, use, put_off, over``.

    Inspector-days of visits made and of those put off at the end of the period, on average; ``capacity`` that others'
    calls leave (infinite without a bound); ``use``: days ÷ capacity (1 where calls leave nothing; beyond 1 where a
    visit is made with days left over of the period before); ``put_off``: share of replications in which a visit or more
    was put off for want of days; both missing without a bound. ``over``: whether that is most replications.
    """
    days, waiting = (getattr(result, name).mean("replication") for name in ("days", "waiting"))
    least = result.numbers.days[result.variants][:, None, :]
    short = (result.waiting >= np.maximum(least, 1e-9) - 1e-9).mean("replication").rename("put_off")
    table = short.to_dataframe().reset_index()
    for name, values in {"days": days, "waiting": waiting}.items():
        table[name] = values.to_numpy().ravel()
    table["capacity"] = result.capacity.to_numpy().ravel()
    table["put_off"] = table["put_off"].where(np.isfinite(table["capacity"]))
    table = table.assign(use=_use(table), over=table["put_off"] > 0.5)
    return table[["department", "period", "days", "waiting", "capacity", "use", "put_off", "over"]]


def _use(table: pd.DataFrame) -> pd.Series:
    bound = table["capacity"].where(np.isfinite(table["capacity"]))
    return (table["days"] / bound.where(bound > 0)).mask(bound == 0, 1.0)


def load_by_year(result: SimulationResult) -> pd.DataFrame:
    """Load of the first and the last year: ``year, department, days, capacity, use, waiting, put_off, over``.

    ``use`` as in :func:`load`; ``waiting`` at the end of the year, ``put_off`` in its tightest period, ``over`` in
    periods.
    """
    table, found = load(result), []
    for year, periods in years(result.scenario).items():
        part = table[table["period"].between(periods.start, periods.stop)]
        by = part.groupby("department", sort=False)
        told = by.agg(
            days=("days", "sum"), capacity=("capacity", "sum"), waiting=("waiting", "last"), put_off=("put_off", "max"),
            over=("over", "sum"),
        )  # fmt: skip
        found.append(told.assign(use=_use(told), year=year).reset_index())
    columns = ["year", "department", "days", "capacity", "use", "waiting", "put_off", "over"]
    return pd.concat(found, ignore_index=True)[columns]


def fan(result: SimulationResult, measure: str, *, levels: Sequence[float] = LEVELS) -> pd.DataFrame:
    """A measure by period, summed over its other axes: ``period, mean, level, low, high``, a row a period × level."""
    values: Any = getattr(result, measure)
    values = values.sum([axis for axis in values.dims if axis not in ("replication", "period")])
    mean, parts = values.mean("replication").to_numpy(), []
    for level in levels:
        low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2], axis=0)
        told = {"period": result.periods, "mean": mean, "level": level, "low": low, "high": high}
        parts.append(pd.DataFrame(told))
    table = pd.concat(parts, ignore_index=True)
    return table if result.n_replications else table.assign(low=np.nan, high=np.nan)


def flow(result: SimulationResult, *, first: int = 1) -> pd.DataFrame:
    """Firms from their tier at the start of a year to that at its end, on average: ``from, to, firms``.

    What each tier has at both ends is as simulated; who went where is chained from period to period by the shares that
    moved, as if a firm's next move did not depend on the one before.
    """
    scenario = result.scenario
    last = min(first + scenario.per_year, scenario.periods + 1)
    moved, firms = (
        getattr(result, name).mean("replication").sel(period=slice(first, last - 1)).to_numpy()
        for name in ("moved", "firms")
    )
    pairs = np.diag(firms[0])
    for of_period, there in zip(moved, firms, strict=True):
        pairs = pairs @ _shares_moved(of_period, there)
    names = scenario.tiers
    rows = [{"from": a, "to": b, "firms": pairs[i, j]} for i, a in enumerate(names) for j, b in enumerate(names)]
    return pd.DataFrame(rows)


def _shares_moved(moved: np.ndarray, firms: np.ndarray) -> np.ndarray:
    """Shares of each tier that end a period in each, (K, K)."""
    away = moved * (1 - np.eye(len(firms)))
    shares = np.divide(away, firms[:, None], out=np.zeros_like(away), where=firms[:, None] > 0)
    shares /= np.maximum(shares.sum(axis=1, keepdims=True), 1.0)
    return shares + np.diag(1 - shares.sum(axis=1))


def front(scenario: Scenario) -> pd.DataFrame:
    """The present schedule and others made from it: ``scale, steeper, days, undetected, present, best``, by means.

    ``days``: inspector-days a year; ``undetected``: firms in violation that no visit finds, on average over the
    periods. The others have ``scale`` times the ratios and ``steeper`` times more from each tier to the next worse, at
    most 1. ``best``: no other of them has less of both. Those that carry out a share of their plan that is less than
    the present one's by more than .01 are left out: they would deter by visits that nobody makes.
    """
    scales, steeper = (a.ravel() for a in np.meshgrid(SCALES, STEEPER, indexing="ij"))
    found = totals(scenario, ("days", "undetected", share_carried), _ratios(scenario, scales, steeper))
    table = pd.DataFrame({
        "scale": scales, "steeper": steeper,
        "days": found["days"] * scenario.per_year / scenario.periods, "undetected": found["undetected"],
        "present": (scales == 1) & (steeper == 1),
    })  # fmt: skip
    carried = found[share_carried]
    if answers_to_plans(scenario):
        table = table[carried >= carried[table["present"]].item() - APART]
    ordered = table.sort_values(["days", "undetected"], ignore_index=True)
    least = ordered["undetected"].cummin().shift(fill_value=np.inf)
    return ordered.assign(best=ordered["undetected"] < least - 1e-9)


def _ratios(scenario: Scenario, scales: np.ndarray, steeper: np.ndarray) -> dict[str, np.ndarray]:
    """Ratios of every plan by where it stands, (V,) each."""
    worse = {tier: steeper**k for k, tier in enumerate(scenario.tiers)}
    return {
        f"{place}.ratio": np.clip(plan.ratio.value * scales * worse[place.split("schedule.")[1]], 0, 1)
        for place, plan in scenario.plans()
    }


def swings(scenario: Scenario, measure: str = "undetected") -> pd.DataFrame:
    """How far each unknown moves a measure of :func:`totals`; empty where every number is known.

    As ``swings`` of :func:`sensitivity`, ranges that share being one unknown, with ``at_value``, the measure with every
    number at its value.
    """
    at_value, table = one_at_a_time(scenario, measure)
    return table.assign(at_value=at_value)
