"""PSI and CSI: by hand, what must not change them, and what chance alone brings."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_score.errors import FitError
from credit_score.scorecard.card import Attribute, Card, Characteristic
from credit_score.scorecard.stability import csi, csi_table, psi, psi_by_chance, psi_table, score_psi

COUNTS = st.lists(st.tuples(st.integers(1, 500), st.integers(1, 500)), min_size=2, max_size=12)
CARD = Card(
    (
        Characteristic("age", (Attribute("interval", -10, high=5), Attribute("interval", 20, low=5),
                               Attribute("missing", 0))),
        Characteristic("kind", (Attribute("values", 5, values=("shop",)), Attribute("other", 0),
                                Attribute("missing", 0))),
    ),
    600,
)  # fmt: skip


def firms(ages, kinds):
    return pd.DataFrame({"age": np.array(ages, float), "kind": kinds})


WAS = firms([1, 2, 7, 8], ["shop", "shop", "shop", "mill"])
NOW = firms([1, 7, 7, 8], ["shop", "shop", "shop", "farm"])


def test_psi_by_hand():
    assert psi([50, 50], [25, 75]) == pytest.approx(-0.25 * np.log(0.5) + 0.25 * np.log(1.5))
    assert psi([0.5, 0.5], [0.25, 0.75]) == pytest.approx(psi([50, 50], [25, 75]))


@given(COUNTS)
def test_psi_is_not_below_0_symmetric_and_blind_to_order_and_size(counts):
    was, now = np.array(counts, float).T
    once = psi(was, now)
    assert once >= 0
    assert psi(was, was * 3) == pytest.approx(0, abs=1e-12)
    assert psi(now, was) == pytest.approx(once)
    assert psi(was[::-1], now[::-1]) == pytest.approx(once)
    assert psi(was * 2, now * 5) == pytest.approx(once)
    p, q = was / was.sum(), now / now.sum()
    assert once == pytest.approx(np.sum((q - p) * np.log(q / p)), abs=1e-12)


@given(COUNTS)
def test_merging_parts_hides_and_never_adds_a_shift(counts):
    was, now = np.array(counts, float).T
    merged = [np.r_[x[0] + x[1], x[2:]] for x in (was, now)]
    assert psi(*merged) <= psi(was, now) + 1e-12


def test_an_empty_part_has_half_a_case_more_of_each_and_one_that_is_empty_twice_nothing():
    expected = (0 - 0.5) * np.log(0.5 / 10 / (10.5 / 20)) + (1 - 0.5) * np.log(1 / 0.5)
    assert psi([10, 10], [0, 10]) == pytest.approx(expected)
    assert psi([10, 10, 0], [0, 10, 0]) == pytest.approx(expected)


def test_the_table_sums_to_psi_and_names_the_parts():
    table = psi_table([50, 50], [25, 75], ["low", "high"])
    assert list(table["part"]) == ["low", "high"]
    assert table["psi"].sum() == pytest.approx(psi([50, 50], [25, 75]))
    assert ((table["low"] < table["actual"]) & (table["actual"] < table["high"])).all()


@pytest.mark.parametrize(("n", "m", "k"), [(2000, 500, 10), (500, 500, 4)])
def test_chance_alone_passes_its_line_as_rarely_as_the_level_says(n, m, k):
    draws, shares = np.random.default_rng(1), np.full(k, 1 / k)
    line = psi_by_chance(n, m, k)
    passed = np.mean([psi(draws.multinomial(n, shares), draws.multinomial(m, shares)) > line for _ in range(2000)])
    assert abs(passed - 0.05) < 3.5 * np.sqrt(0.05 * 0.95 / 2000) + 0.005
    assert psi_by_chance(n, m, 1) == 0


def test_chance_alone_passes_the_customary_line_where_rows_are_few():
    assert psi_by_chance(60, 60, 10) > 0.25
    assert psi_by_chance(100_000, 100_000, 10) < 0.001


def test_scores_are_binned_by_the_expected_ones_at_plain_numbers():
    table = score_psi(np.arange(100), np.arange(50), n_bins=4)
    assert list(table["part"]) == ["(−∞, 25)", "[25, 50)", "[50, 75)", "[75, ∞)"]
    assert list(table["expected"]) == [0.25] * 4
    assert list(table["actual"]) == [0.5, 0.5, 0, 0]
    beyond = score_psi(np.arange(100), [-1e9, 24.9, 25, 1e9], n_bins=4)
    assert list(beyond["actual"]) == [0.5, 0.25, 0, 0.25]


def test_equal_scores_stay_in_one_bin_and_a_constant_has_one():
    assert list(score_psi([1, 1, 1, 2], [1, 2], n_bins=4)["expected"]) == [0.75, 0.25]
    assert score_psi([5, 5], [7, 1])["psi"].sum() == 0


def test_a_row_of_weight_2_is_as_good_as_two_in_every_share():
    draws = np.random.default_rng(3)
    was, now, w = draws.normal(size=200), draws.normal(0.3, 1, 80), draws.integers(1, 4, 80)
    weighted, copied = score_psi(was, now, actual_weight=w), score_psi(was, np.repeat(now, w))
    assert list(weighted["actual"]) == pytest.approx(list(copied["actual"]))
    assert (weighted["high"] - weighted["low"] > copied["high"] - copied["low"]).all()  # but not as well known


def test_csi_by_hand_with_the_points_that_the_mean_score_moved():
    found = csi(CARD, WAS, NOW).set_index("characteristic")
    assert found["csi"]["age"] == pytest.approx(psi([2, 2, 0], [1, 3, 0]))
    assert found["csi"]["kind"] == pytest.approx(0)
    assert found["points"]["age"] == pytest.approx(0.25 * 20 + 0.25 * 10)
    assert found["points"].sum() == pytest.approx(CARD.points(NOW).mean() - CARD.points(WAS).mean())
    assert found["by_chance"]["age"] == pytest.approx(psi_by_chance(4, 4, 2))
    assert list(found.index) == ["age", "kind"]


def test_csi_by_attribute_sums_to_csi_by_characteristic():
    table = csi_table(CARD, WAS, NOW)
    assert list(table["part"][:3]) == ["(−∞, 5)", "[5, ∞)", "–"]
    assert list(table["points"]) == [-10, 20, 0, 5, 0, 0]
    sums = table.groupby("characteristic")["psi"].sum()
    assert sums["age"] == pytest.approx(csi(CARD, WAS, NOW).set_index("characteristic")["csi"]["age"])


def test_of_a_card_without_a_characteristic_the_tables_are_empty_with_their_columns():
    nothing = Card((), 500)
    for table in (csi, csi_table):
        empty, full = table(nothing, WAS, NOW), table(CARD, WAS, NOW)
        assert (len(empty), list(empty.columns)) == (0, list(full.columns))


def test_csi_of_weighted_rows_is_that_of_copied_ones():
    w = np.array([1, 3, 2, 1])
    copied = csi(CARD, WAS, NOW.iloc[np.repeat(np.arange(4), w)])
    assert list(csi(CARD, WAS, NOW, actual_weight=w)["csi"]) == pytest.approx(list(copied["csi"]))


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: psi([1, 2], [1, 2, 3]), "2 expected and 3 actual parts; count both over the same parts"),
        (lambda: psi([1, -2], [1, 2]), "expected parts hold -2 at least and -1 in all; give counts or shares"),
        (lambda: psi([1, 2], [0, 0]), "actual parts hold 0 at least and 0 in all"),
        (lambda: psi([1, 2], [1, np.nan]), r"actual part nan \(row 1\)"),
        (lambda: psi([0.5, 0.5, 0], [0.2, 0.2, 0.6]), "expected share of part 3 is 0; give counts: an empty part then"),
        (lambda: score_psi([1, 2], [np.nan]), r"score nan \(row 0\)"),
        (lambda: score_psi([1, 2], []), "no scores"),
        (lambda: score_psi([1, 2], [1], actual_weight=[1, 2]), "1 rows and 2 weights; give one weight a row"),
        (lambda: score_psi([1, 2], [1], actual_weight=[-1]), "weights from -1 to -1; give weights above 0"),
        (lambda: score_psi([1, 2], [1], n_bins=0), "groups 0; give a whole number of at least 1"),
        (lambda: psi_by_chance(0, 10, 3), "expected rows 0; give a finite number above 0"),
        (lambda: psi_by_chance(10, -1, 3), "actual rows -1; give a finite number above 0"),
        (lambda: psi_by_chance(10, 10, 0), "parts 0; give a whole number of at least 1"),
        (lambda: score_psi([1, 2], [1], n_bins=2.5), "groups 2.5; give a whole number of at least 1"),
        (lambda: psi_by_chance(10, 10, 3, level=5), "level 5; give one between 0 and 1"),
        (lambda: csi(CARD, WAS, NOW[:0]), "no rows; give at least one row"),
        (lambda: csi_table(CARD, WAS[:0], NOW, expected_weight=[]), "no rows; give at least one row"),
        (lambda: csi(CARD, WAS, NOW.drop(columns="age")), "no column age"),
    ],
)
def test_what_has_no_psi_is_refused_in_one_line(call, told):
    with pytest.raises(FitError, match=told) as refused:
        call()
    assert "\n" not in str(refused.value)
