import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_score.errors import FitError, NotIdentified
from credit_score.inspection.estimate import violation_rate, visit_rates
from credit_score.inspection.estimate.chances import capped_chances
from credit_score.inspection.estimate.rates import population_of

TIERS, DEPARTMENTS = range(3), ("health", "fire")
FIRMS, RATES, FLOOR = (800, 300, 80), (0.08, 0.25, 0.5), 5
CHANCES = (0.05, 0.15, 0.5)


def county(seed=0):
    """Every firm × department of a county and whether it is in violation: more in sector b, the less so the better."""
    random = np.random.default_rng(seed)
    rows = []
    for d in DEPARTMENTS:
        for t in TIERS:
            sector = random.choice(["a", "b"], FIRMS[t])
            bad = random.random(FIRMS[t]) < RATES[t] * np.where(sector == "b", 1.3, 0.7)
            rows.append(pd.DataFrame({"department": d, "tier_code": t, "sector": sector, "bad": bad.astype(int)}))
    return pd.concat(rows, ignore_index=True)


def population(firms):
    counted = firms.groupby(["department", "tier_code", "sector"], as_index=False).size()
    chance = counted["tier_code"].map(lambda t: max(CHANCES[t], FLOOR / FIRMS[t]))
    return counted.rename(columns={"size": "firms"}).assign(draw_probability=chance)


def year(firms, seed):
    """What a year of random visits, and of complaints that know where to go, finds."""
    random = np.random.default_rng(seed)
    drawn = []
    for (_, t), stratum in firms.groupby(["department", "tier_code"]):
        chance = max(CHANCES[t], FLOOR / len(stratum))
        n = int(np.floor(chance * len(stratum) + random.random()))
        drawn.append(stratum.sample(n, random_state=random).assign(stream="random", draw_probability=chance))
    told_of = firms[firms["bad"] == 1].sample(60, random_state=random)
    return pd.concat([*drawn, told_of.assign(stream="complaint", draw_probability=np.nan)], ignore_index=True)


def test_a_rate_is_worked_out_by_hand():
    """10 firms at 1/2 of whom 1 of 5 is bad, 40 at 1/10 of whom 2 of 4 are: (1·2 + 2·10) ÷ (5·2 + 4·10)."""
    visits = pd.DataFrame({
        "department": "d", "tier_code": [0] * 5 + [1] * 4, "bad": [1, 0, 0, 0, 0, 1, 1, 0, 0], "stream": "random",
        "draw_probability": [0.5] * 5 + [0.1] * 4,
    })  # fmt: skip
    drawn_from = pd.DataFrame(
        {"department": "d", "tier_code": [0, 1], "firms": [10, 40], "draw_probability": [0.5, 0.1]}
    )
    row = visit_rates(visits, drawn_from, ["department"]).iloc[0]
    assert row["hajek"] == pytest.approx(22 / 50)
    assert row["ht"] == pytest.approx(22 / 50)
    assert row["naive"] == pytest.approx(3 / 9)
    by_tier = visit_rates(visits, drawn_from, ["tier_code"])
    assert by_tier["hajek"].tolist() == pytest.approx([0.2, 0.5])


@pytest.fixture(scope="module")
def simulated():
    """The rates by tier, department and sector of a year in each of 150 counties, and the truth.

    Thirty counties are asked for at a time: with the county among the strata each has the rates it has alone.
    """
    rows = []
    for first in range(0, 150, 30):
        counties = {seed: county(seed) for seed in range(first, first + 30)}
        firms = together(counties)
        visits = together({seed: year(one, seed) for seed, one in counties.items()})
        drawn_from = together({seed: population(one) for seed, one in counties.items()})
        for by in ("tier_code", "department", "sector"):
            table = visit_rates(visits, drawn_from, ["county", by], strata=("county", "department", "tier_code"))
            truth = firms.groupby(["county", by])["bad"].mean().rename("truth")
            rows.append(table.join(truth, on=["county", by]).assign(by=by))
    return pd.concat(rows).set_index("by")


def together(tables):
    """Tables of counties as one, with the column ``county``."""
    return pd.concat([table.assign(county=seed) for seed, table in tables.items()], ignore_index=True)


def test_counties_asked_together_have_the_rates_they_have_alone():
    counties = {seed: county(seed) for seed in range(3)}
    visits = {seed: year(one, seed) for seed, one in counties.items()}
    drawn_from = {seed: population(one) for seed, one in counties.items()}
    strata = ("county", "department", "tier_code")
    pooled = visit_rates(together(visits), together(drawn_from), ["county", "sector"], strata=strata)
    alone = together({seed: visit_rates(visits[seed], drawn_from[seed], ["sector"]) for seed in counties})
    pd.testing.assert_frame_equal(pooled, alone[pooled.columns], rtol=1e-12)


@pytest.mark.thorough
@pytest.mark.parametrize("by", ["tier_code", "department", "sector"])
@pytest.mark.parametrize("estimator", ["hajek", "ht"])
def test_rates_of_the_random_stream_are_unbiased(simulated, by, estimator):
    off = simulated.loc[by, estimator] - simulated.loc[by, "truth"]
    assert abs(off.mean()) < 3 * off.std() / np.sqrt(len(off))


@pytest.mark.parametrize("by", ["tier_code", "department", "sector"])
def test_intervals_of_the_random_stream_cover_the_truth_as_often_as_they_say(simulated, by):
    """300 or 450 intervals: a standard error of about .012."""
    told = simulated.loc[by]
    covered = (told["hajek_low"] <= told["truth"]) & (told["truth"] <= told["hajek_high"])
    assert covered.mean() >= 0.95 - 2 * 0.012


@pytest.mark.parametrize(("by", "least"), [("tier_code", 0.05), ("department", 0.15), ("sector", 0.1)])
def test_the_naive_rate_is_off(simulated, by, least):
    told = simulated.loc[by]
    assert (told["naive"] - told["truth"]).groupby(told[by]).mean().min() > least


def test_complaints_and_visits_without_a_chance_enter_no_rate():
    firms = county()
    visits, drawn_from = year(firms, 3), population(firms)
    only = visits[visits["stream"] == "random"]
    columns = ["tier_code", "hajek", "hajek_low", "ht", "visits", "found"]
    both, alone = (visit_rates(v, drawn_from, ["tier_code"])[columns] for v in (visits, only))
    pd.testing.assert_frame_equal(both, alone)


def test_a_tier_that_is_never_drawn_has_no_rate_and_says_why():
    firms = county()
    visits = year(firms, 3)
    drawn_from = population(firms)
    drawn_from.loc[drawn_from["tier_code"] == 0, "draw_probability"] = 0.0
    visits = visits[~((visits["tier_code"] == 0) & (visits["stream"] == "random"))]
    table = visit_rates(visits, drawn_from, ["tier_code"])
    assert table["identified"].tolist() == [False, True, True]
    assert table.loc[0, ["hajek", "ht", "hajek_low", "hajek_high"]].isna().all()
    assert "inspection ratio 0 and floor 0, or duties use up the annual cap" in table.loc[0, "reason"]
    assert not visit_rates(visits, drawn_from, ["sector"])["identified"].any()
    with pytest.raises(NotIdentified, match=r"tier_code 0: inspection ratio 0 and floor 0.*raise its floor"):
        violation_rate(visits, drawn_from, {"tier_code": 0})
    assert 0 < violation_rate(visits, drawn_from, {"tier_code": 1}) < 1


def test_where_the_cap_may_have_closed_firms_no_rate_is_told():
    firms = county()
    drawn_from = population(firms)
    drawn_from.loc[drawn_from["department"] == "fire", "draw_probability"] = np.nan
    table = visit_rates(year(firms, 3), drawn_from, ["department"]).set_index("department")
    assert not table.loc["fire", "identified"]
    assert "annual cap" in table.loc["fire", "reason"]
    assert table.loc["health", "identified"]


@given(st.integers(0, 10**6))
@settings(deadline=None, max_examples=15)
def test_a_rate_lies_in_its_interval_and_more_visits_narrow_it(seed):
    firms = county(seed % 7)
    table = visit_rates(year(firms, seed), population(firms), ["tier_code", "sector"])
    told = table[table["identified"]]
    assert ((told["hajek_low"] <= told["hajek"]) & (told["hajek"] <= told["hajek_high"])).all()
    assert told[["hajek_low", "hajek_high"]].stack().between(0, 1).all()


def test_everybody_visited_leaves_nothing_to_chance():
    firms = county()
    everybody = firms.assign(stream="random", draw_probability=1.0)
    drawn_from = population(firms).assign(draw_probability=1.0)
    table = visit_rates(everybody, drawn_from, ["tier_code"])
    assert table["hajek"].tolist() == pytest.approx(firms.groupby("tier_code")["bad"].mean().tolist())
    assert table["ht"].tolist() == pytest.approx(table["hajek"].tolist())


def test_years_are_pooled_where_the_year_is_among_the_strata():
    firms = county()
    visits = pd.concat([year(firms, s).assign(year=s) for s in (2022, 2023)])
    drawn_from = pd.concat([population(firms).assign(year=s) for s in (2022, 2023)])
    keys = ("year", "department", "tier_code")
    pooled = visit_rates(visits, drawn_from, ["tier_code"], strata=keys)
    one = visit_rates(visits[visits["year"] == 2023], drawn_from[drawn_from["year"] == 2023], ["tier_code"])
    assert (pooled["visits"] > one["visits"]).all()
    assert ((pooled["hajek_high"] - pooled["hajek_low"]) < (one["hajek_high"] - one["hajek_low"])).all()


@pytest.mark.parametrize(("change", "told"), [
    (lambda v, p: (v.drop(columns="stream"), p), "visits without stream"),
    (lambda v, p: (v, p.drop(columns="firms")), "the population without firms"),
    (lambda v, p: (v.assign(bad=2), p), "a label that is not 0 or 1"),
    (lambda v, p: (v.assign(draw_probability=1.5), p), "draw_probability 1.5"),
    (lambda v, p: (v.assign(draw_probability=0.0), p), "draw_probability 0"),
    (lambda v, p: (v, p[p["department"] != "fire"]), r"visits to a stratum without firms: \('fire', 0\)"),
    (lambda v, p: (v.assign(sector="c"), p), r"visits to a domain without firms: \('c',\)"),
])  # fmt: skip
def test_visits_that_cannot_be_are_refused(change, told):
    firms = county()
    visits, drawn_from = change(year(firms, 1), population(firms))
    with pytest.raises(FitError, match=told):
        visit_rates(visits, drawn_from, ["sector"])


def test_a_domain_that_is_not_there_is_refused():
    firms = county()
    with pytest.raises(FitError, match="no firm with tier_code 9"):
        violation_rate(year(firms, 1), population(firms), {"tier_code": 9})


def test_a_run_knows_what_its_draw_drew_from(county_run):
    frame = county_run.tables["frame"].execute()
    cap = county_run.rules.figure(county_run.rules.model.inspection.cap).value
    told = capped_chances(frame, county_run.schedule, cap=cap, seed=7, n_draws=50)
    drawn_from = population_of(told, ["sector"])
    closed = told["draw_probability"] == 0
    most = told.groupby(["department", "tier_code"])["draw_probability"].transform("max")
    beside = (told["duty"] == "") & closed & (most > 0)
    assert drawn_from["firms"].sum() == (frame["duty"] == "").sum() - beside.sum()
    under_duty = frame[frame["duty"] != ""]
    busy = under_duty.groupby("subject").size()
    assert set(told.loc[beside, "subject"]) <= set(busy[busy >= cap].index)


def test_a_stratum_of_which_nobody_can_be_drawn_stays_in_the_population():
    frame = pd.DataFrame({"department": "fire", "subject": ["a", "b", "c"], "tier_code": [0, 0, 1], "duty": ""})
    drawn_from = population_of(frame.assign(draw_probability=[0.0, 0.5, 0.0]), ["tier_code"])
    assert drawn_from[["tier_code", "firms", "draw_probability"]].to_numpy().tolist() == [[0, 1, 0.5], [1, 1, 0]]


def of_one_stratum(n_firms, chance, bad, **more):
    """A stratum ``a`` of tier 0, and a row a firm visited."""
    drawn_from = pd.DataFrame({"department": ["a"], "tier_code": [0], "firms": [n_firms], "draw_probability": [chance]})
    visits = pd.DataFrame(
        {"department": "a", "tier_code": 0, "stream": "random", "draw_probability": chance, "bad": bad}
    )
    return visits.assign(**more), drawn_from


def test_visits_to_one_firm_are_one_and_the_rate_is_of_firms():
    once, drawn_from = of_one_stratum(100, 0.2, [1] * 4 + [0] * 16, subject=[f"f{i}" for i in range(20)])
    twice = pd.concat([once, once.assign(bad=0)], ignore_index=True)
    columns = ["visits", "found", "hajek", "hajek_low", "hajek_high", "ht"]
    one, two = (visit_rates(v, drawn_from, ["tier_code"])[columns].to_numpy() for v in (once, twice))
    assert one.tolist() == two.tolist()
    with pytest.raises(FitError, match=r"120 visits to 100 firms \(department a, tier_code 0\); give"):
        visit_rates(pd.concat([once] * 6).drop(columns="subject"), drawn_from, ["tier_code"])


def test_a_stratum_that_nobody_visited_has_no_rate_nor_has_what_it_is_part_of():
    visits, drawn_from = of_one_stratum(1000, 0.1, [1] + [0] * 99)
    small = pd.DataFrame({"department": ["a"], "tier_code": [1], "firms": [300], "draw_probability": [0.002]})
    rates = visit_rates(visits, pd.concat([drawn_from, small]), ["department"]).iloc[0]
    assert not rates["identified"]
    assert rates["reason"] == "no visit that a draw chose (department a, tier_code 1)"
    by_tier = visit_rates(visits, pd.concat([drawn_from, small]), ["tier_code"])
    assert by_tier["identified"].tolist() == [True, False]
    assert by_tier["hajek"][0] == 0.01


@pytest.mark.parametrize(("change", "told"), [
    (lambda p: p.assign(firms=0), "a group of the population without firms"),
    (lambda p: p.assign(firms=np.nan), "a group of the population without firms"),
    (lambda p: p.assign(draw_probability=1.7), "draw_probability 1.7 of the population"),
    (lambda p: p.assign(draw_probability=0.9), r"by chance 0.2 to a stratum without it \(department a, tier_code 0\)"),
])  # fmt: skip
def test_a_population_that_cannot_be_is_refused(change, told):
    visits, drawn_from = of_one_stratum(100, 0.2, [0, 1])
    with pytest.raises(FitError, match=told):
        visit_rates(visits, change(drawn_from), ["tier_code"])


def test_no_domain_and_no_level_are_refused():
    visits, drawn_from = of_one_stratum(100, 0.2, [0, 1])
    with pytest.raises(FitError, match="no domain; name one column or more"):
        visit_rates(visits, drawn_from, [])
    with pytest.raises(FitError, match="level 95"):
        visit_rates(visits, drawn_from, ["tier_code"], level=95)


def test_a_sector_of_visited_strata_that_nobody_visited_has_no_rate():
    visits, drawn_from = of_one_stratum(100, 0.2, [0] * 20, sector="a")
    both = pd.concat([drawn_from.assign(sector="a", firms=90), drawn_from.assign(sector="b", firms=10)])
    rates = visit_rates(visits, both, ["sector"])
    assert rates["identified"].tolist() == [True, False]
    assert rates["reason"][1] == "no visit that a draw chose"
