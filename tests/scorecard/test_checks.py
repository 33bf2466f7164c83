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


def test_many_rows_are_looked_at_evenly(firms):
    X, bad = firms
    many = pd.concat([X] * 10, ignore_index=True)
    assert len(many) > 2 * ROWS
    labels = pd.concat([bad] * 10, ignore_index=True)
    with pytest.warns(OneCarries):
        ScorecardClassifier().fit(many.assign(fine=labels.to_numpy()), labels)
