"""Validation: what is fitted and tested, which numbers come back, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

from credit_score.errors import FitError
from credit_score.scorecard.classifier import ScorecardClassifier
from credit_score.scorecard.intervals import auc_interval
from credit_score.scorecard.metrics import brier, calibration, ks, log_loss
from credit_score.scorecard.validation import folds, later_stretches, validate


def county(seed=0, n=600):
    draws = np.random.default_rng(seed)
    X = pd.DataFrame({"age": draws.normal(size=n), "debt": draws.normal(size=n), "kind": draws.choice(["a", "b"], n)})
    bad = (draws.random(n) < 1 / (1 + np.exp(1.5 - X["age"] - 0.7 * X["debt"]))).astype(int)
    return X, bad, pd.Series(pd.date_range("2021-01-01", periods=n, freq="17h"))


class Recorder(ClassifierMixin, BaseEstimator):
    """Keeps what it was fitted and asked; answers by a fixed PD, so that it learns nothing."""

    seen: list = []  # noqa: RUF012

    def fit(self, X, y, sample_weight=None):
        self.seen.append(("fit", list(X["row"]), sample_weight))
        return self

    def predict_proba(self, X):
        self.seen.append(("test", list(X["row"]), None))
        return np.column_stack([1 - X["pd"], X["pd"]])


@pytest.fixture
def recorded():
    Recorder.seen.clear()
    draws = np.random.default_rng(2)
    X = pd.DataFrame({"row": np.arange(200), "pd": np.round(draws.uniform(0.05, 0.6, 200), 2)})
    return X, (draws.random(200) < X["pd"]).astype(int).to_numpy(), Recorder.seen


def test_one_call_tells_folds_and_time_each_test_and_pooled():
    X, bad, when = county()
    table = validate(ScorecardClassifier(), X, bad, when=when, n_splits=3)
    assert list(table["scheme"]) == ["folds"] * 4 + ["out_of_time"] * 4
    assert list(table["test"][:4]) == ["1", "2", "3", "pooled"]
    assert list(table["test"][4:]) == ["2021-04-17", "2021-08-01", "2021-11-15", "pooled"]
    assert (table["auc_low"] < table["auc"]).all()
    assert (table["auc"] < table["auc_high"]).all()
    assert not table.isna().any().any()
    pooled = table.iloc[3]
    assert (pooled["tested"], pooled["tested_bad"]) == (600, bad.sum())
    assert table["tested"][:3].sum() == 600


def test_the_numbers_of_a_test_are_the_metrics_of_its_rows(recorded):
    X, bad, seen = recorded
    table = validate(Recorder(), X, bad, n_splits=4)
    at = sorted(seen[1][1])
    for row, where in ((table.iloc[0], at), (table.iloc[-1], slice(None))):
        b, p = bad[where], X["pd"].to_numpy()[where]
        known = auc_interval(b, -p)
        expected = [known.value, known.low, known.high, ks(b, -p).statistic, brier(b, p), log_loss(b, p)]
        assert list(row[["auc", "auc_low", "auc_high", "ks", "brier", "log_loss"]]) == pytest.approx(expected)
        assert row["slope"] == pytest.approx(calibration(b, p).slope)


def test_no_row_is_tested_by_a_fit_that_saw_it_and_each_is_tested_once(recorded):
    X, bad, seen = recorded
    validate(Recorder(), X, bad, n_splits=4)
    tested = []
    for (_, fitted, _), (_, asked, _) in zip(seen[::2], seen[1::2], strict=True):
        assert sorted(fitted + asked) == list(range(200))
        tested += asked
    assert sorted(tested) == list(range(200))


def test_out_of_time_fits_on_earlier_days_alone(recorded):
    X, bad, seen = recorded
    when = np.random.default_rng(0).permutation(np.repeat(np.arange(20), 10))
    validate(Recorder(), X, bad, n_splits=4, when=when)
    later = seen[8:]
    for (_, fitted, _), (_, asked, _) in zip(later[::2], later[1::2], strict=True):
        assert when[fitted].max() < when[asked].min()
        assert len(asked) == 40


def test_rows_that_are_alike_are_never_parted():
    draws = np.random.default_rng(3)
    base = pd.DataFrame({"a": draws.normal(size=150), "b": draws.choice(["x", None], 150)})
    X = pd.concat([base, base.iloc[:100]], ignore_index=True)
    bad = np.r_[np.tile([0, 0, 1], 50), np.tile([0, 0, 1], 50)[:100]]
    # A tree learns its rows by heart: copies across folds would make it look perfect, alone it guesses.
    tree = DecisionTreeClassifier(random_state=0)
    honest = validate(tree, X[["a"]], bad).iloc[-1]["auc"]
    parted = validate(tree, X[["a"]], bad, groups=np.arange(250)).iloc[-1]["auc"]
    assert honest < 0.65
    assert parted > honest + 0.1


@settings(max_examples=30)
@given(st.integers(0, 1000), st.integers(2, 5))
def test_groups_stand_in_one_fold_and_bad_is_spread_evenly(seed, n_splits):
    draws = np.random.default_rng(seed)
    groups = draws.integers(0, 80, 300)
    bad = (draws.random(300) < 0.3).astype(int)
    splits = folds(bad, groups, n_splits, seed)
    assert sorted(np.concatenate([s.tested for s in splits])) == list(range(300))
    for s in splits:
        assert not set(groups[s.fitted]) & set(groups[s.tested])
        assert abs(bad[s.tested].mean() - bad.mean()) < 0.15


@given(st.lists(st.integers(0, 30), min_size=10, max_size=80), st.integers(1, 4))
def test_stretches_of_time_follow_each_other_and_part_no_day(days, n_splits):
    days = np.array(days)
    try:
        splits = later_stretches(days, n_splits)
    except FitError:
        return
    assert len(splits) == n_splits
    for i, s in enumerate(splits):
        assert days[s.fitted].max() < days[s.tested].min()
        assert s.name == str(days[s.tested].min())
        after = np.concatenate([x.tested for x in splits[i:]])
        assert sorted([*s.fitted, *after]) == list(range(len(days)))


def test_hours_of_one_day_are_one_day_also_with_a_time_zone():
    when = pd.Series(pd.date_range("2021-01-01", periods=24, freq="6h", tz="Asia/Shanghai"))
    (split,) = later_stretches(when, 1)
    assert (split.name, len(split.fitted), len(split.tested)) == ("2021-01-04", 12, 12)
    for same in ([d.date() for d in when], [d.isoformat() for d in when.dt.tz_localize(None)]):
        assert later_stretches(same, 1)[0].name == "2021-01-04"


def test_the_seed_draws_the_folds():
    X, bad, _ = county()
    estimator, X = LogisticRegression(), X[["age", "debt"]]
    first, again, other = (validate(estimator, X, bad, seed=s) for s in (1, 1, 2))
    pd.testing.assert_frame_equal(first, again)
    assert (first["auc"] != other["auc"]).any()
    assert not hasattr(estimator, "coef_")  # clones are fitted, never what was given


def test_an_array_does_as_well_as_a_frame():
    X, bad, _ = county()
    X = X[["age", "debt"]]
    frames = [validate(LogisticRegression(), x, bad, groups=np.arange(600)) for x in (X, X.to_numpy())]
    pd.testing.assert_frame_equal(*frames)


def test_weights_reach_the_fit_and_the_measures(recorded):
    X, bad, seen = recorded
    weight = np.random.default_rng(1).uniform(0.5, 2, 200)
    table = validate(Recorder(), X, bad, n_splits=4, sample_weight=weight)
    _, fitted, told = seen[0]
    assert list(told) == list(weight[fitted])
    assert table.iloc[-1]["brier"] == pytest.approx(brier(bad, X["pd"], sample_weight=weight))


def test_a_pd_of_0_or_1_leaves_the_slope_open_and_the_rest_told():
    X, bad, _ = county()
    table = validate(DecisionTreeClassifier(random_state=0), X[["age", "debt"]], bad)
    assert table["slope"].isna().all()
    assert table["auc"].notna().all()


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"bad": np.zeros(600)}, "all 600 rows are good"),
        ({"bad": np.zeros(599)}, "600 rows and 599 labels; give a label for each row"),
        ({"bad": np.r_[[1] * 3, [0] * 597]}, "5 folds, and 3 groups with rows of the rarer class; ask for 2 to 3"),
        ({"bad": np.r_[[1] * 6, [0] * 594]}, "folds, test .: 120 rows tested, 1 of them bad; ask for fewer splits"),
        ({"n_splits": 1}, "1 folds, and [0-9]+ groups with rows of the rarer class; ask for 2 to"),
        ({"groups": [1]}, r"groups of shape \(1,\) for 600 rows; give one group a row"),
        ({"groups": [None] + [1] * 599}, "1 rows without a group, the first is row 0; give every row its group"),
        ({"groups": np.zeros(600)}, "5 folds, and 1 groups with rows of the rarer class; give more groups"),
        ({"when": pd.Series([pd.NaT] + [pd.Timestamp("2021-01-01")] * 599)}, "1 rows without a date, the first is row"),
        ({"when": np.zeros(600)}, "1 different days do not part into 6 stretches of about equal rows"),
        ({"when": pd.Series([1, "a"] * 300, dtype=object)}, "dates that have no order: .*; give dates of one kind"),
        ({"when": ["1.2.2021", "1.3.2021"] * 300}, "dates as text, such as '1.2.2021'; write them as 2021-02-01"),
        ({"sample_weight": np.full(600, -1)}, "weight -1"),
        ({"sample_weight": np.ones(5)}, "600 labels and 5 weights"),
    ],
)  # fmt: skip
def test_what_cannot_be_validated_is_refused_in_one_line(changed, told):
    X, bad, _ = county()
    asked = {"bad": bad} | changed
    with pytest.raises(FitError, match=told) as refused:
        validate(LogisticRegression(), X[["age", "debt"]], asked.pop("bad"), **asked)
    assert "\n" not in str(refused.value)
