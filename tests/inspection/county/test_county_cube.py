"""The county cube held to runs: what it answers is what a run under the same numbers plans."""

import json

import numpy as np
import pytest

import credit_score as cs
from credit_score.errors import PolicyError, RunError
from credit_score.inspection.county import Answer, CountyCube, Plan, best_ratios, by_score_cube, strata_cube
from credit_score.inspection.county.grouped import _width
from credit_score.inspection.optimum import optimal_schedule
from credit_score.report import RunFolder

CUTOFFS = [1000, 950, 850]


def strata(run, column):
    """A column of the run's schedule for draws, (K, D)."""
    cube = run.county_cube
    found = np.zeros((len(cube.tiers), len(cube.departments)))
    for row in run.schedule[run.schedule["duty"] == ""].to_dict("records"):
        found[row["tier_code"], cube.departments.index(row["department"])] = row[column]
    return found


def answered(run, cutoffs=CUTOFFS):
    plan = Plan(strata(run, "ratio"), strata(run, "frequency"), strata(run, "floor"))
    return Answer(run.county_cube, cutoffs, plan)


def check_as_planned(run, cutoffs):
    answer, there = answered(run, cutoffs), strata(run, "firms") > 0
    assert np.array_equal(answer.firms, strata(run, "firms"))
    assert answer.chance[there] == pytest.approx(strata(run, "draw_probability")[there], abs=1e-12)
    assert answer.registered.tolist() == run.tier_shares["firms"].tolist()
    duty = run.schedule[run.schedule["duty"] != ""]
    days = (duty["visits"] * duty["days_per_visit"]).groupby(duty["department"]).sum()
    told = dict(zip(run.county_cube.departments, answer.duty_days, strict=True))
    assert {d: n for d, n in told.items() if n} == pytest.approx(days.to_dict())


def test_under_the_policy_in_force_the_cube_answers_as_the_run_planned(county_run):
    check_as_planned(county_run, CUTOFFS)


@pytest.mark.thorough
def test_under_other_cutoffs_it_answers_as_a_run_under_them_plans(county_run, altered_policy):
    moved = [980, 930, 700]

    def move(section):
        for tier, cut in zip(section["tiers"], moved, strict=False):
            next(iter(tier["from_score"].values()))["value"] = cut

    policy = cs.load_policy(altered_policy(tiers=move))
    other = cs.run_county(county_run.records, policy, as_of=county_run.rules.on, seed=7)
    assert other.tier_shares["firms"].tolist() != county_run.tier_shares["firms"].tolist()
    answer, there = answered(county_run, moved), strata(other, "firms") > 0
    assert np.array_equal(answer.firms, strata(other, "firms"))
    assert answer.chance[there] == pytest.approx(strata(other, "draw_probability")[there], abs=1e-12)
    assert answer.registered.tolist() == other.tier_shares["firms"].tolist()
    check_as_planned(other, moved)


def test_a_firm_that_a_condition_overrides_stays_where_it_leads(county_run, altered_policy):
    counted = county_run.ledger.query("subject_kind == 'enterprise' and points_milli < 0")

    def override(section):
        section["overrides"][0]["item"] = counted["item"].mode()[0]

    policy = cs.load_policy(altered_policy(enterprise=override))
    run = cs.run_county(county_run.records, policy, as_of=county_run.rules.on, seed=7)
    forced = (run.tiers["tier"] == "D").sum()
    assert forced > 2
    check_as_planned(run, CUTOFFS)
    lowest = answered(run, [-2000, -3000, -4000])
    assert lowest.registered[-1] == counted.query("item == @counted.item.mode()[0]")["subject"].nunique()
    assert lowest.registered[0] == lowest.cube.n_firms - lowest.registered[-1]


@pytest.mark.thorough
def test_load_and_burden_are_expectations_of_what_runs_draw(county_run):
    """Means over seeds of days by department and visits by sector, to four standard errors; no cap binds here."""
    answer = answered(county_run)
    runs = [cs.run_county(county_run.records, county_run.policy, as_of=county_run.rules.on, seed=s) for s in range(4)]
    visits = np.array([r.schedule["visits"].sum() for r in runs], float)
    expected = answer.visits.sum() + (answer.duty_days / answer.cube.days).sum()
    assert np.abs(visits.mean() - expected) < 4 * np.sqrt(len(runs[0].schedule) / 4 / len(runs))
    shares = np.array([r.county_share for r in runs])
    assert np.abs(shares.mean() - answer.county_share) < 4 * shares.std(ddof=1) / 2 + 0.01


def test_burden_adds_up_to_the_visits(county_run):
    answer = answered(county_run)
    every = answer.visits.sum() + (answer.duty_days / answer.cube.days).sum()
    for by in ("sector", "size"):
        firms = county_run.records["enterprises"].execute()[by].value_counts()
        names = {"sector": answer.cube.sectors, "size": answer.cube.sizes}[by]
        borne = dict(zip(names, answer.burden(by), strict=True))
        assert sum(borne[name] * n for name, n in firms.items()) == pytest.approx(every)


def test_detections_are_sums_over_firms_of_their_chances(county_run):
    """A row a firm × department, added up one by one: chance to be drawn × chance of a violation."""
    answer, cube = answered(county_run), county_run.county_cube
    frame = county_run.tables["frame"].execute()
    frame = frame[frame["duty"] == ""].merge(county_run.tiers[["subject", "score_milli"]], on="subject")
    code = frame["department"].map(cube.departments.index).to_numpy()
    width = cube.bounds[1] - cube.bounds[0]
    assert width.max() <= 1
    bad = cube.curve.chances(frame["score_milli"].to_numpy() / 1000, code)
    found = np.bincount(code, bad * answer.chance[frame["tier_code"], code], minlength=len(cube.departments))
    assert answer.detections.sum(axis=0) == pytest.approx(found, rel=1e-3)
    assert answer.detections + answer.undetected == pytest.approx(answer.violations)


def test_a_cube_told_as_json_is_the_same_cube(county_run):
    cube = county_run.county_cube
    again = CountyCube.from_dict(json.loads(json.dumps(cube.to_dict())))
    assert again.to_dict() == cube.to_dict()
    assert np.array_equal(again.counts, cube.counts)
    assert again.counts.sum() == cube.n_firms == len(county_run.tiers)


def test_a_run_folder_gives_its_cube_back(run_folder, county_run):
    assert RunFolder.open(run_folder).cube().to_dict() == county_run.county_cube.to_dict()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 99}, "of format 99, not 1"),
        ({"days": [1.0]}, "not whole"),
        ({"place": "x"}, "not whole"),
        ({"counts": [-(10**7), 1]}, "not whole"),
    ],
)
def test_what_is_no_cube_is_refused(county_run, change, message):
    with pytest.raises(RunError, match=message):
        CountyCube.from_dict(county_run.county_cube.to_dict() | change)


@pytest.mark.thorough
def test_a_cutoff_in_force_between_the_bins_of_others_has_narrower_bins(county_run, altered_policy):
    cut = float(max(b for b in county_run.county_cube.bounds[0] if b < 940) + 0.2)

    def move(section):
        next(iter(section["tiers"][2]["from_score"].values()))["value"] = cut

    policy = cs.load_policy(altered_policy(tiers=move))
    run = cs.run_county(county_run.records, policy, as_of=county_run.rules.on, seed=7)
    check_as_planned(run, [1000, 950, cut])
    with pytest.raises(PolicyError, match="split a bin"):
        answered(county_run, [1000, 950, cut])


@pytest.mark.parametrize(
    ("span", "cutoffs", "width"),
    [(263_000, [], 0.5), (263_000, [955_300], 0.1), (1_600_000, [955_000], 1.0), (10**7, [955_000], 5.0),
     (263_000, [955_333], 0.5), (1, [955_333], 0.001), (0.0001, [], 0.001)],
)  # fmt: skip
def test_bins_are_as_wide_as_the_cutoffs_in_force_let_them_be(span, cutoffs, width):
    assert _width(span, cutoffs) == width


def test_what_is_no_table_is_no_cube():
    with pytest.raises(RunError, match="of format 'list'"):
        CountyCube.from_dict([])


@pytest.mark.parametrize("cutoffs", [[950, 1000, 850], [1000, 950], [1000, 950, "split"], [np.nan, 2, 1]])
def test_cutoffs_that_cannot_be_are_refused(county_run, cutoffs):
    inside = county_run.county_cube.bounds[:, -1].mean()
    with pytest.raises(PolicyError, match="do not descend, or split a bin"):
        answered(county_run, [inside if c == "split" else c for c in cutoffs])


def test_a_ratio_beyond_one_is_refused(county_run):
    ones = np.ones((4, 8))
    with pytest.raises(PolicyError, match=r"ratio 1\.2 cannot be"):
        Plan(ones * 1.2, ones, ones)


@pytest.mark.thorough
def test_the_best_ratios_spend_no_more_and_find_more(county_run):
    asked = answered(county_run).plan
    answer = Answer(county_run.county_cube, CUTOFFS, Plan(asked.ratios, asked.frequency, 0 * asked.floors))
    spent = answer.days_by_tier.sum(axis=0)
    budget = dict(zip(answer.cube.departments, spent, strict=True))
    shape = answer.firms.shape
    best = best_ratios(answer, low=np.full(shape, 0.01), high=np.ones(shape), objective="detections", budget=budget)
    again = Answer(answer.cube, CUTOFFS, Plan(best.ratios, asked.frequency, 0 * asked.floors))
    assert again.detections.sum() == pytest.approx(best.value)
    assert again.detections.sum() > answer.detections.sum()
    assert (again.days_by_tier.sum(axis=0) <= spent * (1 + 1e-9)).all()


def test_the_strata_answer_as_the_cube_does(county_run):
    answer = answered(county_run)
    kpi = strata_cube(answer).evaluate([4, 3, 2], answer.chance)
    assert kpi.detections == pytest.approx(answer.detections)
    assert kpi.days == pytest.approx(answer.days_by_tier.sum(axis=0))


def test_the_cube_by_score_finds_cutoffs(county_run):
    cube = by_score_cube(county_run.county_cube, np.ones(8))
    assert cube.prefix[-1, :, 0].tolist() == answered(county_run).firms.sum(axis=0).tolist()
    assert optimal_schedule(cube, budget=200, n_tiers=4).cutoffs.shape == (3,)
