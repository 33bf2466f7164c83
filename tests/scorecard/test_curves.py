"""Tables behind the charts: by hand, their sums, and what must not change them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_score.errors import FitError
from credit_score.scorecard.curves import calibration_table, capture_curve, lift_table, roc_points, score_distribution
from credit_score.scorecard.metrics import auc, ks
from credit_score.scorecard.rates import jeffreys_interval

TABLES = [lift_table, capture_curve, roc_points, calibration_table, score_distribution]
BAD, SCORE = [1, 1, 0, 1, 0, 0, 0, 0], [100, 200, 300, 400, 500, 600, 700, 800]


@st.composite
def rows(draw):
    n = draw(st.integers(5, 60))
    draws = np.random.default_rng(draw(st.integers(0, 10_000)))
    score = draws.integers(0, 15, n)
    bad = (draws.random(n) < 0.4).astype(int)
    bad[:2], weight = [0, 1], draws.integers(0, 4, n)
    weight[:2] = 1
    return bad, score, weight


def test_lift_by_hand_worst_scores_first():
    table = lift_table(BAD, SCORE, n_bins=4)
    assert list(table["bin"]) == [1, 2, 3, 4]
    assert list(table["score_low"]) == [100, 300, 500, 700]
    assert list(table["score_high"]) == [200, 400, 600, 800]
    assert list(table["rows"]) == [2] * 4
    assert list(table["bad_rate"]) == [1, 0.5, 0, 0]
    assert list(table["lift"]) == pytest.approx([8 / 3, 4 / 3, 0, 0])
    assert list(table["captured"]) == pytest.approx([2 / 3, 1, 1, 1])
    low, high = jeffreys_interval(0.5, 2)
    assert (table["low"][1], table["high"][1]) == (low, high)
    assert table["lift_high"][1] == pytest.approx(high / (3 / 8))


def test_equal_scores_stay_in_one_bin():
    table = lift_table([1, 0, 0, 1, 0, 0], [5, 5, 5, 5, 5, 9], n_bins=3)
    assert list(table["rows"]) == [5, 1]


def test_half_of_the_bad_are_found_in_a_quarter_of_the_rows():
    curve = capture_curve([1, 1, 0, 0, 1, 0, 0, 1], np.arange(8))
    at = curve.set_index("rows")["bad"]
    assert (at[0], at[0.25], at[1]) == (0, 0.5, 1)
    assert curve["score"][0] == -np.inf
    assert (
        curve[["low", "high"]].iloc[[0, -1]].to_numpy() == [[0, curve["high"][0]], [curve["low"].iloc[-1], 1]]
    ).all()


@given(rows())
def test_the_roc_has_auc_under_it_and_ks_at_its_widest(sample):
    bad, score, weight = sample
    points = roc_points(bad, score, sample_weight=weight)
    area = np.trapezoid(points["bad"], points["good"])
    assert area == pytest.approx(auc(bad, score, sample_weight=weight))
    found = ks(bad, score, sample_weight=weight)
    row = points[points["score"] == found.at].iloc[0]
    assert abs(row["bad"] - row["good"]) == pytest.approx(found.statistic)
    assert (points[["score", "good", "bad"]].iloc[-1] == [score[weight > 0].max(), 1, 1]).all()


@given(rows(), st.sampled_from(TABLES))
def test_a_share_is_within_its_interval_and_nothing_is_missing(sample, table):
    bad, score, weight = sample
    found = table(bad, score / 20, sample_weight=weight)
    assert not found.isna().any().any()
    for low in (c for c in found if c.endswith("low") and not c.startswith(("score", "pd"))):
        name = {"low": "bad_rate" if "bad_rate" in found else "bad"}.get(low, low.removesuffix("_low"))
        assert (found[low] <= found[name] + 1e-12).all()
        assert (found[name] <= found[low.replace("low", "high")] + 1e-12).all()


@given(rows(), st.sampled_from(TABLES))
def test_a_row_of_weight_k_is_as_good_as_k_rows_in_every_share(sample, table):
    bad, score, weight = sample
    copied = np.random.default_rng(0).permutation(np.repeat(np.arange(len(bad)), weight))
    weighted, found = table(bad, score / 20, sample_weight=weight), table(bad[copied], score[copied] / 20)
    shares = [c for c in found if "low" not in c and "high" not in c and c != "rows"]
    finite = lambda frame: np.nan_to_num(frame[shares].to_numpy(float), neginf=-1)  # noqa: E731
    assert finite(weighted) == pytest.approx(finite(found))


def test_calibration_by_hand():
    table = calibration_table([0, 1, 1, 0], [0.1, 0.2, 0.6, 0.8], n_bins=2)
    assert list(table["mean_pd"]) == pytest.approx([0.15, 0.7])
    assert list(table["bad_rate"]) == [0.5, 0.5]
    assert list(table["pd_high"]) == [0.2, 0.8]


def test_the_interval_of_a_true_pd_holds_it_as_often_as_it_says():
    draws, held = np.random.default_rng(5), []
    for _ in range(200):
        pd = draws.uniform(0.02, 0.5, 1000)
        table = calibration_table(draws.random(1000) < pd, pd)
        held.extend((table["low"] <= table["mean_pd"]) & (table["mean_pd"] <= table["high"]))
    assert abs(np.mean(held) - 0.95) < 3.5 * np.sqrt(0.95 * 0.05 / 2000) + 0.01


def test_whole_scores_have_whole_bins_that_each_hold_as_many_scores():
    table = score_distribution([0, 1] * 50, np.arange(400, 500), n_bins=20)
    assert list(table["score_low"]) == list(range(400, 500, 5))
    assert list(table["score_high"][-1:]) == [500]
    assert table["good"].sum() == pytest.approx(1)
    assert len(score_distribution([0, 1], [7, 7])) == 1
    assert len(score_distribution([0, 1, 1], [0.5, 7.25, 3], n_bins=7)) == 7


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    ("bad", "score", "weight", "told"),
    [
        ([0, 0], [0.1, 0.2], None, "all 2 rows are good"),
        ([0, 1], [0.1], None, "2 labels and 1 (score|PD)s"),
        ([0, 1], [0.1, np.nan], None, r"(score|PD) nan \(row 1\)"),
        ([0, 1], [0.1, 0.2], [1, -1], r"weight -1 \(row 1\)"),
    ],
)
def test_rows_that_cannot_be_measured_are_refused(table, bad, score, weight, told):
    with pytest.raises(FitError, match=told):
        table(bad, score, sample_weight=weight)


@pytest.mark.parametrize("n_bins", [0, -1, 2.5, np.nan, "5", None])
def test_what_is_no_number_of_bins_is_refused(n_bins):
    with pytest.raises(FitError, match=f"bins {n_bins!r}; give a whole number of at least 1"):
        score_distribution([0, 1], [1, 2], n_bins=n_bins)
    with pytest.raises(FitError, match=f"groups {n_bins!r}; give a whole number of at least 1"):
        lift_table([0, 1], [1, 2], n_bins=n_bins)
