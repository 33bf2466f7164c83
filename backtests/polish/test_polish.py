import json
from pathlib import Path

import numpy as np
import pytest
from cards import saved_points, sql_points, with_neutral_missing
from held import short, unlike
from polish import study

from credit_score.scorecard import Attribute, Card, Characteristic, MissingTells, ScorecardClassifier

HERE = Path(__file__).parent
needs_data = pytest.mark.skipif(not study.DATA.is_file(), reason=f"no data: {study.DATA} is not there")
pytestmark = pytest.mark.filterwarnings("ignore::credit_score.scorecard.checks.CardWarning")
# AUC after rounding to whole points hangs on sums whose last digits differ between machines.
MACHINES = 0.01


@pytest.fixture(scope="module")
def data():
    return study.load()


@pytest.fixture(scope="module")
def made(data):
    return study.cards(data)


@pytest.fixture(scope="module")
def found(data, made):
    return study.results(data, made)


@pytest.fixture(scope="module")
def first_cards(made):
    """Both cards of each fold of the first draw."""
    return [fold.model.card_ for draws in made.of.values() for fold in draws[0]]


@needs_data
def test_the_table_is_the_published_one(found):
    assert (found["rows"], found["bad"], found["duplicates"]) == (7027, 271, 82)


@needs_data
def test_a_card_of_these_rows_says_by_itself_that_missingness_tells(data):
    with pytest.warns(MissingTells, match="which values are missing predicts the label alone: AUC 0.8"):
        ScorecardClassifier().fit(data.X, data.bad)


@needs_data
def test_rows_that_are_alike_stand_in_one_fold(data, made):
    for splits in made.splits:
        for split in splits:
            assert not set(data.group[split.fitted]) & set(data.group[split.tested])


@needs_data
def test_the_logistic_card_reaches_what_the_library_of_today_reaches(found):
    assert min(found["auc_by_draw"]["logistic card"]) >= 0.879


@needs_data
def test_the_boosted_card_reaches_its_goal_after_rounding_to_integers(found):
    by_draw = found["auc_by_draw"]["boosted card"]
    assert by_draw[0] >= 0.910
    assert np.mean(by_draw) >= 0.910


@needs_data
def test_rounding_to_whole_points_costs_next_to_nothing(found):
    fine, whole = (np.mean(found["auc_by_fold"][f"boosted card{end}"]) for end in (", points not rounded", ""))
    assert abs(fine - whole) < 0.002


@needs_data
def test_a_saved_card_gives_every_row_the_points_of_the_fitted_one(data, first_cards, tmp_path):
    assert len(first_cards) == 10
    for card in first_cards:
        points = card.points(data.X)
        for name in ("card.yaml", "card.csv"):
            assert (saved_points(card, data.X, tmp_path / name) == points).all()


@needs_data
def test_sql_gives_every_row_the_points_of_python(data, first_cards):
    for card in first_cards:
        assert (sql_points(card, data.X) == card.points(data.X)).all()


@needs_data
def test_most_of_what_the_cards_know_is_which_values_are_missing(found):
    """The claim that ratios foretell bankruptcy so well does not survive the check; the README says so."""
    missing = found["missing"]
    assert missing["auc_of_missingness_alone"] > 0.85
    for name in study.CARDS:
        assert missing["auc_with_neutral_missing"][name] < missing["auc_of_missingness_alone"]
        assert missing["auc_fitted_without_missingness"][name] < missing["auc_of_missingness_alone"]


@needs_data
def test_what_is_committed_is_what_the_data_give(found):
    assert unlike(found, study.RESULTS, within=MACHINES) == []


def test_the_readme_tells_the_committed_figures():
    told = (HERE / "README.md").read_text(encoding="utf-8")
    committed = json.loads(study.RESULTS.read_text(encoding="utf-8"))
    missing, dominance = committed["missing"], committed["dominance"]
    for name in study.CARDS:
        draws = ", ".join(map(short, committed["auc_by_draw"][name]))
        neutral, again = (missing[f"auc_{k}"][name] for k in ("with_neutral_missing", "fitted_without_missingness"))
        assert f"| {name} | {draws} | {short(neutral)} | {short(again)} |" in told
    for name in study.BESIDE:
        assert f"| {name} | {short(np.mean(committed['auc_by_fold'][name]))} |" in told
    for figure in (missing["auc_of_missingness_alone"], dominance["auc_alone"], *dominance["auc_without"].values()):
        assert short(figure) in told


def test_a_missing_value_made_neutral_has_the_mean_points_of_the_others():
    """.2 · 10 + .6 · 20 over .8: 17.5, rounded to even."""
    parts = [("interval", 10, -np.inf, 1.0, 0.2), ("interval", 20, 1.0, np.inf, 0.6)]
    listed = [Attribute(kind, p, low=a, high=b, share=s) for kind, p, a, b, s in parts]
    card = Card((Characteristic("x", (*listed, Attribute("missing", -40, share=0.2))),), 500)
    (neutral,) = with_neutral_missing(card).characteristics
    assert [a.points for a in neutral.attributes] == [10, 20, 18]


def test_the_folder_holds_no_table_of_records():
    assert not [p for p in HERE.rglob("*") if p.suffix in {".csv", ".parquet", ".gz", ".xlsx", ".arff"}]
