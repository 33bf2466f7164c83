"""A card of a run: what counted on the day, what draws found after it; no persons, no forbidden column."""

import numpy as np
import pandas as pd
import pytest

import credit_score as cs
from credit_score.errors import CreditScoreError, FitError
from credit_score.learning import firm_characteristics, firm_pds, fit_card, visit_outcomes
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
