"""How far benefits reach: counts by town and age band, told so that no difference of tables gives anybody away."""

from itertools import chain, combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

from credit_score.pilot.reach import evenness, reach, shown

LEAST = 10


def counted(**towns):
    """Raw counts: town → score in points → members, with the county's sums."""
    rows = [("town", t, int(s * 1000), n) for t, by in towns.items() for s, n in by.items()]
    table = pd.DataFrame(rows, columns=["by", "group", "score_milli", "members"])
    county = table.groupby("score_milli", as_index=False)["members"].sum().assign(by="county", group="")
    return pd.concat([county, table], ignore_index=True)


COUNTS = counted(east={500: 60, 505: 20, 510: 20}, west={500: 30, 505: 30, 510: 40}, north={500: 70, 510: 30})


def test_members_who_reach_a_start_and_their_share_are_counted_by_group():
    found = reach(COUNTS, {"a": 505_000, "b": 510_000}, LEAST).set_index(["start", "by", "group"])
    assert found.loc[("a", "county", ""), ["members", "qualifying"]].tolist() == [300, 140]
    assert found.loc[("a", "town", "west"), ["members", "qualifying", "share"]].tolist() == [100, 70, 0.7]
    assert found.loc[("b", "town", "west"), ["members", "qualifying", "share"]].tolist() == [100, 40, 0.4]


def test_two_starts_between_which_nobody_of_a_town_lies_do_not_both_tell_it():
    found = reach(COUNTS, {"a": 505_000, "b": 510_000}, LEAST).set_index(["start", "by", "group"])
    assert found.loc[("a", "town", "north"), "qualifying"] == 30
    assert pd.isna(found.loc[("b", "town", "north"), "qualifying"])
    hidden = found.loc["b"].loc["town"]["qualifying"].isna()
    assert hidden.sum() >= 2  # one alone would follow from the county's sum


def test_scenes_with_the_same_score_have_the_same_reach():
    found = reach(COUNTS, {"a": 505_000, "b": 505_000}, LEAST)
    a, b = (found[found["start"] == s].drop(columns="start").reset_index(drop=True) for s in "ab")
    pd.testing.assert_frame_equal(a, b)


def test_without_a_start_there_is_no_row():
    assert reach(COUNTS, {}, LEAST).empty


@pytest.mark.parametrize("n", [0, 1, 9])
def test_a_count_below_the_least_is_empty_and_so_is_one_that_leaves_less(n):
    assert not shown(np.array([[100], [n]]), LEAST)[1, 0]
    assert not shown(np.array([[100], [100 - n]]), LEAST)[1, 0]
    assert shown(np.array([[100], [10]]), LEAST).all()


NESTED = st.integers(2, 4).flatmap(
    lambda groups: st.lists(st.lists(st.integers(0, 40), min_size=groups, max_size=groups), min_size=2, max_size=4)
)


def knowable(told, counts):
    """Sums that a reader can work out: (row, groups) → count, from what is told and the sums of rows."""
    groups = range(counts.shape[1])
    for row, own in enumerate(counts):
        empty = [g for g in groups if not told[row, g]]
        free = [g for g in groups if told[row, g]]
        subsets = chain.from_iterable(combinations(free, n) for n in range(len(free) + 1))
        for subset in subsets:
            for known in ({*subset}, {*subset, *empty}):
                if known:
                    yield row, frozenset(known), int(own[list(known)].sum())


@settings(max_examples=150)
@given(bands=NESTED)
def test_no_difference_of_two_sums_that_are_known_is_a_small_count(bands):
    counts = np.cumsum(np.array(bands)[::-1], axis=0)[::-1]
    told = shown(counts, LEAST)
    whole = frozenset(range(counts.shape[1]))
    sums = [s for s in knowable(told, counts) if s[1] != whole]
    for row, groups, n in sums:
        assert n >= LEAST, (row, groups)
    for (row, groups, n), (other, same, m) in combinations(sums, 2):
        if groups == same and row < other:
            assert n - m >= LEAST, (row, other, groups)


def test_evenness_of_two_groups_is_the_chi_square_of_four_cells():
    reached = pd.DataFrame({
        "start": "a", "by": "town", "group": ["east", "west"], "members": [100, 200], "qualifying": [20, 80],
    }).astype({"members": "Int64", "qualifying": "Int64"})  # fmt: skip
    found = evenness(reached.assign(share=reached["qualifying"] / reached["members"])).iloc[0]
    # N (ad − bc)² / (row and column sums): 300 (20 × 120 − 80 × 80)² / (100 × 200 × 100 × 200).
    by_hand = 300 * (20 * 120 - 80 * 80) ** 2 / (100 * 200 * 100 * 200)
    assert found["chi2"] == pytest.approx(by_hand)
    assert found["p"] == pytest.approx(chi2.sf(by_hand, 1))
    assert (found["least"], found["most"], found["ratio"]) == (0.2, 0.4, pytest.approx(2))


def test_groups_that_are_not_told_stand_outside_the_test_and_one_alone_has_none():
    found = reach(COUNTS, {"a": 505_000, "b": 510_000}, LEAST)
    even = evenness(found).set_index("start")
    assert even.loc["a", "groups"] == 3
    told = found[(found["start"] == "b") & (found["by"] == "town")]["share"].notna().sum()
    assert ("b" in even.index) == (told > 1)
