"""Odds between tiers within groups: by hand, collapsed by a group that explains all, kept where it explains nothing."""

import numpy as np
import pandas as pd
import pytest

from credit_score.errors import FitError
from credit_score.tiers import ExplainedByGroups, TierCalibrator, gradient_table, mantel_haenszel
from credit_score.tiers.gradient import check_gradient


def rows(tables, tiers=(1, 0)):
    """Rows of 2 × 2 tables, one a group: (exposed bad, exposed good, other bad, other good)."""
    cells = [
        (g, t, b)
        for g, table in enumerate(tables)
        for (t, b), n in zip([(tiers[0], 1), (tiers[0], 0), (tiers[1], 1), (tiers[1], 0)], table, strict=True)
        for _ in range(n)
    ]
    return pd.DataFrame(cells, columns=["group", "tier", "bad"])


def test_one_table_gives_the_crude_odds_with_woolfs_interval():
    found = mantel_haenszel([10, 20, 5, 40])
    half = 1.959963984540054 * np.sqrt(1 / 10 + 1 / 20 + 1 / 5 + 1 / 40)
    assert found.value == pytest.approx(10 * 40 / (20 * 5))
    assert (found.low, found.high) == pytest.approx((4 * np.exp(-half), 4 * np.exp(half)))


def test_two_tables_worked_by_hand():
    # R = 10·40/75 + 6·30/60, S = 20·5/75 + 12·12/60
    found = mantel_haenszel([[10, 20, 5, 40], [6, 12, 12, 30]])
    assert found.value == pytest.approx((400 / 75 + 180 / 60) / (100 / 75 + 144 / 60))
    assert found.low < found.value < found.high


def test_the_same_table_many_times_keeps_the_odds_and_narrows_the_interval():
    one, four = mantel_haenszel([10, 20, 5, 40]), mantel_haenszel([[10, 20, 5, 40]] * 4)
    assert four.value == pytest.approx(one.value)
    assert np.log(four.high / four.low) == pytest.approx(np.log(one.high / one.low) / 2)


def test_the_interval_covers_the_common_odds_as_often_as_it_says():
    draw, n_covered, n = np.random.default_rng(3), 0, 1000
    base = draw.uniform(0.05, 0.4, 30)
    odds = base / (1 - base) * 2.0
    worse = odds / (1 + odds)
    for _ in range(n):
        a, c = draw.binomial(20, worse), draw.binomial(25, base)
        found = mantel_haenszel(np.column_stack([a, 20 - a, c, 25 - c]))
        n_covered += found.low < 2.0 < found.high
    assert abs(n_covered / n - 0.95) < 4 * np.sqrt(0.95 * 0.05 / n)


def test_a_strict_inspector_sent_to_the_worse_tier_explains_the_gradient():
    # Within an inspector the odds are 1; the strict one sees mostly the worse tier.
    frame = rows([(60, 60, 10, 10), (4, 36, 12, 108)])
    table = gradient_table(frame["tier"], frame["bad"], frame["group"])
    assert table["odds_ratio"][0] > 3
    assert table["within"][0] == pytest.approx(1)
    assert table["explained"][0] == pytest.approx(1)
    assert table["compared"][0] == 1


def test_a_group_that_both_tiers_meet_alike_explains_nothing():
    frame = rows([(20, 20, 10, 40), (20, 20, 10, 40)])
    table = gradient_table(frame["tier"], frame["bad"], frame["group"])
    assert table["within"][0] == pytest.approx(table["odds_ratio"][0])
    assert table["explained"][0] == pytest.approx(0, abs=1e-12)


def test_groups_with_one_tier_alone_say_nothing_and_their_share_is_told():
    frame = rows([(20, 20, 10, 40), (30, 0, 0, 0)])
    alone = frame[frame["group"] == 0]
    whole, part = (gradient_table(f["tier"], f["bad"], f["group"]) for f in (frame, alone))
    assert whole["within"][0] == pytest.approx(part["within"][0])
    assert whole["compared"][0] == pytest.approx(90 / 120)


def test_where_nobody_is_bad_on_one_side_the_odds_have_one_end():
    """Half a case more in each cell: of 10, 20, 0, 40 the odds ratio of 10.5, 20.5, 0.5, 40.5 (Haldane)."""
    half = 1.959963984540054 * np.sqrt(1 / 10.5 + 1 / 20.5 + 1 / 0.5 + 1 / 40.5)
    near = 10.5 * 40.5 / (0.5 * 20.5)
    none = mantel_haenszel([10, 20, 0, 40])
    assert (none.value, none.high) == (np.inf, np.inf)
    assert none.low == pytest.approx(near * np.exp(-half))
    turned = mantel_haenszel([20, 10, 40, 0])
    assert (turned.value, turned.low) == (0, 0)
    assert turned.high == pytest.approx(1 / none.low)
    shared = mantel_haenszel([[5, 10, 0, 20]] * 2)
    assert shared.low == pytest.approx(none.low)
    assert np.isnan(mantel_haenszel([0, 20, 0, 40]).value)
    assert np.isnan(mantel_haenszel([[10, 20, 0, 0], [0, 0, 3, 4]]).value)


def test_a_better_tier_without_a_bad_row_is_told_where_no_group_has_both():
    draw = np.random.default_rng(0)
    tier = draw.integers(0, 3, 3000)
    bad = (draw.random(3000) < 0.1 + 0.1 * tier) & (tier > 0)
    score = np.array([900.0, 800.0, 700.0])[tier]
    with pytest.warns(ExplainedByGroups) as told:
        found = TierCalibrator(3, min_z=0).fit(score, bad, groups={"inspector": tier})
    assert ["B against A inf" in str(w.message) for w in told] == [True, False]
    assert found.gradients_["inspector"]["compared"].tolist() == [0, 0]


def test_a_better_tier_without_a_bad_row_is_no_matter_of_who_looks_where_all_look_at_both(recwarn):
    draw = np.random.default_rng(0)
    tier = draw.integers(0, 3, 3000)
    bad = (draw.random(3000) < 0.1 + 0.1 * tier) & (tier > 0)
    score = np.array([900.0, 800.0, 700.0])[tier]
    found = TierCalibrator(3, min_z=0).fit(score, bad, groups={"inspector": draw.integers(0, 9, 3000)})
    assert not recwarn.list
    assert found.gradients_["inspector"]["within"][0] == np.inf
    assert abs(found.gradients_["inspector"]["explained"][0]) < 0.1


def test_a_few_rows_without_a_bad_one_surely_differ_from_nothing(recwarn):
    frame = rows([(3, 17, 0, 0), (0, 0, 0, 4)])
    table = gradient_table(frame["tier"], frame["bad"], frame["group"])
    assert (table["odds_ratio"][0], np.isnan(table["explained"][0])) == (np.inf, True)
    check_gradient("inspector", table, "AB")
    assert not recwarn.list


def test_swapping_good_and_bad_turns_the_odds_over():
    frame = rows([(20, 15, 10, 40), (9, 30, 4, 30)])
    table = gradient_table(frame["tier"], frame["bad"], frame["group"])
    other = gradient_table(frame["tier"], 1 - frame["bad"], frame["group"])
    assert other["within"][0] == pytest.approx(1 / table["within"][0])


def test_weights_count_as_copies_and_rows_without_a_group_are_left_out():
    frame = rows([(20, 15, 10, 40), (9, 30, 4, 30)])
    counted = frame.value_counts().rename("n").reset_index()
    table = gradient_table(counted["tier"], counted["bad"], counted["group"], counted["n"])
    more = pd.concat([frame, pd.DataFrame({"group": [None], "tier": [0], "bad": [1]})])
    for same in (frame, more):
        found = gradient_table(same["tier"], same["bad"], same["group"])
        pd.testing.assert_frame_equal(table, found)


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        (([0, 1], [0, 1], [None, None]), "no row has a group"),
        (([0, 1], [0, 1], ["a"]), "2 tiers, 2 labels, 2 weights and 1 groups"),
    ],
)
def test_columns_that_cannot_be_compared_are_refused(columns, told):
    with pytest.raises(FitError, match=told):
        gradient_table(*columns)


@pytest.fixture(scope="module")
def county():
    """Firms whose label hangs on the inspector alone, and the score on which inspector comes."""
    draw = np.random.default_rng(11)
    inspector = draw.integers(0, 4, 8000)
    score = 1000 - 40 * inspector + draw.normal(0, 15, 8000)
    bad = draw.random(8000) < np.array([0.05, 0.1, 0.2, 0.4])[inspector]
    return score, bad.astype(int), inspector


def test_the_calibrator_warns_where_the_inspector_explains_its_tiers(county):
    score, bad, inspector = county
    with pytest.warns(ExplainedByGroups, match="odds of bad in . against . .* within one inspector"):
        found = TierCalibrator(4).fit(score, bad, groups={"inspector": inspector})
    assert (found.gradients_["inspector"]["explained"] > 0.5).all()


def test_the_calibrator_is_silent_where_the_inspector_explains_nothing(county, recwarn):
    score, _, _ = county
    draw = np.random.default_rng(5)
    bad = (draw.random(len(score)) < 1 / (1 + np.exp((score - 850) / 40))).astype(int)
    found = TierCalibrator(4).fit(score, bad, groups={"inspector": draw.integers(0, 9, len(score))})
    assert not recwarn.list
    assert (found.gradients_["inspector"]["explained"].abs() < 0.2).all()
    assert not TierCalibrator(4).fit(score, bad).gradients_
