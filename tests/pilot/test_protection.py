"""Suppression holds against a reader who sets all tables, and two releases, against one another."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_score.pilot.groups import Margin, groups_of
from credit_score.pilot.protection import protected_release
from credit_score.pilot.release import UNTOLD, Release, audit

TOWNS, AGES, HAS = ("east", "north", "west"), ("18-34", "35-59", "60+"), ("no", "yes")
SQUARE = pd.DataFrame([(t, a) for t in TOWNS for a in AGES], columns=["town", "age"])
BY_TOWN_AND_AGE = Margin("by_town_and_age", ("town", "age"))


def naive(cells, n, margins, least):
    """Only what is small itself is left out, and nothing is rounded."""
    groups = groups_of(cells, margins)
    counts = groups.member.astype(int) @ np.array(n)
    return Release(groups, np.where(counts < least, UNTOLD, counts), least, 1)


def protected(cells, n, margins, least=10, round_to=5):
    return protected_release(cells, np.array(n), margins, least=least, round_to=round_to)


def of(table, **value):
    return table[np.all([table[d] == v for d, v in value.items()], axis=0)]


N = [40, 3, 60, 33, 52, 48, 21, 70, 90]


def test_totals_give_a_small_count_away_where_only_what_is_small_is_left_out():
    found = audit(naive(SQUARE, N, [BY_TOWN_AND_AGE], 10))
    assert found[["town", "age", "low", "high", "possible"]].to_numpy().tolist() == [["east", "35-59", 3, 3, 1]]


def test_the_same_count_keeps_all_values_below_the_least_in_ours():
    found = audit(protected(SQUARE, N, [BY_TOWN_AND_AGE]))
    small = of(found, town="east", age="35-59").iloc[0]
    assert small["low"] == 0
    assert small["high"] >= 9
    assert found["possible"].min() >= 10


def test_without_rounding_it_takes_a_sibling_in_its_row_one_in_its_column_and_the_cell_where_these_meet():
    found = audit(protected(SQUARE, N, [BY_TOWN_AND_AGE], round_to=1))
    left_out = set(zip(found["town"], found["age"], strict=True))
    assert len(left_out) == 4
    assert len({town for town, _ in left_out}) == len({age for _, age in left_out}) == 2
    assert ("east", "35-59") in left_out


# Two tables, each without a small count in it: adults, and adults of 60 or more and those of 35 or more.
def test_two_tables_whose_groups_differ_by_one_person_give_that_person_away_where_counts_are_exact():
    cells = pd.DataFrame([(t, a) for t in TOWNS for a in ("18", "19+")], columns=["town", "age"])
    n = [1, 50, 12, 60, 30, 70]
    tables = [Margin("adults", ("town",)), Margin("older", ("town",), base={"age": "19+"})]
    release = naive(cells, n, tables, 10)
    assert (release.told != UNTOLD).all()
    assert release.known.possible(np.arange(6) == 0) == (1, 1)


def test_ours_leave_it_open_whether_that_person_is_there():
    cells = pd.DataFrame([(t, a) for t in TOWNS for a in ("18", "19+")], columns=["town", "age"])
    tables = [Margin("adults", ("town",)), Margin("older", ("town",), base={"age": "19+"})]
    for person in (0, 1):
        for others in (50, 51, 52, 53, 54):  # with the person, 52 and 53 are told as 50 and 55
            release = protected(cells, [person, others, 12, 60, 30, 70], tables)
            low, high = release.known.possible(np.arange(6) == 0)
            assert low == 0
            assert high >= 4


def test_all_but_a_few_of_a_base_tell_of_the_few_so_that_they_are_left_out_as_well():
    cells = pd.DataFrame([(t, h) for t in TOWNS for h in HAS], columns=["town", "has"])
    tables = [Margin("members", ("town",)), Margin("with_benefit", ("town",), part={"has": "yes"})]
    release = protected(cells, [2, 60, 30, 70, 40, 40], tables)
    table = release.table("with_benefit").set_index("town")["count"]
    assert pd.isna(table["east"])
    low, high = release.known.possible(np.arange(6) == 0)
    assert (low, high >= 9) == (0, True)


def test_what_is_told_is_the_count_to_the_nearest_multiple_and_totals_are_rounded_on_their_own():
    release = protected(SQUARE, [12, 13, 17, 18, 22, 23, 27, 28, 32], [BY_TOWN_AND_AGE])
    table = release.table("by_town_and_age")
    assert of(table, town="east", age="18-34")["count"].tolist() == [10]
    assert of(table, town="east", age="")["count"].tolist() == [40]  # 42, and the three cells are told as 10, 15, 15
    assert of(table, town="", age="")["count"].tolist() == [190]  # 192


def test_where_all_counts_are_small_their_total_is_not_told_either():
    release = protected(SQUARE, [1, 0, 2, 0, 0, 1, 0, 3, 0], [BY_TOWN_AND_AGE])
    assert (release.told == UNTOLD).all()


def joined(n, cell):
    return [count + (i == cell) for i, count in enumerate(n)]


def changes(before, after):
    """What a reader of two releases finds for the change of each group told in both: least and greatest."""
    both = (before.told != UNTOLD) & (after.told != UNTOLD)
    ends = [(b.known.possible(g), a.known.possible(g)) for a, b, g in
            ((before, after, group) for group in before.groups.member[both])]  # fmt: skip
    return [(later[0] - first[1], later[1] - first[0]) for later, first in ends]


@pytest.mark.thorough
@pytest.mark.parametrize("cell", range(9))
def test_who_joins_follows_from_two_exact_releases_and_of_two_of_ours_no_change_is_pinned(cell):
    n = [40, 31, 60, 33, 52, 48, 21, 70, 90]
    exact = changes(*(naive(SQUARE, m, [BY_TOWN_AND_AGE], 10) for m in (n, joined(n, cell))))
    assert sorted(set(exact)) == [(0, 0), (1, 1)]
    ours = changes(*(protected(SQUARE, m, [BY_TOWN_AND_AGE]) for m in (n, joined(n, cell))))
    assert all(high - low + 1 >= 5 for low, high in ours)


# Layouts of four cells, small enough to try every table of counts.
TWO_BY_TWO = pd.DataFrame([(t, a) for t in "ab" for a in "xy"], columns=["town", "age"])
LAYOUTS = {
    "rows, columns and totals": [Margin("both", ("town", "age"))],
    "two margins without the cells": [Margin("towns", ("town",)), Margin("ages", ("age",))],
    "a part of a base": [Margin("base", ("town",)), Margin("part", ("town",), part={"age": "x"})],
    "a table within another": [Margin("all", ("town",)), Margin("within", ("town",), base={"age": "x"})],
}
LEAST = 3
counts = st.lists(st.integers(0, 4), min_size=4, max_size=4)


def agreeing(release):
    """Every table of counts, up to the most that the audit takes, that would be told as it is."""
    every = np.indices([release.known.most + 1] * 4, dtype=np.int16).reshape(4, -1)
    for member, rest, told in zip(release.groups.member, release.groups.rest, release.told, strict=True):
        if told == UNTOLD:
            continue
        n, left = every[member].sum(axis=0), every[rest].sum(axis=0)
        to = release.round_to
        told_so = (n >= release.least) & ((n + to // 2) // to * to == told) & ((left >= release.least) | ~rest.any())
        every = every[:, told_so]
    return every


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(max_examples=8)
@given(n=counts, round_to=st.integers(1, 3))
def test_the_audit_is_that_of_a_reader_who_tries_every_table_of_counts(layout, n, round_to):
    release = protected(TWO_BY_TWO, n, LAYOUTS[layout], LEAST, round_to)
    tried = agreeing(release)
    untold = release.groups.member[release.told == UNTOLD]
    found = audit(release)
    for group, low, high in zip(untold, found["low"], found["high"], strict=True):
        sums = tried[group].sum(axis=0)
        assert (low, high) == (sums.min(), sums.max())
        assert len(np.unique(sums)) >= LEAST


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(max_examples=8)
@given(n=counts, round_to=st.integers(1, 3))
def test_who_even_knows_which_counts_are_small_excludes_no_value_of_any_of_them(layout, n, round_to):
    release = protected(TWO_BY_TWO, n, LAYOUTS[layout], LEAST, round_to)
    tried = agreeing(release)
    small = [g for sums in (release.groups.member, release.groups.rest) for g in sums
             if g.any() and np.array(n)[g].sum() < LEAST]  # fmt: skip
    for group in small:
        tried = tried[:, tried[group].sum(axis=0) < LEAST]
    for group in small:
        assert set(tried[group].sum(axis=0)) == set(range(LEAST))


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(max_examples=8)
@given(n=counts)
def test_a_small_cell_that_no_table_tells_may_still_be_none_one_or_two(layout, n):
    release = protected(TWO_BY_TWO, n, LAYOUTS[layout], LEAST, 3)
    tried = agreeing(release)
    assert all(set(tried[cell]) >= {0, 1, 2} for cell in range(4) if n[cell] < LEAST)


@settings(max_examples=25)
@given(n=counts, round_to=st.integers(1, 3))
def test_no_small_count_is_told_and_no_count_that_leaves_a_small_rest(n, round_to):
    release = protected(TWO_BY_TWO, n, LAYOUTS["a part of a base"], LEAST, round_to)
    groups, n = release.groups, np.array(n)
    for member, rest, told in zip(groups.member, groups.rest, release.told, strict=True):
        if told != UNTOLD:
            assert n[member].sum() >= LEAST
            assert not rest.any() or n[rest].sum() >= LEAST
            assert abs(told - n[member].sum()) <= round_to / 2
