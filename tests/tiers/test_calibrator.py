"""The calibrator against enumeration: every choice of cut-offs, tried one by one from the rows."""

from itertools import combinations, pairwise
from math import inf, log, sqrt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from credit_score.errors import FitError
from credit_score.tiers import TierCalibrator

RATIOS = [0.01, 0.03, 0.08, 0.2, 0.4, 0.6]
TARGETS = {3: [0.5, 0.3, 0.2], 4: [0.6, 0.25, 0.1, 0.05]}


def x_log(x, of):
    return x * log(x / of) if x > 0 else 0.0


def worth(objective, w, e, k):
    """The objective of tiers with weights w and bad weights e, written out once more."""
    total, bad = sum(w), sum(e)
    good = total - bad
    if objective == "likelihood":
        return sum(x_log(b, a) + x_log(a - b, a) for a, b in zip(w, e, strict=True))
    if objective == "information":
        if not 0 < sum(e) < sum(w):
            return -inf
        good, half = (
            [a - b for a, b in zip(w, e, strict=True)],
            [0 if 0 < b < a else 0.5 for a, b in zip(w, e, strict=True)],
        )
        told = [(log((g + h) / sum(good)) - log((b + h) / sum(e))) for g, b, h in zip(good, e, half, strict=True)]
        return sum((g / sum(good) - b / sum(e)) * x for g, b, x in zip(good, e, told, strict=True))
    if objective == "shares":
        return -sum((a / total - t) ** 2 for a, t in zip(w, TARGETS[k], strict=True))
    return 0.8 * sum(r * b for r, b in zip(RATIOS, e, strict=False))


def enumerated(score, bad, weight, k, objective, *, min_share=0.0, min_count=0, min_z=0.0, capacity=inf):
    """The best objective over all cut-offs among the scores, and how many reach it."""
    best = -inf
    for cut in combinations(sorted(set(score), reverse=True)[:-1], k - 1):
        code = sum((score < c).astype(int) for c in cut)
        w, e, rows = (np.bincount(code, v, minlength=k) for v in (weight, weight * bad, np.ones(len(bad))))
        if (w < min_share * w.sum() - 1e-9).any() or (rows < min_count).any():
            continue
        apart = True
        for (w1, e1), (w2, e2) in pairwise(zip(w, e, strict=True)):
            p = (e1 + e2) / (w1 + w2)
            gap, error = e2 / w2 - e1 / w1, sqrt(p * (1 - p) * (1 / w1 + 1 / w2))
            apart &= gap >= -1e-12 and (min_z == 0 or gap > 0) and gap >= min_z * error * (1 - 1e-9)
        if apart and w @ np.array(RATIOS[:k]) <= capacity * (1 + 1e-9):
            best = max(best, worth(objective, w, e, k))
    return best


def settings_of(objective, k, capacity):
    more = {"shares": {"shares": TARGETS.get(k)}, "detections": {"ratios": RATIOS[:k], "sensitivity": 0.8}}
    more["detections"] |= {"capacity": capacity, "n_cells": 100}
    return {"n_tiers": k, "objective": objective} | more.get(objective, {})


def made(seed, n=400, levels=12):
    """Firms with a score that tells something, and weights."""
    rng = np.random.default_rng(seed)
    score = rng.integers(0, levels, n)
    chance = 1 / (1 + np.exp(0.5 * (score - levels / 3 + rng.normal(0, 1, levels)[score])))
    return score, (rng.random(n) < chance).astype(int), rng.integers(1, 4, n).astype(float)


@pytest.mark.thorough
@settings(max_examples=150)
@given(
    seed=st.integers(0, 10_000),
    k=st.sampled_from([3, 4]),
    objective=st.sampled_from(["likelihood", "information", "shares", "detections"]),
    min_share=st.sampled_from([0, 0.1]),
    min_count=st.sampled_from([0, 30]),
    min_z=st.sampled_from([0, 1, 3]),
    tight=st.sampled_from([0.05, 0.1, 0.3]),
    weighted=st.booleans(),
)
def test_it_finds_what_enumeration_finds(seed, k, objective, min_share, min_count, min_z, tight, weighted):
    score, bad, weight = made(seed)
    weight = weight if weighted else np.ones(len(weight))
    capacity = tight * weight.sum()
    limits = {"min_share": min_share, "min_count": min_count, "min_z": min_z}
    most = capacity if objective == "detections" else inf
    best = enumerated(score, bad, weight, k, objective, **limits, capacity=most)
    tier = TierCalibrator(**settings_of(objective, k, capacity), **limits)
    if best == -inf:
        with pytest.raises(FitError, match=f"no {k} tiers keep"):
            tier.fit(score, bad, weight if weighted else None)
        return
    tier.fit(score, bad, weight if weighted else None)
    assert tier.objective_ == pytest.approx(best, rel=1e-9, abs=1e-9)
    table = tier.table_
    assert (np.diff(tier.cutoffs_) < 0).all()
    assert table["rate"].is_monotonic_increasing
    assert table["share"].min() >= min_share - 1e-9
    assert table["rows"].min() >= min_count
    code = tier.predict(score)
    assert table["rows"].tolist() == np.bincount(code, minlength=k).tolist()
    if objective == "detections":
        assert table["days"].sum() <= capacity * (1 + 1e-9)
        assert table["detections"].sum() == pytest.approx(tier.objective_)


@pytest.mark.parametrize("k", [5, 6])
@pytest.mark.parametrize("objective", ["likelihood", "detections"])
def test_five_and_six_tiers_are_found_as_enumerated(k, objective):
    score, bad, _ = made(3, n=3000)
    capacity = 0.2 * len(score)
    most = capacity if objective == "detections" else inf
    best = enumerated(score, bad, np.ones(len(bad)), k, objective, min_z=1, capacity=most)
    tier = TierCalibrator(**settings_of(objective, k, capacity), min_share=0, min_z=1).fit(score, bad)
    assert best > -inf
    assert tier.objective_ == pytest.approx(best, rel=1e-12)
    assert tier.table_["name"].tolist() == list("ABCDEF"[:k])


def test_a_worked_example_by_hand():
    """Four scores, of 100 firms each 1, 10, 12, 40 bad: of three tiers, 80 and 70 belong together."""
    score = np.repeat([90, 80, 70, 60], 100)
    bad = np.concatenate([np.arange(100) < n for n in (1, 10, 12, 40)])
    tier = TierCalibrator(n_tiers=3, min_z=2).fit(score, bad)
    assert tier.cutoffs_.tolist() == [90, 70]
    by_hand = sum(x_log(e, n) + x_log(n - e, n) for e, n in ((1, 100), (22, 200), (40, 100)))
    assert tier.objective_ == pytest.approx(by_hand, rel=1e-12)
    table = tier.table_
    assert table["rate"].tolist() == [0.01, 0.11, 0.4]
    assert table["share"].tolist() == [0.25, 0.5, 0.25]
    errors = [sqrt(p * (1 - p) * (1 / 100 + 1 / 200)) for p in (23 / 300, 62 / 300)]
    assert table["z"].tolist()[1:] == pytest.approx([0.10 / errors[0], 0.29 / errors[1]])
    assert tier.predict([100, 90, 89, 70, 69.9, 0]).tolist() == [0, 0, 1, 1, 2, 2]


def test_detections_and_workload_are_those_of_the_static_oracle():
    """SCIENCE A1: 100,000 firms, 4,900 inspections, 570.4 detections."""
    firms, rates = np.array([40_000, 30_000, 20_000, 10_000]), np.array([0.02, 0.05, 0.10, 0.25])
    score, bad = np.repeat([4, 3, 2, 1], 2), np.tile([0, 1], 4)
    weight = np.column_stack([firms * (1 - rates), firms * rates]).ravel()
    tier = TierCalibrator(objective="detections", ratios=[0.01, 0.03, 0.08, 0.2], sensitivity=0.8, capacity=4900).fit(
        score, bad, weight, probability=np.repeat(rates, 2)
    )
    assert tier.objective_ == pytest.approx(570.4, rel=1e-12)
    assert tier.table_[["inspections", "days", "detections"]].sum().tolist() == pytest.approx([4900, 4900, 570.4])
    assert tier.table_["mean_pd"].tolist() == pytest.approx(rates.tolist())


def test_the_capacity_of_each_department_is_kept():
    score, bad, _ = made(8, n=2000)
    days = np.column_stack([1 + (score > 6), np.full(len(score), 0.5)])
    ratios = np.array([0.02, 0.1, 0.4])
    tier = TierCalibrator(n_tiers=3, objective="detections", ratios=ratios, capacity=[500, 120], min_z=0)
    tier.fit(score, bad, days=days)
    spent = np.array([days[tier.predict(score) == k].sum(axis=0) for k in range(3)])
    assert (ratios @ spent <= [500, 120]).all()
    more = clone(tier).set_params(capacity=[5000, 5000]).fit(score, bad, days=days)
    assert more.objective_ > tier.objective_
    assert tier.costs_.set_index("constraint").loc["capacity", "without"] == pytest.approx(more.objective_)


def test_target_shares_are_met_where_scores_allow():
    score = np.arange(1000)
    every = np.select([score < 16, score < 93, score < 346], [1, 2, 4], 20)
    bad = score % every == 0
    tier = TierCalibrator(objective="shares", shares=[0.654, 0.253, 0.077, 0.016], min_z=0).fit(score, bad)
    assert tier.table_["share"].tolist() == pytest.approx([0.654, 0.253, 0.077, 0.016])
    assert tier.cutoffs_.tolist() == [346, 93, 16]


def test_given_cut_offs_are_kept_whatever_the_rates():
    score, bad, _ = made(2)
    tier = TierCalibrator(objective="fixed", cutoffs=[20, 6, 5], min_z=9).fit(score, bad)
    table = tier.table_
    assert tier.cutoffs_.tolist() == [20, 6, 5]
    assert table["rows"].tolist() == np.bincount(tier.predict(score), minlength=4).tolist()
    assert np.isnan(table["rate"][0])
    assert table.loc[0, ["rate_low", "rate_high"]].tolist() == [0, 1]


def test_given_cut_offs_are_counted_exactly_where_scores_are_many():
    rng = np.random.default_rng(5)
    score = rng.normal(size=30_000)
    bad = rng.random(30_000) < 1 / (1 + np.exp(2 + 2 * score))
    cutoffs = [0.7654321, 0.1234567, -0.7654321]
    tier = TierCalibrator(objective="fixed", cutoffs=cutoffs, n_cells=50).fit(score, bad)
    assert tier.table_["rows"].tolist() == np.bincount(tier.predict(score)).tolist()


@pytest.fixture(scope="module")
def many():
    """20,000 firms with scores that all differ."""
    rng = np.random.default_rng(11)
    score = rng.normal(size=20_000)
    return score, rng.random(20_000) < 1 / (1 + np.exp(2 + 1.5 * score))


OBJECTIVES = ["likelihood", "information", "shares", "detections"]


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_the_order_of_rows_says_nothing(many, objective):
    score, bad = many
    order = np.random.default_rng(0).permutation(len(score))
    a, b = (
        TierCalibrator(**settings_of(objective, 4, 2000)).fit(s, y)
        for s, y in ((score, bad), (score[order], bad[order]))
    )
    assert a.cutoffs_.tolist() == b.cutoffs_.tolist()
    pd.testing.assert_frame_equal(a.table_, b.table_)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_duplicated_rows_are_rows_of_weight_two(many, objective):
    score, bad = many
    made_of = settings_of(objective, 4, 4000)
    twice = TierCalibrator(**made_of).fit(np.repeat(score, 2), np.repeat(bad, 2))
    heavy = TierCalibrator(**made_of).fit(score, bad, np.full(len(score), 2))
    assert twice.cutoffs_.tolist() == heavy.cutoffs_.tolist()
    pd.testing.assert_frame_equal(twice.table_.drop(columns="rows"), heavy.table_.drop(columns="rows"))


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("transform", [np.exp, lambda s: 1000 * s - 7, lambda s: np.sign(s) * abs(s) ** 9])
def test_a_rising_transform_of_the_scores_keeps_the_tiers(many, objective, transform):
    score, bad = many
    a = TierCalibrator(**settings_of(objective, 4, 2000)).fit(score, bad)
    b = clone(a).fit(transform(score), bad)
    assert (a.predict(score) == b.predict(transform(score))).all()
    assert transform(a.cutoffs_).tolist() == b.cutoffs_.tolist()


def test_rows_of_weight_zero_count_for_nothing(many):
    score, bad = many
    weight = (np.arange(len(score)) % 3 > 0).astype(float)
    keep = weight > 0
    a, b = TierCalibrator().fit(score, bad, weight), TierCalibrator().fit(score[keep], bad[keep])
    pd.testing.assert_frame_equal(a.table_, b.table_)


def test_weights_of_draws_count_for_shares_and_not_for_precision(many):
    score, bad = many
    counts, draws = (TierCalibrator(weights=w).fit(score, bad, np.full(len(score), 10.0)) for w in ("counts", "draws"))
    plain = TierCalibrator().fit(score, bad)
    pd.testing.assert_frame_equal(draws.table_, plain.table_)
    wide, narrow = ((t["rate_high"] - t["rate_low"]).to_numpy() for t in (draws.table_, counts.table_))
    assert wide / narrow == pytest.approx(np.sqrt(10), rel=0.02)


def test_the_precision_of_draws_is_found_as_enumerated():
    """Tiers of unequal weights: z by effective numbers."""
    score, bad, _ = made(4, n=600)
    weight = np.where(score > 6, 30.0, 1.0)
    tier = TierCalibrator(n_tiers=3, weights="draws", min_z=2, min_share=0).fit(score, bad, weight)
    best = -inf
    for cut in combinations(range(11, 0, -1), 2):
        code = sum((score < c).astype(int) for c in cut)
        w, e, s = (np.bincount(code, v, minlength=3) for v in (weight, weight * bad, weight**2))
        far = True
        for (w1, e1, s1), (w2, e2, s2) in pairwise(zip(w, e, s, strict=True)):
            p = (e1 + e2) / (w1 + w2)
            far &= (e2 / w2 - e1 / w1) >= 2 * sqrt(p * (1 - p) * (s1 / w1**2 + s2 / w2**2))
        best = max(best, worth("likelihood", w, e, 3)) if far else best
    assert tier.objective_ == pytest.approx(best, rel=1e-12)


def test_it_keeps_the_manners_of_an_estimator(many):
    score, bad = many
    tier = TierCalibrator(n_tiers=3, objective="shares", shares=TARGETS[3], min_z=1)
    assert clone(tier).get_params() == tier.get_params()
    assert tier.set_params(n_tiers=4, shares=TARGETS[4]).fit(score, bad) is tier
    assert "n_tiers" in TierCalibrator(n_tiers=5).get_params()
    frame = pd.DataFrame({"s": score})
    assert tier.predict(frame[["s"]]).tolist() == tier.predict(frame["s"]).tolist() == tier.predict(score).tolist()


ROWS = {"score": [1, 2, 3, 4] * 50, "bad": [1, 1, 0, 0] * 50}


@pytest.mark.parametrize(
    ("more", "columns", "message"),
    [
        ({}, {"bad": [0] * 200}, "all 200 rows are good; give rows of both"),
        ({}, {"bad": [1] * 200}, "all 200 rows are bad"),
        ({}, {"bad": [0, 1, 2, 1] * 50}, "label 2 in row 2, 2 in row 6.*label good 0 and bad 1"),
        ({}, {"bad": [0, 1, np.nan, 1] * 50}, "label nan in row 2"),
        ({}, {"score": [1, np.nan, 3, 4] * 50}, "no finite number: nan in row 1.*and 45 more; score these rows"),
        ({}, {"score": [1, 2, np.inf, 4] * 50}, "no finite number: inf in row 2"),
        ({}, {"score": ["a", "b", "c", "d"] * 50}, "a score of kind list that is no number; give numbers"),
        ({}, {"score": pd.Series([1, None, 3, 4] * 50, dtype="Int64")}, "nan in row 1"),
        ({}, {"score": []}, "0 scores and labels of shape"),
        ({}, {"score": [], "bad": []}, "no scored row"),
        ({}, {"sample_weight": [1, -2, 1, 1] * 50}, "weight -2 in row 1.*give a weight of 0 or more"),
        ({}, {"sample_weight": [0] * 200}, "no row has weight"),
        ({}, {"sample_weight": [1]}, "200 scores and weights of shape"),
        ({}, {"probability": [0.5, 0.5, 1.5, 0] * 50}, "PD 1.5 in row 2"),
        ({"n_tiers": 2}, {}, "2 tiers; ask for 3 to 6"),
        ({"n_tiers": 7}, {}, "7 tiers; ask for 3 to 6"),
        ({"n_tiers": 5}, {}, "4 different scores cannot make 5 tiers; ask for fewer tiers"),
        ({"objective": "fixed"}, {}, "objective 'fixed' without cutoffs; give cutoffs"),
        ({"objective": "fixed", "cutoffs": [1, 2, 3]}, {}, "cut-offs 1, 2, 3 do not descend; give the best tier's"),
        ({"objective": "fixed", "cutoffs": [3, 3, 1]}, {}, "cut-offs 3, 3, 1 do not descend"),
        ({"objective": "fixed", "cutoffs": [3, 1]}, {}, "cut-offs 3, 1; give 3 for 4 tiers"),
        ({"objective": "shares", "shares": [0.5, 0.5]}, {}, "2 shares; give 4, the best tier's first"),
        ({"objective": "shares", "shares": [0.5, 0.5, 0.5, 0]}, {}, "shares that sum to 1.5"),
        ({"objective": "shares", "shares": [1.5, -0.5, 0, 0]}, {}, "shares 1.5, -0.5.*0 or more"),
        ({"objective": "detections", "ratios": [0, 0, 0, 1]}, {}, "'detections' without capacity"),
        ({"objective": "detections", "ratios": [0, 0, 0, 1], "capacity": [1, 2]}, {}, "2 capacities and days of 1"),
        (
            {"objective": "detections", "ratios": [0, 0, 0, 1], "capacity": 1, "sensitivity": 1.1},
            {},
            "a sensitivity of 1.1",
        ),
        ({"objective": "best"}, {}, "objective 'best'; use one of likelihood, information"),
        ({"weights": "odd"}, {}, "weights 'odd'; use one of counts, draws"),
        ({"level": 95}, {}, "level 95; give one between 0 and 1"),
        ({"level": "a"}, {}, "level 'a'; give one between 0 and 1"),
        ({"n_cells": np.nan}, {}, "n_cells nan; give a whole number of at least 4"),
        ({"n_cells": np.inf}, {}, "n_cells inf; give a whole number"),
        ({"n_cells": "x"}, {}, "n_cells 'x'; give a whole number"),
        ({"min_share": "a"}, {}, "min_share 'a'; give a finite number of at least 0"),
        ({"max_share": None}, {}, "max_share None; give a finite number of at least 0"),
        ({}, {"groups": np.zeros(4)}, "groups of kind ndarray; give name → who looked at each firm"),
        ({"n_cells": 2}, {}, "n_cells 2; give a whole number of at least 4"),
        ({"min_z": -1}, {}, "min_z -1"),
        ({"min_share": 0.6, "max_share": 0.5}, {}, "shares of 0.6 to 0.5"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_line(more, columns, message):
    with pytest.raises(FitError, match=message) as refused:
        TierCalibrator(**more).fit(**(ROWS | columns))
    assert "\n" not in str(refused.value)


def graded(*rates, firms=1000):
    """So many firms a score, from the best, with rising rates of bad."""
    score = np.repeat(np.arange(len(rates), 0, -1), firms)
    return score, np.concatenate([np.arange(firms) < round(firms * r) for r in rates])


@pytest.mark.parametrize(
    ("more", "rates", "message"),
    [
        ({"min_z": 50}, (0.1, 0.2, 0.3, 0.4), "no 4 tiers keep min_z 50.0; without it neighbours are 4.69 standard"),
        (
            {"min_share": 0.3},
            (0.1, 0.2, 0.3, 0.4),
            "no 4 tiers keep min_share 0.3; without it the smallest share is 0.25",
        ),
        (
            {"max_share": 0.2},
            (0.1, 0.2, 0.3, 0.4),
            "no 4 tiers keep max_share 0.2; without it the greatest share is 0.25",
        ),
        (
            {"min_count": 1001},
            (0.1, 0.2, 0.3, 0.4),
            "no 4 tiers keep min_count 1001.0; without it the smallest tier has",
        ),
        ({}, (0.1, 0.4, 0.3, 0.2), "no 4 tiers keep trend ascending; without it the rates are 0.1, 0.4, 0.3, 0.2"),
        ({"min_share": 0.3, "min_z": 50}, (0.1, 0.2, 0.3, 0.4), "min_share 0.3 and .*; relax more than one of them"),
        (
            {"objective": "detections", "ratios": [0.1, 0.2, 0.3, 0.4], "capacity": 900},
            (0.1, 0.2, 0.3, 0.4),
            "no 4 tiers keep capacity 900.0; without it the least that any need is 1,000 days in all",
        ),
    ],
)
def test_where_no_tiers_can_be_the_constraint_that_binds_is_named(more, rates, message):
    with pytest.raises(FitError, match=message):
        TierCalibrator(**more).fit(*graded(*rates))


def test_scores_to_place_are_checked():
    tier = TierCalibrator().fit(*graded(0.1, 0.2, 0.3, 0.4))
    with pytest.raises(FitError, match="nan in row 1"):
        tier.predict([3, np.nan])


def test_of_different_scores_shares_are_met_to_the_row_and_thirds_can_be_cut():
    rng = np.random.default_rng(0)
    score = rng.permutation(9000).astype(float)
    bad = rng.random(9000) < 0.5 - score / 20_000
    near = TierCalibrator(3, "shares", shares=(0.5, 0.3, 0.2), min_z=0).fit(score, bad)
    assert near.table_["rows"].tolist() == [4500, 2700, 1800]
    thirds = TierCalibrator(3, min_share=1 / 3, min_z=0, n_cells=900).fit(score, bad)
    assert thirds.table_["rows"].tolist() == [3000] * 3
