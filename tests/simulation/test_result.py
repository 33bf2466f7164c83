import numpy as np
import pytest
from simulation.models import RATIOS, TIERS, full, static

from credit_score.simulation import ScenarioError, simulate
from credit_score.simulation.result import MEASURES


@pytest.fixture(scope="module")
def result():
    return simulate(full(600), n_replications=40, seed=1)


AXES = {
    "tier": ("inspections", "detections", "undetected", "firms", "violating", "tier_shares", "left"),
    "department": ("days", "waiting"), "sector": ("burden_by_sector",), "size": ("burden_by_size",),
    "how": ("misclassified",), "from": ("moved",),
}  # fmt: skip


def test_every_measure_is_an_array_with_named_axes(result):
    for measure in MEASURES:
        values = getattr(result, measure)
        assert values.dims[:2] == ("replication", "period")
        assert values.sizes["replication"] == 40
        assert values["period"].to_numpy().tolist() == list(range(1, 13))
        axis = next((axis for axis, names in AXES.items() if measure in names), None)
        assert (values.dims[2] if values.ndim > 2 else None) == axis
    assert result.firms["tier"].to_numpy().tolist() == list(TIERS)
    assert result.burden_by_size["size"].to_numpy().tolist() == ["small", "middle", "large"]
    assert result.moved.dims == ("replication", "period", "from", "to")


def test_measures_follow_from_one_another(result):
    both = result.detections + result.undetected
    assert both.to_numpy() == pytest.approx(result.violating.to_numpy())
    assert result.prevalence.to_numpy() == pytest.approx(1 - result.compliance.to_numpy())
    assert result.tier_shares.sum("tier").to_numpy() == pytest.approx(1)
    assert result.fines.to_numpy() == pytest.approx((result.detections.to_numpy() * [1, 2, 4, 8]).sum(axis=-1))
    visits = result.records.visits.sum(axis=2)
    assert result.days.sel(department="x").to_numpy() == pytest.approx(visits[..., 0] + visits[..., 1])
    assert result.days.sel(department="y").to_numpy() == pytest.approx(2 * visits[..., 2])
    assert result.level_shares["tier"].to_numpy().tolist() == list(TIERS[::-1])
    wrong = result.misclassified.sel(how="violating in the best")
    assert wrong.to_numpy() == pytest.approx(result.violating.sel(tier="A").to_numpy())
    assert np.isinf(result.capacity).all()


def test_a_table_holds_the_mean_and_the_interval_of_replications(result):
    table = result.table("inspections", level=0.5)
    assert list(table.columns) == ["period", "tier", "mean", "low", "high"]
    assert len(table) == 12 * 4
    row = table.iloc[7]
    values = result.inspections.sel(period=row["period"], tier=row["tier"]).to_numpy()
    assert row["mean"] == pytest.approx(values.mean())
    assert [row["low"], row["high"]] == pytest.approx(np.quantile(values, [0.25, 0.75]))
    assert list(result.table("prevalence").columns) == ["period", "mean", "low", "high"]


def test_means_alone_have_no_interval():
    table = simulate(full(600), n_replications=0).table("prevalence")
    assert table["low"].isna().all()
    assert table["mean"].notna().all()


def test_an_average_comes_with_its_error(result):
    told = result.average("prevalence", since=7)
    over = result.prevalence[:, 6:].mean("period").to_numpy()
    assert told["mean"].item() == pytest.approx(over.mean())
    assert told["se"].item() == pytest.approx(over.std(ddof=1) / np.sqrt(40))
    assert result.average("tier_shares")["tier"].tolist() == list(TIERS)
    assert simulate(full(600), n_replications=0).average("prevalence")["se"].isna().all()


def test_visits_that_take_no_days_have_no_bound():
    free = full(departments=[{"name": "x", "days": 0}, {"name": "y"}])
    assert np.isinf(simulate(free, n_replications=0).capacity).all()


@pytest.mark.parametrize("level", [0, -1, 90, float("nan")])
def test_a_level_that_is_no_share_is_refused(result, level):
    with pytest.raises(ScenarioError, match=r"level .* is outside \(0, 1\]; give a share, such as 0\.9"):
        result.table("inspections", level=level)


@pytest.mark.parametrize("since", [0, 13, -3, "x"])
def test_an_average_since_no_period_is_refused(result, since):
    with pytest.raises(ScenarioError, match=r"since .*; give a whole number from 1 to 12"):
        result.average("prevalence", since=since)


def test_no_measure_is_refused(result):
    with pytest.raises(ScenarioError, match="no measure 'load'"):
        result.table("load")


def test_intervals_hold_what_is_not_known_when_ranges_are_drawn():
    """A1 with a sensitivity from .5 to 1: a share of those visited that each replication draws."""
    scenario = static(10_000_000, sensitivity={"value": 0.8, "low": 0.5, "high": 1.0})
    told = {"engine": "cells", "n_replications": 256, "seed": 3}
    apart, known = simulate(scenario, draw_ranges=True, **told), simulate(scenario, **told)
    found, as_stated = (r.detections.sum(["tier", "period"]).to_numpy() / 71_300 for r in (apart, known))
    assert np.quantile(found, [0.05, 0.5, 0.95]) == pytest.approx([0.525, 0.75, 0.975], abs=0.01)
    assert as_stated == pytest.approx(0.8, abs=4 * 0.8 / 57_040**0.5)
    more = scenario.altered(schedule={t: {"ratio": 2 * r} for t, r in RATIOS.items()})
    other = simulate(more, draw_ranges=True, **told).detections.sum(["tier", "period"]).to_numpy() / 142_600
    assert np.corrcoef(found, other)[0, 1] > 0.99


UNKNOWN = {"value": 0.8, "low": 0.5, "high": 1}


@pytest.mark.parametrize(("n", "sensitivity", "told"), [(0, UNKNOWN, "0 replications"), (9, 0.8, "no number")])
def test_ranges_that_cannot_be_drawn_are_refused(n, sensitivity, told):
    with pytest.raises(ScenarioError, match=told):
        simulate(static(sensitivity=sensitivity), n_replications=n, draw_ranges=True)


def test_a_county_without_firms_has_counts_of_none_and_no_shares():
    empty = simulate(static().altered(types=[{"name": "none", "firms": 0, "start": {"A": 1}}]), n_replications=3)
    for measure in MEASURES:
        told = empty.table(measure)["mean"].to_numpy()
        shares = measure in ("tier_shares", "prevalence", "compliance", "inspected", "score_mean", "score_variance")
        assert np.isnan(told).all() if shares else (told == 0).all()
