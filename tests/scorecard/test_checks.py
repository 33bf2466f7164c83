"""What a card says of itself unasked: missingness that tells, one characteristic that carries."""

import warnings

import numpy as np
import pandas as pd
import pytest

from credit_score.scorecard import CardWarning, MissingTells, OneCarries, ScorecardClassifier
from credit_score.scorecard.checks import ROWS, missing_auc
from credit_score.scorecard.columns import columns_of
from credit_score.scorecard.prebins import Target


@pytest.fixture(scope="module")
def firms():
    """Three characteristics of about equal force, and labels."""
    draw = np.random.default_rng(4)
    X = pd.DataFrame(draw.normal(size=(6000, 3)), columns=["a", "b", "c"])
    bad = (draw.random(6000) < 1 / (1 + np.exp(2 - X.sum(axis=1)))).astype(int)
    return X, bad


def holes(X, where):
    return X.assign(a=X["a"].where(~where))


def test_a_card_of_several_even_characteristics_with_random_holes_warns_of_nothing(firms):
    X, bad = firms
    with warnings.catch_warnings():
        warnings.simplefilter("error", CardWarning)
        ScorecardClassifier().fit(holes(X, np.random.default_rng(1).random(len(X)) < 0.3), bad)


def test_holes_where_firms_are_bad_are_told(firms):
    X, bad = firms
    where = np.random.default_rng(1).random(len(X)) < np.where(bad == 1, 0.5, 0.1)
    with pytest.warns(MissingTells, match=r"which values are missing predicts the label alone: AUC 0\.\d+"):
        ScorecardClassifier().fit(holes(X, where), bad)


def test_missingness_alone_has_the_auc_of_its_two_rates(firms):
    _, bad = firms
    where = np.random.default_rng(1).random(len(bad)) < np.where(bad == 1, 0.5, 0.1)
    X = pd.DataFrame({"a": np.where(where, np.nan, 1.0), "b": 0.0})
    value, low, high = missing_auc(columns_of(X), Target(bad.to_numpy(float), np.ones(len(bad)), False))
    assert value == pytest.approx(0.5 + (where[bad == 1].mean() - where[bad == 0].mean()) / 2, abs=0.01)
    assert low < value < high


def test_nothing_missing_or_everything_has_no_auc(firms):
    X, bad = firms
    target = Target(bad.to_numpy(float), np.ones(len(bad)), False)
    assert missing_auc(columns_of(X), target) is None
    assert missing_auc(columns_of(X.assign(a=np.nan)), target) is None
    assert missing_auc([], target) is None


def test_a_characteristic_that_knows_the_outcome_is_told(firms):
    X, bad = firms
    draw = np.random.default_rng(7)
    with pytest.warns(OneCarries, match="characteristic 'fine' carries the card: AUC 0.9"):
        ScorecardClassifier().fit(X.assign(fine=bad + draw.normal(0, 0.3, len(X))), bad)


def test_of_one_column_alone_nothing_is_told(firms):
    X, bad = firms
    with warnings.catch_warnings():
        warnings.simplefilter("error", CardWarning)
        ScorecardClassifier().fit(X[["a"]], bad)


def test_of_many_rows_some_are_looked_at(firms):
    X, bad = firms
    many = pd.concat([X] * 10, ignore_index=True)
    assert len(many) > 2 * ROWS
    labels = pd.concat([bad] * 10, ignore_index=True)
    with pytest.warns(OneCarries):
        ScorecardClassifier().fit(many.assign(fine=labels.to_numpy()), labels)


ORDERS = {
    "as they came": lambda bad: np.arange(len(bad)),
    "by class": lambda bad: np.argsort(bad, kind="stable"),
    "bad in even rows": lambda bad: np.argsort(_alternating(bad), kind="stable"),
    "bad between every fourth row": lambda bad: np.argsort(_between(bad), kind="stable"),
}


def _alternating(bad):
    """Ranks that put the bad, while there are any, in every second row."""
    rank = np.cumsum(bad == 1) * 2.0
    return np.where(bad == 1, rank, np.cumsum(bad == 0) * 2 + 1)


def _between(bad):
    """Ranks that put no bad row where a look at every fourth row falls."""
    place = np.cumsum(bad == 1) - 1
    return np.where(bad == 1, place // 3 * 4 + place % 3 + 1, (np.cumsum(bad == 0) - 1) * 4.0)


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
@pytest.mark.parametrize("n", [8000, 80_000])
def test_what_is_told_does_not_hang_on_the_order_of_rows(order, n):
    draw = np.random.default_rng(3)
    bad = (draw.random(n) < 0.3).astype(int)
    X = pd.DataFrame({"a": bad + draw.normal(0, 0.3, n), "b": draw.normal(size=n)})
    X = X.where(draw.random((n, 2)) > np.where(bad == 1, 0.3, 0.05)[:, None])
    rows = order(bad)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        ScorecardClassifier().fit(X.iloc[rows], bad[rows])
    assert {w.category for w in told} == {MissingTells, OneCarries}


def test_of_few_bad_rows_among_many_all_are_looked_at():
    draw = np.random.default_rng(3)
    n, some = 10 * ROWS, np.arange(1, 61) * 1001
    bad = np.isin(np.arange(n), some).astype(int)
    where = np.where(bad == 1, np.arange(n) % 2 == 0, draw.random(n) < 0.1)
    X = pd.DataFrame({"a": np.where(where, np.nan, draw.normal(size=n)), "b": 0.0})
    value, _, _ = missing_auc(columns_of(X), Target(bad.astype(float), np.ones(n), False))
    assert value == pytest.approx(0.7, abs=0.03)  # half of the bad lack it, and a tenth of the good


def test_beside_a_column_without_a_value_no_characteristic_is_said_to_carry_the_card(firms):
    X, bad = firms
    with warnings.catch_warnings():
        warnings.simplefilter("error", OneCarries)
        ScorecardClassifier().fit(X[["a"]].assign(empty=np.nan), bad)
