"""Cards of rows that were drawn: weights, what they are worth, and standard errors that know it."""

import numpy as np
import pandas as pd
import pytest

from credit_score.errors import FitError
from credit_score.scorecard import Binning, ScorecardClassifier, draw_weights

CUT = {"x": Binning(cuts=(0.0,), trend="none")}


def drawn(seed, n=6000, *, targeted=True):
    """Firms of which the draw saw more of the risky (by x): the label depends on x."""
    draw = np.random.default_rng(seed)
    x = draw.normal(size=n)
    bad = draw.random(n) < np.where(x > 0, 0.3, 0.1)
    chance = np.where(x + draw.normal(0, 1, n) > 0, 0.8, 0.1) if targeted else np.full(n, 0.5)
    seen = draw.random(n) < chance
    return pd.DataFrame({"x": x[seen]}), bad[seen].astype(int), chance[seen]


def test_a_row_drawn_with_chance_a_quarter_stands_for_four_and_a_reported_one_for_none():
    assert draw_weights([0.25, 1.0, np.nan]).tolist() == [4.0, 1.0, 0.0]
    assert draw_weights(pd.array([0.5, None], dtype="Float64")).tolist() == [2.0, 0.0]


@pytest.mark.parametrize("chance", [[0.0], [-0.1], [1.1], [np.inf]])
def test_a_chance_that_is_none_is_refused(chance):
    with pytest.raises(FitError, match="chance of being drawn"):
        draw_weights(chance)


def test_rows_no_draw_chose_teach_nothing():
    X, bad, chance = drawn(1)
    more = pd.concat([X, pd.DataFrame({"x": np.full(500, -2.0)})], ignore_index=True)
    labels, chances = np.append(bad, np.ones(500, int)), np.append(chance, np.full(500, np.nan))
    card = ScorecardClassifier(binning=CUT, weights="draws")
    alone = card.fit(X, bad, draw_weights(chance)).table_
    pd.testing.assert_frame_equal(alone, card.fit(more, labels, draw_weights(chances)).table_)


def test_the_scale_of_draw_weights_says_nothing():
    X, bad, chance = drawn(2)
    fits = [ScorecardClassifier(binning=CUT, weights="draws").fit(X, bad, k / chance) for k in (1, 100)]
    assert fits[0].coefficients_.to_numpy() == pytest.approx(fits[1].coefficients_.to_numpy(), rel=1e-6)
    pd.testing.assert_frame_equal(fits[0].table_, fits[1].table_)


def test_with_equal_chances_the_errors_are_those_of_as_many_rows():
    X, bad, chance = drawn(3, targeted=False)
    found = ScorecardClassifier(binning=CUT, weights="draws", l2=0).fit(X, bad, draw_weights(chance)).coefficients_
    plain = ScorecardClassifier(binning=CUT, l2=0).fit(X, bad).coefficients_
    assert found["weight"].to_numpy() == pytest.approx(plain["weight"].to_numpy(), rel=1e-6)
    # Of two attributes the model is saturated: residuals are those of the model, and both errors are one.
    assert found["standard_error"].to_numpy() == pytest.approx(plain["standard_error"].to_numpy(), rel=1e-6)


def test_errors_of_a_targeted_draw_are_those_seen_over_draws():
    told, seen = [], []
    for seed in range(150):
        X, bad, chance = drawn(seed, 2000)
        fit = ScorecardClassifier(binning=CUT, weights="draws", l2=0, fixed_weights=None)
        found = fit.fit(X, bad, draw_weights(chance))
        woes = found.card_.characteristics[0].of("interval")
        seen.append(woes[0].woe - woes[1].woe)
        told.append(found.coefficients_.loc["x", "standard_error"] * abs(seen[-1]))
    spread = np.std(seen, ddof=1)
    assert abs(np.mean(told) / spread - 1) < 4 / np.sqrt(2 * (len(seen) - 1)) + 0.03


def test_weights_of_another_kind_are_refused():
    X, bad, _ = drawn(1, 200)
    with pytest.raises(FitError, match="weights 'frequency'; use one of counts, draws"):
        ScorecardClassifier(weights="frequency").fit(X, bad)


@pytest.mark.parametrize(
    ("chance", "message"),
    [
        ([1e-320, 0.5], r"chance of being drawn .*e-3\d\d \(row 0\); give chances in \(0, 1\]"),
        (["a", 0.1], "chances of being drawn: could not convert string to float: 'a'; give numbers"),
    ],
)
def test_chances_of_which_no_weight_can_be_made_are_refused(chance, message):
    with pytest.raises(FitError, match=message):
        draw_weights(chance)
