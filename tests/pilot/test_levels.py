"""Levels of a benefit within a budget: held to closed forms and to enumeration of all thresholds."""

from dataclasses import replace
from itertools import combinations
from math import sqrt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_score.errors import FitError
from credit_score.pilot.levels import Asked, against, calibrate, steps
from credit_score.pilot.scenes import Z

BASE = 500
ASKED = Asked((0.05, 0.10, 0.20), budget=1000, price=100, take_up=0.2)


def counted(members, first=BASE):
    """Members at scores from the base on, a point apart."""
    return pd.DataFrame({"from_score": np.arange(first, first + len(members), dtype=float), "members": members})


def enumerated(counts, asked):
    """The best thresholds by trying all: (served, −distance, members of levels from the lowest), or nothing."""
    rows = counts[(counts["from_score"] > BASE) & (counts["members"] > 0)]
    members, parts = rows["members"].to_numpy(), np.array(asked.parts or [1] * len(asked.shares))
    by_served = {}
    for begins in combinations(range(len(members)), len(asked.shares)):
        held = np.array([members[a:b].sum() for a, b in zip(begins, [*begins[1:], len(members)], strict=True)])
        if (held < asked.least).any():
            continue
        served = int(held.sum())
        off = int(((held * parts.sum() - parts * served) ** 2).sum())
        by_served.setdefault(served, []).append((-off, *held.tolist()))
    kept = {}
    for served, every in by_served.items():
        best = max(every)
        held = np.array(best[1:])
        costs = asked.price * np.array(asked.shares)
        half = Z * sqrt((held * asked.take_up * (1 - asked.take_up) * costs**2).sum())
        if (held * asked.take_up * costs).sum() + half <= asked.budget:
            kept[served] = best[1:]
    return (max(kept), kept[max(kept)]) if kept else None


def test_nine_scores_of_equal_size_make_three_equal_levels_whose_cost_is_worked_out_by_hand():
    found = calibrate(counted([400, *[20] * 9]), replace(ASKED, budget=10_000), base=BASE)
    assert found.table["from_score"].tolist() == [501, 504, 507]
    assert found.table["members"].tolist() == [60, 60, 60]
    # 60 members × 0.2 × (5 + 10 + 20) yuan, and the variance 60 × 0.16 × (25 + 100 + 400).
    assert found.cost == pytest.approx(420)
    assert found.cost_high == pytest.approx(420 + 1.959964 * sqrt(60 * 0.16 * 525))
    assert found.cost_low == pytest.approx(420 - 1.959964 * sqrt(60 * 0.16 * 525))
    assert (found.served, found.above, found.left) == (180, 180, pytest.approx(9580))
    assert found.table["cost"].tolist() == pytest.approx([60, 120, 240])
    assert found.starts == {"5 %": 501_000, "10 %": 504_000, "20 %": 507_000}


def test_parts_of_six_three_and_one_are_met_where_the_scores_allow_them():
    found = calibrate(counted([0, *[10] * 10]), replace(ASKED, budget=10_000, parts=(6, 3, 1)), base=BASE)
    assert found.table["members"].tolist() == [60, 30, 10]
    assert found.table["from_score"].tolist() == [501, 507, 510]


def test_one_level_is_a_threshold_and_nothing_more():
    asked = Asked((0.5,), budget=100, price=10, take_up=1.0)
    found = calibrate(counted([0, 7, 5, 9, 11]), asked, base=BASE)
    assert (found.served, found.cost, found.cost_high) == (20, 100, 100)  # a take-up of 1 leaves nothing to chance
    assert found.table["from_score"].tolist() == [503]


def test_nobody_at_the_base_has_a_level_however_large_the_budget_is():
    found = calibrate(counted([1000, 10, 10, 10]), replace(ASKED, budget=1e9), base=BASE)
    assert found.served == found.above == 30
    assert found.table["from_score"].min() > BASE


SIZES = st.lists(st.integers(0, 40), min_size=4, max_size=9)
BUDGETS = st.floats(20, 2000)
PARTS = st.sampled_from([(), (6, 3, 1), (1, 1, 1), (1, 2, 5)])


@settings(max_examples=150)
@given(members=SIZES, budget=BUDGETS, parts=PARTS, least=st.sampled_from([1, 10]))
def test_the_thresholds_are_those_that_trying_all_of_them_finds(members, budget, parts, least):
    counts, asked = counted([50, *members]), replace(ASKED, budget=budget, parts=parts, least=least)
    best = enumerated(counts, asked)
    if best is None:
        with pytest.raises(FitError):
            calibrate(counts, asked, base=BASE)
        return
    found = calibrate(counts, asked, base=BASE)
    assert found.served == best[0]
    assert tuple(found.table["members"]) == best[1]


@settings(max_examples=80)
@given(members=SIZES, budget=BUDGETS, more=st.floats(0, 1000), parts=PARTS)
def test_more_budget_never_serves_fewer_and_more_points_never_bring_less(members, budget, more, parts):
    counts, asked = counted([50, *members]), replace(ASKED, budget=budget, parts=parts)
    try:
        found = calibrate(counts, asked, base=BASE)
    except FitError:
        return
    richer = calibrate(counts, replace(asked, budget=budget + more), base=BASE)
    assert richer.served >= found.served
    assert found.table["from_score"].is_monotonic_increasing
    assert found.table["level"].is_monotonic_increasing
    assert found.cost_high <= budget
    assert found.table["from_score"].min() > BASE


def test_the_front_tells_the_cost_of_every_lowest_threshold_and_which_keep_the_budget():
    found = calibrate(counted([0, *[20] * 9]), replace(ASKED, budget=300), base=BASE)
    front = found.front
    assert front["from_score"].tolist() == [507, 506, 505, 504, 503, 502, 501]
    assert front["served"].tolist() == [60, 80, 100, 120, 140, 160, 180]
    assert front["within"].tolist() == (front["cost_high"] <= 300).tolist()
    assert found.served == front.loc[front["within"], "served"].max()


def test_a_threshold_moved_by_one_score_tells_who_newly_qualifies_and_who_no_longer_would():
    counts = counted([0, 30, 30, 40, 20, 25, 40])
    found = calibrate(counts, Asked((0.1, 0.2), budget=320, price=100, take_up=0.1), base=BASE)
    moved = steps(found, counts, base=BASE).set_index(["level", "move"])
    begins = found.table["from_score"].tolist()
    assert begins == [503, 505]
    assert moved.loc[(0.1, "down"), ["from_score", "members"]].tolist() == [502, 30]
    assert moved.loc[(0.1, "up"), ["from_score", "members"]].tolist() == [504, 40]
    assert moved.loc[(0.2, "down"), ["from_score", "members"]].tolist() == [504, 20]
    assert moved.loc[(0.2, "up"), ["from_score", "members"]].tolist() == [506, 25]
    # 30 members more on the lower level, of whom one in ten uses it once at 10 yuan.
    assert moved.loc[(0.1, "down"), "cost"] == pytest.approx(found.cost + 30)
    assert moved.loc[(0.2, "up"), "cost"] == pytest.approx(found.cost - 25)


def test_a_move_of_too_few_members_is_not_told_and_one_to_the_base_is_none():
    counts = counted([900, 12, 30, 3, 30])
    found = calibrate(counts, replace(ASKED, shares=(0.1, 0.2), budget=1e6, least=10), base=BASE)
    moved = steps(found, counts, base=BASE).set_index(["level", "move"])
    assert (0.1, "down") not in moved.index
    assert found.table["from_score"].tolist() == [501, 503]
    assert moved.loc[(0.1, "up"), "members"] == 12
    assert pd.isna(moved.loc[(0.2, "up"), "members"])
    assert pd.isna(moved.loc[(0.2, "up"), "cost"])


@pytest.mark.parametrize(("start", "told"), [(505, (40, 0)), (503, (0, 0)), (502, (0, 30)), (506, (50, 0))])
def test_against_a_threshold_that_stands_both_counts_are_told(start, told):
    counts = counted([0, 10, 30, 20, 20, 10, 60])
    found = calibrate(counts, Asked((0.1,), budget=115, price=10, take_up=1.0), base=BASE)
    assert found.table["from_score"].tolist() == [503]
    assert tuple(against(found, counts, start).values()) == told


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"shares": ()}, "0 levels; ask for 1 to 10"),
        ({"shares": (0.1, 0.05)}, "levels of 10, 5 %; give percents above 0 and up to 100, the smallest first"),
        ({"shares": (0.1, 0.1)}, "levels of 10, 10 %"),
        ({"shares": (0.1, 1.2)}, "levels of 10, 120 %"),
        ({"shares": (-0.1, 0.2)}, "levels of -10, 20 %"),
        ({"budget": 0}, "a budget of 0 yuan; give an amount above 0"),
        ({"budget": float("nan")}, "a budget of nan yuan"),
        ({"price": -1}, "a price of -1 yuan"),
        ({"take_up": 0}, r"a take-up of 0; give a share in \(0, 1\]"),
        ({"parts": (1, 2)}, "parts of 1, 2; give a whole number from 1 to 100 for each of the 3 levels"),
        ({"parts": (1, 0, 2)}, "parts of 1, 0, 2"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(change, told):
    with pytest.raises(FitError, match=told):
        replace(ASKED, **change)


def test_a_budget_that_carries_no_level_is_refused_with_what_the_first_would_cost():
    with pytest.raises(FitError, match=r"10\.00 yuan carries no 3 levels; the 60 members with most points cost up to"):
        calibrate(counted([0, *[20] * 9]), replace(ASKED, budget=10), base=BASE)


def test_too_few_members_above_the_base_are_refused():
    with pytest.raises(FitError, match="25 members above the base, for 3 levels of at least 10; ask for fewer levels"):
        calibrate(counted([500, 5, 5, 15]), replace(ASKED, least=10), base=BASE)
