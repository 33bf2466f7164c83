"""Tidy frames of a simulation: sums that hold, closed forms, and what moves what."""

import numpy as np
import pytest

from credit_score.simulation import Scenario, frames, simulate
from credit_score.simulation.ranges import held
from credit_score.simulation.result import MEASURES
from credit_score.simulation.sensitivity import sensitivity

TIERS = ("A", "B", "C")


def scenario(**fields):
    told = {
        "periods": 30, "tiers": TIERS,
        "types": [
            {"name": "shops", "firms": 6000, "start": {"A": 0.7, "B": 0.2, "C": 0.1}, "onset": 0.01, "cure": 0.05,
             "violating": {"A": 0.05, "B": 0.1, "C": 0.3}, "department": "market", "sector": "trade"},
            {"name": "plants", "firms": 600, "start": {"A": 0.5, "B": 0.5}, "onset": 0.02, "cure": 0.05,
             "department": "ecology", "sector": "industry"},
        ],
        "schedule": {"A": {"ratio": 0.1}, "B": {"ratio": 0.3}, "C": {"ratio": 0.9}},
        "departments": [{"name": "market", "days": 2, "capacity": 5000}, {"name": "ecology", "capacity": 60}],
        "sensitivity": 0.8, "rating": {"kind": "ladder", "release": 0.4},
    }  # fmt: skip
    return Scenario(**(told | fields))


@pytest.fixture(scope="module")
def result():
    return simulate(scenario(), engine="cells", n_replications=40, seed=3, threads=1)


@pytest.fixture(scope="module")
def means():
    return simulate(scenario(), n_replications=0)


def test_every_measure_stands_in_one_tidy_table(result):
    table = frames.by_period(result)
    assert list(table.columns[:2]) == ["measure", "period"]
    assert set(table["measure"]) == set(MEASURES)
    assert not table[["mean", "low", "high"]].isna().any(axis=None)
    seen = table[(table["measure"] == "inspections") & (table["tier"] == "C") & (table["period"] == 7)]
    assert seen["mean"].item() == pytest.approx(result.records.visits[:, 6, 2].sum(axis=-1).mean())
    by_tier = table[table["measure"] == "tier_shares"].groupby("period")["mean"].sum()
    assert by_tier.to_numpy() == pytest.approx(1)


def test_first_and_last_year_are_sums_and_means_of_their_periods(result):
    table = frames.summary(result, level=0.9).set_index(["year", "measure"])
    visits = result.records.visits.sum(axis=(2, 3))
    for year, of_year in {"first": visits[:, :12], "last": visits[:, -12:]}.items():
        row = table.loc[(year, "inspections")]
        assert row["mean"] == pytest.approx(of_year.sum(axis=1).mean())
        assert (row["low"], row["high"]) == pytest.approx(tuple(np.quantile(of_year.sum(axis=1), [0.05, 0.95])))
    share = result.records.violating.sum(axis=(2, 3)) / result.records.firms.sum(axis=(2, 3))
    assert table.loc[("last", "prevalence"), "mean"] == pytest.approx(share[:, -12:].mean())


def test_a_short_scenario_has_one_year_and_means_have_no_interval():
    short = simulate(scenario(periods=5), n_replications=0)
    table = frames.summary(short)
    assert set(table["year"]) == {"first"}
    assert table[["low", "high"]].isna().all(axis=None)
    assert frames.fan(short, "undetected")[["low", "high"]].isna().all(axis=None)


def test_bands_lie_within_each_other_and_hold_their_share(result):
    table = frames.fan(result, "detections").set_index(["level", "period"])
    inner, outer = table.loc[0.5], table.loc[0.9]
    assert (outer["low"] <= inner["low"]).all()
    assert (inner["high"] <= outer["high"]).all()
    found = result.records.found.sum(axis=(2, 3))
    inside = (found >= outer["low"].to_numpy()) & (found <= outer["high"].to_numpy())
    assert inside.mean() >= 0.88  # of 40 replications, 36 at the least


def test_departments_that_run_out_of_days_are_told(result):
    """Ecology: 5 days a month for 600 firms asked for 10 visits a month; market has twice what it needs."""
    table = frames.load(result)
    ecology, market = (table[table["department"] == name] for name in ("ecology", "market"))
    assert ecology["over"].all()
    assert (ecology["days"] == 5).all()
    assert (ecology["use"] == 1).all()
    assert market["use"].to_numpy() == pytest.approx(market["days"] / (5000 / 12))
    assert not market["over"].any()
    assert market["capacity"].unique() == pytest.approx([5000 / 12])
    year = frames.load_by_year(result).set_index(["year", "department"])
    assert year.loc[("first", "ecology"), "over"] == 12
    assert year.loc[("last", "market"), "capacity"] == pytest.approx(5000)
    assert year.loc[("last", "ecology"), "waiting"] == pytest.approx(ecology["waiting"].iloc[-1])


def test_without_a_bound_nothing_is_over():
    free = scenario(departments=[{"name": "market"}, {"name": "ecology"}])
    table = frames.load(simulate(free, n_replications=0))
    assert table["use"].isna().all()
    assert not table["over"].any()
    assert frames.load_by_year(simulate(free, n_replications=0))["use"].isna().all()


def test_where_calls_leave_no_days_all_are_used():
    taken = scenario(departments=[{"name": "market"}, {"name": "ecology", "capacity": 60, "out_of_plan": 90}])
    result = simulate(taken, n_replications=0)
    for table in (frames.load(result), frames.load_by_year(result)):
        ecology = table[table["department"] == "ecology"]
        assert (ecology["days"] == 0).all()
        assert (ecology["use"] == 1).all()
        assert ecology["over"].all()


def test_the_flow_of_a_year_ends_where_firms_are(means):
    table = frames.flow(means).pivot_table("firms", "from", "to", sort=False).to_numpy()
    firms = means.firms.isel(replication=0)
    assert table.sum(axis=1) == pytest.approx(firms.sel(period=1).to_numpy())
    assert table.sum(axis=0) == pytest.approx(firms.sel(period=13).to_numpy())


def test_the_flow_of_a_ladder_is_the_power_of_its_matrix():
    """Violations afresh, one type: a firm of tier k moves down with r v d a period, up with r (1 − v) u."""
    alone = Scenario(
        periods=12, tiers=TIERS, violations="afresh", sampling="bernoulli", sensitivity=0.8,
        types=[{"name": "x", "firms": 10**6, "start": {"A": 0.5, "B": 0.3, "C": 0.2}, "violates": 0.25}],
        schedule={"A": {"ratio": 0.3}, "B": {"ratio": 0.6}, "C": {"ratio": 1.0}},
        rating={"kind": "ladder", "release": 0.4},
    )  # fmt: skip
    r = np.array([0.3, 0.6, 1.0]) / 12
    down, up = r * 0.25 * 0.8, r * 0.75 * 0.4
    month = np.array([[1 - down[0], down[0], 0], [up[1], 1 - up[1] - down[1], down[1]], [0, up[2], 1 - up[2]]])
    expected = np.diag([5e5, 3e5, 2e5]) @ np.linalg.matrix_power(month, 12)
    found = frames.flow(simulate(alone, n_replications=0)).pivot_table("firms", "from", "to", sort=False)
    assert found.to_numpy() == pytest.approx(expected, rel=1e-9)


def test_the_front_holds_the_present_schedule_and_nothing_below_it(means):
    table = frames.front(means.scenario)
    now = table[table["present"]]
    assert len(now) == 1
    assert now["days"].item() == pytest.approx(float(means.days.sum("department").mean()) * 12)
    assert now["undetected"].item() == pytest.approx(float(means.undetected.sum("tier").mean()))
    best = table[table["best"]]
    assert best["undetected"].is_monotonic_decreasing
    for row in table[~table["best"]].itertuples():
        assert ((best["days"] <= row.days) & (best["undetected"] <= row.undetected + 1e-9)).any()


def test_the_front_holds_no_schedule_that_announces_what_there_are_no_days_for():
    """Tiers that do not move, days for 150 of 160 visits: of those planned, .9375 of the present may be .01 more."""
    firms = {"name": "x", "firms": 1000, "start": {"A": 0.7, "B": 0.3}, "onset": 0.03, "cure": 0.05, "violating": 0.2}
    table = frames.front(Scenario(
        tiers=("A", "B"), periods=24, types=[firms], schedule={"A": {"ratio": 0.1}, "B": {"ratio": 0.3}},
        departments=[{"name": "d", "capacity": 150}], behaviour={"kind": "deterrence", "beta": 3},
    ))  # fmt: skip
    expected = {
        (s, q) for s in frames.SCALES for q in frames.STEEPER
        if (150 / 160 - 0.01) * (700 * min(0.1 * s, 1) + 300 * min(0.3 * s * q, 1)) <= 150
    }  # fmt: skip
    assert set(zip(table["scale"], table["steeper"], strict=True)) == expected
    assert (1, 1) in expected
    assert 0 < len(expected) < len(frames.SCALES) * len(frames.STEEPER)
    assert table["undetected"].min() >= table.loc[table["present"], "undetected"].item()


def with_onsets(shared):
    onset = {"value": 0.01, "low": 0.005, "high": 0.02} | shared
    told = scenario(sensitivity={"value": 0.8, "low": 0.5, "high": 1})
    return told.altered(types=[t.model_copy(update={"onset": type(t.onset)(**onset)}) for t in told.types])


def undetected(told, values):
    return float(simulate(held(told, values), n_replications=0).undetected.sum("tier").mean())


def test_numbers_that_share_are_one_bar_and_move_together():
    told = with_onsets({"shared": "onset"})
    table = frames.swings(told).set_index("label")
    assert list(table.index) == ["onset", "sensitivity"]
    both = {"types.0.onset": 0.005, "types.1.onset": 0.005}
    assert table.loc["onset", "at_low"] == pytest.approx(undetected(told, both))
    assert table.loc["onset", "at_low"] < table.loc["onset", "at_value"] < table.loc["onset", "at_high"]
    assert table.loc["sensitivity", "at_high"] < table.loc["sensitivity", "at_low"]


def test_numbers_of_one_kind_that_do_not_share_are_bars_of_their_own_told_apart():
    told = with_onsets({})
    table = frames.swings(told).set_index("label")
    assert set(table.index) == {"onset shops", "onset plants", "sensitivity"}
    for j, name in enumerate(("shops", "plants")):
        for end, value in (("at_low", 0.005), ("at_high", 0.02)):
            by_hand = undetected(told, {f"types.{j}.onset": value})
            assert table.loc[f"onset {name}", end] == pytest.approx(by_hand)


@pytest.mark.parametrize("shared", [{}, {"shared": "onset"}], ids=["apart", "shared"])
def test_swings_are_those_of_the_sensitivity(shared):
    told = with_onsets(shared)
    found = sensitivity(told, "undetected", n=4)
    table = frames.swings(told)
    assert table.drop(columns="at_value").equals(found.swings)
    assert set(table["at_value"]) == {found.at_value}


def test_without_ranges_nothing_swings():
    assert frames.swings(scenario()).empty


def test_where_nobody_answers_every_schedule_is_a_point_of_the_front():
    few = scenario(departments=[{"name": "market", "capacity": 60}, {"name": "ecology", "capacity": 60}], behaviour={})
    assert len(frames.front(few)) == len(frames.SCALES) * len(frames.STEEPER)
