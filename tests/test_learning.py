"""A card of a run: what counted on the day, what draws found after it; no persons, no forbidden column."""

import numpy as np
import pandas as pd
import pytest

import credit_score as cs
from credit_score.errors import CreditScoreError, FitError
from credit_score.learning import expected_violations, firm_characteristics, firm_pds, fit_card, visit_outcomes
from credit_score.records.synthetic import make_county
from credit_score.scorecard import ScorecardClassifier

DAY, UNTIL = "2023-03-15", "2023-06-30"
pytestmark = pytest.mark.filterwarnings("ignore::credit_score.scorecard.checks.CardWarning")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("learned") / "county"
    make_county(folder, n_enterprises=4000, n_individuals=100, seed=5)
    return cs.run_county(cs.read_records(folder), cs.load_policy("gaoyang"), as_of=DAY)


@pytest.fixture(scope="module")
def known(run):
    return firm_characteristics(run)


@pytest.fixture(scope="module")
def outcomes(run):
    return visit_outcomes(run, UNTIL)


def test_every_firm_of_the_run_has_a_row_and_its_own_score(run, known):
    tiers = run.tiers.set_index("subject")
    assert known.index.is_unique
    assert set(known.index) == set(tiers.index)
    assert (known["score"] * 1000 == tiers["score_milli"].loc[known.index]).all()
    assert (known["months_registered"] >= 0).all()


def test_counts_and_points_are_those_of_the_ledger_alone(run, known):
    ledger = run.ledger[run.ledger["subject_kind"] == "enterprise"]
    assert known["faults"].sum() == (ledger["points_milli"] < 0).sum()
    assert known["merits"].sum() == (ledger["points_milli"] > 0).sum()
    by_dimension = ledger.groupby("dimension")["points_milli"].sum() / 1000
    for dimension, points in by_dimension.items():
        assert known[dimension].sum() == pytest.approx(points)


def test_outcomes_are_draws_after_the_day_and_no_others(run, outcomes):
    visits = run.records["inspections"].execute()
    days = pd.to_datetime(visits["inspected_on"])
    chosen = visits[(visits["stream"] == "random") & (days > DAY) & (days <= UNTIL)]
    chosen = chosen[chosen["enterprise_id"].isin(run.tiers["subject"])]
    assert len(outcomes) == len(chosen) > 50
    assert outcomes["bad"].sum() == chosen["violation_found"].sum()
    assert outcomes["draw_probability"].between(0, 1, inclusive="right").all()


def test_a_card_is_fitted_and_gives_every_firm_a_probability(run, known, outcomes):
    card = fit_card(run, outcomes)
    assert card.weights == "draws"
    pds = firm_pds(run, card)
    assert pds["subject"].tolist() == known.index.tolist()
    assert pds["pd"].between(0, 1).all()
    by_hand = ScorecardClassifier(weights="draws").fit(
        known.loc[outcomes["subject"]], outcomes["bad"].to_numpy(), 1 / outcomes["draw_probability"].to_numpy()
    )
    pd.testing.assert_frame_equal(card.table_, by_hand.table_)


def test_persons_are_refused_wherever_they_stand(run, known, outcomes):
    person = run.records["individuals"].execute()["person_id"].iloc[0]
    with pytest.raises(
        FitError, match=r"1 of .* subjects are persons; leave them out: cards are learned for enterprises"
    ):
        fit_card(run, outcomes, characteristics=known.rename(index={known.index[0]: person}))
    with pytest.raises(FitError, match="subjects are persons"):
        fit_card(run, outcomes.assign(subject=person))
    with pytest.raises(FitError, match="subjects are persons") as refused:
        firm_pds(run, fit_card(run, outcomes), known.rename(index={known.index[0]: person}))
    assert person not in str(refused.value)


@pytest.mark.parametrize("name", ["religion", "宗教信仰", "blood_type", "指纹"])
def test_a_column_the_law_forbids_teaches_no_card(run, known, outcomes, name):
    with pytest.raises(FitError, match=r"characteristics: column .* may not be held: .* leave the column out"):
        fit_card(run, outcomes, characteristics=known.assign(**{name: 1.0}))


def test_what_was_found_before_the_day_is_no_outcome(run, outcomes):
    early = outcomes.assign(inspected_on=pd.Timestamp(DAY))
    with pytest.raises(FitError, match="an outcome of 2023-03-15, and characteristics of 2023-03-15"):
        fit_card(run, early)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda known: known.rename(index={known.index[0]: "919999990000000000"}), "1 of .* are no enterprises"),
        (lambda known: pd.concat([known, known.iloc[:1]]), "stands twice; give a row a firm"),
    ],
)
def test_rows_that_are_no_firms_of_the_run_are_refused(run, known, outcomes, change, told):
    with pytest.raises(FitError, match=told):
        fit_card(run, outcomes, characteristics=change(known))


def test_without_draws_after_the_day_there_is_nothing_to_learn_from(run):
    with pytest.raises(CreditScoreError, match="no visit that a draw chose between 2023-03-15 and 2023-03-15"):
        visit_outcomes(run, DAY)


def test_outcomes_without_a_needed_column_are_refused(run, outcomes):
    with pytest.raises(FitError, match="outcomes without draw_probability"):
        fit_card(run, outcomes.drop(columns="draw_probability"))


def test_no_characteristic_tells_of_what_became_known_after_the_day(run, known):
    ledger = run.ledger
    assert (pd.to_datetime(ledger["reported_on"]) <= DAY).all()
    assert not {"age", "gender", "name", "town"} & set(known.columns)
    assert not known.isna().to_numpy().any()
    assert np.isfinite(known.select_dtypes("number")).to_numpy().all()


def test_chances_fall_with_the_score_and_stand_for_the_rates_that_were_found(run, outcomes):
    chances = expected_violations(run, outcomes, run)
    assert len(chances) == run.tables["frame"].count().execute()
    told = chances.merge(run.tiers[["subject", "score_milli"]], on="subject")
    for _, firms in told.groupby("department"):
        assert firms.sort_values("score_milli")["expected_bad"].is_monotonic_decreasing
    # What a logistic regression with an intercept fits it meets on the rows it was fitted to.
    visited = outcomes.merge(chances, on=["department", "subject"])
    weight = 1 / visited["draw_probability"]
    assert np.average(visited["expected_bad"], weights=weight) == pytest.approx(
        np.average(visited["bad"], weights=weight), abs=2e-3
    )


def test_a_department_without_a_visit_has_the_mean_of_the_others(run, outcomes):
    known = outcomes[outcomes["department"] != "fire"]
    chances = expected_violations(run, known, run)
    odds = chances.assign(logit=np.log(chances["expected_bad"] / (1 - chances["expected_bad"])))
    by = odds.groupby(["subject", "department"])["logit"].first().unstack()
    means = by.drop(columns="fire")[by.notna().all(axis=1)].mean(axis=1)
    assert by["fire"][means.index].to_numpy() == pytest.approx(means.to_numpy())


def test_visits_that_all_found_the_same_teach_no_chance(run, outcomes):
    with pytest.raises(FitError, match="visits found the same"):
        expected_violations(run, outcomes[outcomes["bad"] == 0], run)


def test_the_cube_of_a_run_counts_the_firms_that_a_draw_may_choose(run, outcomes):
    chances = expected_violations(run, outcomes, run)
    cube = run.cube(chances, sensitivity=0.8)
    schedule = run.schedule[run.schedule["duty"] == ""]
    cutoffs = [t.cutoff / 1000 for t in run.rules.tiers if t.cutoff is not None]
    kpi = cube.evaluate(cutoffs, [0.01, 0.05, 0.2, 0.5])
    firms = pd.DataFrame(kpi.firms.T, index=cube.departments)
    assert firms.to_numpy().sum() == schedule["firms"].sum()
    assert firms.sum(axis=1).to_dict() == schedule.groupby("department")["firms"].sum().to_dict()
    load = run.workload.set_index("department")
    duty = run.schedule[run.schedule["duty"] != ""]
    bound = (duty["visits_drawn"] * duty["days_per_visit"]).groupby(duty["department"]).sum()
    left = (load["capacity_days"] - load["out_of_plan_days"]).sub(bound, fill_value=0)
    assert dict(zip(cube.departments, cube.capacity, strict=True)) == pytest.approx(left.clip(lower=0).to_dict())
    with pytest.raises(FitError, match="rows without score, department, days, or a chance"):
        run.cube(chances[chances["department"] != "human_resources"])  # it has no statutory duty
