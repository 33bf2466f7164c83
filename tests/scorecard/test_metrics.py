"""Measures of a score and of a PD: by hand, against scikit-learn, and what must not change them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import chi2, ks_2samp
from sklearn.metrics import roc_auc_score

from credit_score.errors import FitError
from credit_score.scorecard.metrics import auc, brier, calibration, gini, hosmer_lemeshow, ks, log_loss

OF_SCORE = {"auc": auc, "gini": gini, "ks": lambda *a, **k: ks(*a, **k).statistic}
OF_PD = {
    "brier": brier,
    "log_loss": log_loss,
    "slope": lambda *a, **k: calibration(*a, **k).slope,
    "intercept": lambda *a, **k: calibration(*a, **k).intercept,
    "intercept_error": lambda *a, **k: calibration(*a, **k).intercept_error,
    "in_the_large": lambda *a, **k: calibration(*a, **k).in_the_large,
    "hosmer_lemeshow": lambda *a, **k: hosmer_lemeshow(*a, **k).statistic,
}
ALL = OF_SCORE | OF_PD


@st.composite
def rows(draw):
    """Bad, PD in steps of .01 (so with ties) and whole weights, both classes overlapping."""
    n = draw(st.integers(20, 60))
    draws = np.random.default_rng(draw(st.integers(0, 10_000)))
    pd = draws.integers(2, 60, n) / 100
    bad = (draws.random(n) < pd).astype(int)
    bad[:4], pd[:4] = [0, 1, 0, 1], [0.01, 0.01, 0.6, 0.6]
    weight = draws.integers(0, 4, n)
    weight[:4] = 1
    return bad, pd, weight


def test_auc_counts_pairs_in_order_and_half_of_the_ties():
    bad, score = [1, 1, 0, 0, 0], [400, 500, 500, 600, 300]
    # Pairs (good, bad) with the good one higher: 500>400, 600>400, 600>500; tied: 500=500. Of six.
    assert auc(bad, score) == pytest.approx((3 + 0.5) / 6)
    assert gini(bad, score) == pytest.approx(2 * 3.5 / 6 - 1)


def test_ks_is_the_widest_gap_and_the_score_where_it_is():
    found = ks([1, 1, 0, 1, 0, 0], [400, 500, 500, 600, 700, 700])
    assert found.statistic == pytest.approx(1 - 1 / 3)  # at 600 all bad and one good of three are passed
    assert found.at == 600
    assert float(found) == found.statistic


def test_brier_and_log_loss_by_hand():
    assert brier([1, 0], [0.8, 0.4]) == pytest.approx((0.2**2 + 0.4**2) / 2)
    assert log_loss([1, 0], [0.8, 0.4]) == pytest.approx(-(np.log(0.8) + np.log(0.6)) / 2)
    assert brier([1, 0], [0.8, 0.4], sample_weight=[3, 1]) == pytest.approx((3 * 0.2**2 + 0.4**2) / 4)


def test_a_bad_row_of_pd_0_costs_36_not_infinity():
    assert log_loss([1, 0], [0.0, 0.0]) == pytest.approx(36.04 / 2, abs=0.01)


def test_hosmer_lemeshow_by_hand():
    bad, pd = [0] * 8 + [1] * 2 + [0] * 5 + [1] * 5 + [0] * 2 + [1] * 8, [0.1] * 10 + [0.4] * 10 + [0.9] * 10
    found = hosmer_lemeshow(bad, pd, n_groups=3)
    expected = 1**2 / (10 * 0.1 * 0.9) + 1**2 / (10 * 0.4 * 0.6) + 1**2 / (10 * 0.9 * 0.1)
    assert found.statistic == pytest.approx(expected)
    assert (found.df, found.p_value) == (1, pytest.approx(chi2.sf(expected, 1)))
    assert hosmer_lemeshow(bad, pd, n_groups=3, fitted=False).df == 3


def test_calibration_on_two_pds_reads_the_two_rates():
    """Two PDs fit two rates exactly: slope = difference of log-odds found over that of log-odds told."""
    bad, pd = [1] * 2 + [0] * 8 + [1] * 6 + [0] * 4, [0.1] * 10 + [0.5] * 10
    found = calibration(bad, pd)
    told, rates = np.log([0.1 / 0.9, 1.0]), np.log([0.2 / 0.8, 0.6 / 0.4])
    assert found.slope == pytest.approx((rates[1] - rates[0]) / (told[1] - told[0]))
    assert found.intercept == pytest.approx(rates[1] - found.slope * told[1])
    errors = [1 / (10 * 0.2 * 0.8), 1 / (10 * 0.6 * 0.4)]
    assert found.slope_error == pytest.approx(np.sqrt(sum(errors)) / (told[1] - told[0]))
    assert found.intercept_error == pytest.approx(np.sqrt(errors[1]))  # told log-odds are 0 there


@pytest.mark.parametrize(("centre", "spread"), [(-2, 1.5), (-6, 0.5), (-4, 0.001)])
def test_calibration_is_the_best_recalibration_there_is(centre, spread):
    draws = np.random.default_rng(7)
    logit = draws.normal(centre, spread, 4000)
    bad = draws.random(4000) < 1 / (1 + np.exp(-0.7 * logit + 0.3))
    found = calibration(bad, 1 / (1 + np.exp(-logit)))
    z = (logit - logit.mean()) / logit.std()
    loss = lambda b: np.sum(np.logaddexp(0, b[0] + b[1] * z) - bad * (b[0] + b[1] * z))  # noqa: E731
    best = minimize(loss, [np.log(bad.mean() / (1 - bad.mean())), 0.0], tol=1e-12)
    mine = [found.intercept + found.slope * logit.mean(), found.slope * logit.std()]
    assert loss(mine) <= best.fun + 1e-9
    assert mine == pytest.approx(best.x, abs=1e-3)


def test_true_pds_have_slope_1_and_pass_hosmer_lemeshow_within_their_errors():
    draws = np.random.default_rng(11)
    pd = 1 / (1 + np.exp(-draws.normal(-2, 1, 20_000)))
    bad = draws.random(len(pd)) < pd
    found = calibration(bad, pd)
    assert abs(found.slope - 1) < 3.5 * found.slope_error
    assert abs(found.intercept) < 3.5 * found.intercept_error
    assert hosmer_lemeshow(bad, pd, fitted=False).p_value > 0.001
    assert calibration(bad, pd / 2).in_the_large > 0.5


@given(rows())
def test_auc_is_scikit_learns_with_weights_and_ks_is_scipys(sample):
    bad, pd, weight = sample
    assert auc(bad, -pd, sample_weight=weight) == pytest.approx(roc_auc_score(bad, pd, sample_weight=weight))
    theirs = ks_2samp(pd[bad == 1], pd[bad == 0], method="asymp")
    assert ks(bad, pd).statistic == pytest.approx(theirs.statistic)


@given(rows())
def test_auc_with_weights_is_the_sum_over_all_pairs(sample):
    bad, pd, w = sample
    b, g = bad == 1, bad == 0
    beats = (-pd[g][:, None] > -pd[b]) + 0.5 * (pd[g][:, None] == pd[b])
    assert auc(bad, -pd, sample_weight=w) == pytest.approx(w[g] @ beats @ w[b] / w[g].sum() / w[b].sum())


@given(rows(), st.sampled_from(sorted(ALL)))
def test_a_row_of_weight_k_is_as_good_as_k_rows_in_whatever_order(sample, name):
    bad, pd, weight = sample
    copied = np.random.default_rng(0).permutation(np.repeat(np.arange(len(bad)), weight))
    weighted = ALL[name](bad, pd, sample_weight=weight)
    assert ALL[name](bad[copied], pd[copied]) == pytest.approx(weighted, rel=1e-6, abs=1e-8)


@given(rows(), st.sampled_from(sorted(OF_SCORE)))
def test_a_rising_transform_changes_no_measure_of_order(sample, name):
    bad, pd, weight = sample
    once = OF_SCORE[name](bad, pd, sample_weight=weight)
    assert OF_SCORE[name](bad, np.exp(3 * pd) - 5, sample_weight=weight) == pytest.approx(once, abs=1e-12)


@given(rows())
def test_swapping_good_and_bad_flips_what_has_a_sign(sample):
    bad, pd, w = sample
    assert auc(1 - bad, pd, sample_weight=w) == pytest.approx(1 - auc(bad, pd, sample_weight=w))
    assert gini(1 - bad, pd, sample_weight=w) == pytest.approx(-gini(bad, pd, sample_weight=w), abs=1e-12)
    assert ks(1 - bad, pd, sample_weight=w) == ks(bad, pd, sample_weight=w)
    assert brier(1 - bad, 1 - pd, sample_weight=w) == pytest.approx(brier(bad, pd, sample_weight=w))
    mine, other = calibration(bad, pd, sample_weight=w), calibration(1 - bad, 1 - pd, sample_weight=w)
    assert other.slope == pytest.approx(mine.slope, abs=1e-6)
    assert other.intercept == pytest.approx(-mine.intercept, abs=1e-6)


@pytest.mark.parametrize("name", sorted(ALL))
@pytest.mark.parametrize(
    ("bad", "values", "weight", "told"),
    [
        ([0, 0], [0.1, 0.2], None, "all 2 rows are good; give rows of both classes"),
        ([1, 1], [0.1, 0.2], None, "all 2 rows are bad; give rows of both classes"),
        ([0, 1], [0.1, 0.2], [1, 0], "all 1 rows are good; give rows of both classes with weight"),
        ([0, 1], [0.1, 0.2], [0, 0], "no row has weight; give rows"),
        ([], [], None, "no labels; give at least one row"),
        ([0, 1], [0.1], None, r"2 labels and 1 (score|PD)s; give one (score|PD) a row"),
        ([0, 1], [0.1, 0.2], [1], "2 labels and 1 weights; give one weight a row"),
        ([0, 2], [0.1, 0.2], None, r"label 2 \(row 1\); give 1 for bad and 0 for good"),
        ([0, np.nan], [0.1, 0.2], None, r"label nan \(row 1\); leave these rows out"),
        ([0, 1], [np.nan, 0.2], None, r"(score|PD) nan \(row 0\); leave these rows out"),
        ([0, 1], [0.1, np.inf], None, r"(score|PD) inf \(row 1\); leave these rows out"),
        ([0, 1], [0.1, 0.2], [1, -2.5], r"weight -2.5 \(row 1\); give weights of at least 0"),
        ([0, 1], [0.1, 0.2], [1, np.nan], r"weight nan \(row 1\)"),
        ([0, 1], ["a", "b"], None, r"(score|PD)s are text, not numbers"),
        ([0, 1], [None, 0.2], None, r"(score|PD) nan \(row 0\)"),
        ([0, 1], [[0.1], [0.2]], None, r"(score|PD)s of shape \(2, 1\); give one (score|PD) a row"),
        ([0, 1], np.array(["2020-01-01", "2020-01-02"], "datetime64[D]"), None, "not numbers"),
    ],
)
def test_rows_that_cannot_be_measured_are_refused_in_one_line(name, bad, values, weight, told):
    with pytest.raises(FitError, match=told) as refused:
        ALL[name](bad, values, sample_weight=weight)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", sorted(OF_PD))
def test_a_pd_outside_0_and_1_is_refused(name):
    with pytest.raises(FitError, match=r"PD -0.1 \(row 0\), 1.5 \(row 2\); give the probability of bad, in \[0, 1\]"):
        OF_PD[name]([0, 1, 0], [-0.1, 0.2, 1.5])


@pytest.mark.parametrize("name", ["slope", "hosmer_lemeshow"])
def test_a_pd_of_0_or_1_has_no_log_odds(name):
    with pytest.raises(FitError, match=r"PD 0 \(row 0\), 1 \(row 1\); its log-odds are infinite"):
        OF_PD[name]([0, 1, 0], [0, 1, 0.5])


def test_a_slope_that_has_no_end_is_refused():
    with pytest.raises(
        FitError, match=r"good \(0.1 to 0.2\) and bad \(0.2 to 0.4\) do not overlap; the slope has no end"
    ):
        calibration([0, 0, 1, 1], [0.1, 0.2, 0.2, 0.4])
    with pytest.raises(FitError, match=r"every PD is 0\.25; a slope needs PDs that differ"):
        calibration([0, 1], [0.25, 0.25])


def test_too_few_groups_for_hosmer_lemeshow_are_refused():
    with pytest.raises(FitError, match="2 groups of different PD, and 2 of them are spent on the fit; ask for more"):
        hosmer_lemeshow([0, 1, 0, 1], [0.1, 0.1, 0.3, 0.3])
    with pytest.raises(FitError, match="groups 0; give a whole number of at least 1"):
        hosmer_lemeshow([0, 1], [0.1, 0.3], n_groups=0)
    with pytest.raises(FitError, match=r"groups 2\.5; give a whole number"):
        hosmer_lemeshow([0, 1], [0.1, 0.3], n_groups=2.5)


def test_scores_may_come_from_pandas_with_missing_ones_refused():
    import pandas as pd

    bad, score = pd.Series([True, False, True]), pd.Series([1, 2, 3], dtype="Int64")
    assert auc(bad, score) == 0.5
    with pytest.raises(FitError, match=r"score nan \(row 1\)"):
        auc(bad, pd.Series([1, None, 3], dtype="Int64"))
