"""What of a table of persons may be told."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_score.pilot.disclosure import count_text, hidden, protected


def towns(*counts, **columns):
    return pd.DataFrame({"town": [f"T{i}" for i in range(len(counts))], "members": counts, **columns})


def told(table):
    return [None if pd.isna(n) else int(n) for n in table["members"]]


@pytest.mark.parametrize(("n", "small"), [(0, True), (9, True), (10, False), (11, False)])
def test_a_count_below_the_least_is_hidden_and_so_is_zero(n, small):
    assert hidden(n, 10) is small


def test_a_small_count_takes_the_next_smallest_with_it_so_that_the_sum_gives_neither_away():
    assert told(protected(towns(40, 3, 25, 60), "members", [], 10)) == [40, None, None, 60]


def test_two_small_counts_that_sum_to_less_than_the_least_take_a_third():
    assert told(protected(towns(0, 0, 25, 60), "members", [], 10)) == [None, None, None, 60]
    assert told(protected(towns(4, 6, 25, 60), "members", [], 10)) == [None, None, 25, 60]


def test_nothing_is_hidden_where_nothing_is_small():
    assert told(protected(towns(10, 11, 25), "members", [], 10)) == [10, 11, 25]


def test_what_is_left_of_a_base_is_held_to_the_least_as_well():
    table = towns(40, 30, 25, base=[42, 60, 90])
    assert told(protected(table, "members", [], 10, base="base")) == [None, 30, None]
    assert told(protected(table, "members", [], 10)) == [40, 30, 25]


def test_groups_are_protected_each_on_its_own():
    table = towns(5, 20, 30, 40, part=["a", "a", "b", "b"])
    assert told(protected(table, "members", "part", 10)) == [None, None, 30, 40]


def test_a_small_count_reads_as_less_than_the_least_and_an_empty_one_as_withheld_without_saying_why():
    table = protected(towns(1500, 3, 2000), "members", [], 10)
    assert [count_text(n, 10, "en") for n in table["members"]] == ["withheld", "withheld", "2,000"]
    assert [count_text(n, 10, "zh") for n in (0, 9, 10)] == ["<10", "<10", "10"]


def test_the_table_handed_in_stays_as_it_was():
    table = towns(5, 20)
    out = protected(table, "members", [], 10)
    assert list(table["members"]) == [5, 20]
    assert str(out["members"].dtype) == "Int64"


@given(st.lists(st.integers(0, 40), min_size=1, max_size=7), st.integers(1, 12))
def test_a_reader_who_knows_the_sum_finds_at_least_the_least_values_for_each_hidden_count(counts, least):
    out = told(protected(towns(*counts), "members", [], least))
    assert all(n is None for n, c in zip(out, counts, strict=True) if c < least)
    left = sum(counts) - sum(n for n in out if n is not None)
    empty = out.count(None)
    if 0 < empty < len(counts):
        assert empty >= 2
        assert left + 1 > least
