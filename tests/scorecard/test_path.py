"""The path of a penalty: each row is the fit of that strength; nothing is left at the top, all come back at 0."""

import numpy as np
import pandas as pd
import pytest

from credit_score.errors import FitError
from credit_score.scorecard import ScorecardClassifier

pytestmark = pytest.mark.filterwarnings("ignore::credit_score.scorecard.checks.CardWarning")


@pytest.fixture(scope="module")
def rows():
    draw = np.random.default_rng(9)
    X = pd.DataFrame(draw.normal(size=(2000, 4)), columns=list("abcd"))
    logit = -2 + X @ np.array([1.0, 0.5, 0.2, 0.0])
    return X, (draw.random(2000) < 1 / (1 + np.exp(-logit))).astype(int)


def test_each_row_of_the_path_is_the_fit_of_its_strength(rows):
    path = ScorecardClassifier(l2=0).path(*rows, strengths=[0.02, 0.002, 0.0])
    assert path.index.tolist() == [0.02, 0.002, 0.0]
    for strength, row in path.iterrows():
        weights = ScorecardClassifier(l1=strength, l2=0).fit(*rows).coefficients_["weight"].drop("(constant)")
        assert row[weights.index].to_numpy() == pytest.approx(weights.to_numpy(), abs=1e-6)
        assert row["characteristics"] == np.count_nonzero(weights)


def test_the_usual_path_begins_with_nothing_and_grows(rows):
    path = ScorecardClassifier(l2=0).path(*rows)
    assert len(path) == 40
    assert path["characteristics"].iloc[0] == 0
    assert path["characteristics"].iloc[1] >= 1
    assert path["characteristics"].iloc[-1] >= 3
    assert (np.diff(path["log_loss"]) <= 1e-9).all()


def test_under_l2_weights_shrink_together_and_none_leaves(rows):
    path = ScorecardClassifier(l2=0).path(*rows, penalty="l2")
    weights = path[["a", "b", "c"]].sum(axis=1)
    assert (np.diff(weights) > -1e-9).all()
    assert (path[["a", "b", "c"]].to_numpy() > 0).all()


def test_a_path_fits_nothing(rows):
    card = ScorecardClassifier()
    card.path(*rows, strengths=[0.01])
    assert not hasattr(card, "card_")


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({"penalty": "l3"}, "penalty 'l3'; use 'l1' or 'l2'"),
        ({"strengths": [-1.0]}, "strengths -1"),
        ({"strengths": []}, "strengths"),
    ],
)
def test_what_is_no_penalty_is_refused(rows, how, told):
    with pytest.raises(FitError, match=told):
        ScorecardClassifier().path(*rows, **how)
