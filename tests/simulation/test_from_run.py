"""A scenario from a run: what policy and records say, the run's own load, and ranges where nothing is known."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta

import credit_score as cs
from credit_score.simulation import Scenario, ScenarioError, simulate
from credit_score.simulation.ranges import at_shares, held, ranges, unknowns


@pytest.fixture(scope="module")
def scenario(county_run):
    return Scenario.from_run(county_run)


def at_random(run):
    schedule = run.schedule
    return schedule[schedule["duty"] == ""]


def test_firms_stand_where_the_run_has_them(county_run, scenario):
    frame = county_run.tables["frame"].execute()
    frame = frame[frame["duty"] == ""]
    assert scenario.n_firms == len(frame)
    assert tuple(county_run.tier_shares["tier"]) == scenario.tiers
    by_group = frame.groupby(["department", "sector", "size"])["tier"]
    assert {(t.department, t.sector, t.size) for t in scenario.types} == set(by_group.groups)
    for one in scenario.types:
        shares = by_group.get_group((one.department, one.sector, one.size)).value_counts(normalize=True)
        assert {tier: share.value for tier, share in one.start.items()} == pytest.approx(shares.to_dict())


def test_the_year_planned_is_the_run_s(county_run, scenario):
    """Visits of a year, of means, without a bound: those of the run."""
    free = scenario.altered(
        periods=12, cap=None, departments=[d.model_copy(update={"capacity": None}) for d in scenario.departments]
    )
    result = simulate(free, n_replications=0)
    strata = at_random(county_run)
    floor = strata["floor"].clip(upper=strata["firms"]) * strata["frequency"]
    asked = (strata["firms"] * strata["ratio"] * strata["frequency"]).clip(lower=floor)
    of_run = strata["firms"] * strata["draw_probability"] * strata["frequency"]
    assert asked.sum() == pytest.approx(of_run.sum(), rel=0.06)
    assert float(result.inspections.sum()) == pytest.approx(asked.sum())
    by_department = (asked * strata["days_per_visit"]).groupby(strata["department"]).sum()
    for name, days in by_department.items():
        assert float(result.days.sel(department=name).sum()) == pytest.approx(days)


def test_a_floor_is_of_firms_each_visited_as_often_as_the_tier_s(county_run, altered_policy):
    """A floor of 5 firms, each visited 3 times a year, is 15 visits a year, as the run plans it; not 45."""

    def often(inspection):
        for numbers in inspection["schedule"].values():
            for figure in numbers["frequency"].values():
                figure["value"] = 3

    policy = cs.load_policy(altered_policy(inspection=often))
    run = cs.run_county(county_run.records, policy, as_of="2023-06-30")
    scenario = Scenario.from_run(run, periods=12, cap=None)
    assert {plan.frequency.value for plan in scenario.schedule.values()} == {3}
    free = scenario.altered(departments=[d.model_copy(update={"capacity": None}) for d in scenario.departments])
    of_run = at_random(run)
    asked = np.maximum(of_run["firms"] * of_run["ratio"], of_run["floor"].clip(upper=of_run["firms"])) * 3
    assert float(simulate(free, n_replications=0).inspections.sum()) == pytest.approx(asked.sum())


def test_numbers_carry_the_ground_of_the_policy(county_run, scenario):
    inspection = county_run.rules.model.inspection
    for tier, plan in scenario.schedule.items():
        figure = county_run.rules.figure(inspection.schedule[tier].ratio)
        assert (plan.ratio.value, plan.ratio.basis) == (figure.value, figure.basis)
        assert plan.ratio.reference == figure.reference
        floor = county_run.rules.figure(inspection.schedule[tier].floor).value
        assert plan.floor == floor
    assert scenario.cap == county_run.rules.figure(inspection.cap).value
    load = county_run.workload.set_index("department")
    duty = county_run.schedule[county_run.schedule["duty"] != ""]
    for one in scenario.departments:
        bound = duty[duty["department"] == one.name]
        taken = load.loc[one.name, "out_of_plan_days"] + (bound["visits_drawn"] * bound["days_per_visit"]).sum()
        assert one.capacity.value == load.loc[one.name, "capacity_days"]
        assert one.out_of_plan.value == pytest.approx(taken)


def test_one_rate_of_all_firms_is_one_unknown_of_all_tiers(county_run, scenario):
    """With the interval of the rate, so that the records' own total holds in every draw; bounds only in words."""
    visits = county_run.records["inspections"].execute()
    day = pd.to_datetime(visits["inspected_on"])
    year = (day <= "2023-06-30") & (day > "2022-06-29") & (visits["stream"] == "random")
    used = visits[year & visits["draw_probability"].notna()]
    rate = np.average(used["violation_found"].astype(float), weights=1 / used["draw_probability"])
    shares = at_random(county_run).groupby("tier")["firms"].sum()
    shares = shares / shares.sum()
    told = {tier: number for one in scenario.types for tier, number in one.violating.items()}
    weight = 1 / used["draw_probability"]
    n = weight.sum() ** 2 / (weight**2).sum()
    ends = beta(rate * n + 0.5, (1 - rate) * n + 0.5).ppf([0.025, 0.975])
    for number in told.values():
        assert (number.low, number.value, number.high) == pytest.approx((ends[0], rate, ends[1]))
        assert number.basis == "records"
    # Whatever the rates of the other tiers, no tier can hold more violations than there are.
    for tier, number in told.items():
        least, most = max(ends[0] - (1 - shares[tier]), 0) / shares[tier], min(ends[1] / shares[tier], 1)
        assert f"between {least:.1%} and {most:.1%} by this rate alone; give rates= by tier" in number.reference
    found = unknowns(scenario)
    assert set(found) == {"cure", "violating"}
    assert {place.split(".")[2] for place in found["violating"]} == {"violating", "settles"}


def test_the_share_in_violation_stays_near_the_records_at_every_end_of_what_is_not_known(county_run):
    """Each firm: onset m s ÷ (1 − s), end h = 1 − (1 − m)(1 − q), rest at onset ÷ (onset + h)."""
    scenario = Scenario.from_run(county_run, by=("tier",), cap=None, periods=240)
    free = scenario.altered(departments=[d.model_copy(update={"capacity": None}) for d in scenario.departments])
    strata = at_random(county_run).set_index(["department", "tier"])
    q = (strata["draw_probability"] * strata["frequency"] / 12).to_dict()
    firms = np.array([one.firms for one in free.types])
    visited = np.array([q[one.department, next(iter(one.start))] for one in free.types])
    for v, m in product((0, 1), (0, 1)):
        draw = at_shares(free, np.array([[m if name == "cure" else v for name in unknowns(free)]]))
        held_at = held(free, {place: float(value[0]) for place, value in draw.items()})
        prevalence = simulate(held_at, n_replications=0).prevalence.to_numpy().ravel()
        share, cure = (draw[f"types.0.{name}"][0] for name in ("violating.A", "cure"))
        end = visited + 1 / 24 * (1 - visited)
        settles = share * end / ((1 - share) / 24 + share * end)
        onset = cure * settles / (1 - settles)
        rest = onset / (onset + 1 - (1 - cure) * (1 - visited))
        assert prevalence[0] == pytest.approx(share, abs=0.01)  # moved by one period
        assert prevalence[-1] == pytest.approx(firms @ rest / firms.sum(), abs=2e-3)
        assert 0.7 < prevalence[-1] / share < 1.4


def test_rates_by_tier_are_unknowns_of_their_own_and_what_settles_goes_with_them(county_run):
    rates = pd.DataFrame(SOUND)
    by_tier = unknowns(Scenario.from_run(county_run, by=("tier",), rates=rates))
    assert set(by_tier) == {"cure", *(f"violating {tier}" for tier in "ABCD")}
    mixed = Scenario.from_run(county_run, by=(), rates=rates)
    assert set(unknowns(mixed)) == {"cure", "settles", *(f"violating {tier}" for tier in "ABCD")}
    one = next(one for one in mixed.types if len(one.start) > 1)
    v = sum(share.value * one.violating[tier].low for tier, share in one.start.items())
    strata = at_random(county_run).set_index(["department", "tier"])
    q = sum(
        share.value * strata["draw_probability"][one.department, tier] * strata["frequency"][one.department, tier] / 12
        for tier, share in one.start.items()
    )
    onset = v / (1 - v) * (1 - (1 - 1 / 24) * (1 - q))
    assert one.settles.low == pytest.approx(onset / (onset + 1 / 24))


def test_rates_by_tier_are_taken_as_estimated(county_run):
    rates = pd.DataFrame({
        "tier": list("ABCD"), "hajek": [0.05, 0.1, 0.2, np.nan], "hajek_low": [0.03, 0.05, 0.1, np.nan],
        "hajek_high": [0.08, 0.2, 0.4, np.nan],
    })  # fmt: skip
    scenario = Scenario.from_run(county_run, by=("tier",), rates=rates)
    told = {tier: number for one in scenario.types for tier, number in one.violating.items()}
    assert (told["B"].value, told["B"].low, told["B"].high) == (0.1, 0.05, 0.2)
    assert "bounds" in told["D"].reference
    assert {len(one.start) for one in scenario.types} == {1}


def test_what_settles_keeps_the_share_in_violation_and_is_left_as_a_range(county_run):
    rates = pd.DataFrame({"tier": list("ABCD"), "hajek": 0.1, "hajek_low": 0.05, "hajek_high": 0.2})
    scenario = Scenario.from_run(county_run, by=("tier",), rates=rates, cap=None, periods=60)
    left = ranges(scenario)
    assert {"types.0.settles", "types.0.cure"} <= set(left)
    assert {left[place].basis for place in left if place.endswith(("settles", "cure"))} == {"assumption"}
    free = scenario.altered(departments=[d.model_copy(update={"capacity": None}) for d in scenario.departments])
    prevalence = simulate(free, n_replications=0).prevalence.to_numpy().ravel()
    assert prevalence == pytest.approx(0.1, abs=5e-4)  # rounding of the start to whole firms, and of floors


def test_fields_can_be_given_in_the_place_of_the_run_s(county_run, tmp_path):
    rating = {"kind": "ladder", "release": 0.5}
    scenario = Scenario.from_run(county_run, by=(), rating=rating, periods=6, name="ours")
    assert (scenario.name, scenario.periods, scenario.rating.release.value) == ("ours", 6, 0.5)
    assert {t.name for t in scenario.types} == {d.name for d in scenario.departments}
    path = tmp_path / "ours.yaml"
    scenario.write(path)
    assert Scenario.read(path) == scenario
    with pytest.raises(ScenarioError, match="by: no types by 'town'; use tier, sector, size"):
        Scenario.from_run(county_run, by=("town",))
    with pytest.raises(ScenarioError, match="period: unknown key; did you mean 'periods'"):
        Scenario.from_run(county_run, period=6)


SOUND = {"tier": list("ABCD"), "hajek": [0.05, 0.1, 0.2, 0.3], "hajek_low": 0.02, "hajek_high": 0.5}


@pytest.mark.parametrize(("altered", "words"), [
    (5, "rates: no column tier, hajek, hajek_low, hajek_high; give a table of visit_rates by tier"),
    (pd.DataFrame(SOUND).drop(columns="hajek_low"), "rates: no column hajek_low"),
    (pd.DataFrame(SOUND | {"tier": list("ABCa")}), "rates: no tier 'a'; there are A, B, C, D"),
    (pd.DataFrame(SOUND | {"tier": list("ABCA")}), "rates: tier 'A' stands twice; give rates by tier alone"),
    (pd.DataFrame(SOUND | {"hajek_high": 1.5}), r"rates.A: 0.05 with the interval 0.02 to 1.5; a rate and its ends"),
    (pd.DataFrame(SOUND | {"hajek_low": 0.25}), "rates.A: 0.05 with the interval 0.25 to 0.5"),
    (pd.DataFrame(SOUND | {"hajek_high": np.nan}), "rates.A: 0.05 with the interval 0.02 to nan"),
])  # fmt: skip
def test_rates_that_are_none_are_refused(county_run, altered, words):
    with pytest.raises(ScenarioError) as told:
        Scenario.from_run(county_run, rates=altered)
    assert str(told.value).startswith(words)


def test_what_is_no_run_is_refused_and_one_group_may_be_named_alone(county_run):
    with pytest.raises(ScenarioError, match="no run of a county, but 'runs/county'; give what run_county returns"):
        Scenario.from_run("runs/county")
    assert Scenario.from_run(county_run, by="tier") == Scenario.from_run(county_run, by=("tier",))
