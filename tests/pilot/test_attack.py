"""What a reader works out of numbers told, against every table of counts there can be, one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_score.errors import RunError
from credit_score.pilot.attack import Knowledge


def knowledge(sums, low, high, most=20):
    return Knowledge(np.array(sums, dtype=bool), np.array(low), np.array(high), most)


def test_a_total_less_what_is_told_gives_the_cell_that_is_left_out_away():
    known = knowledge([[1, 1, 1], [1, 0, 0], [0, 1, 0]], [15, 8, 4], [15, 8, 4])
    assert known.possible(np.array([False, False, True])) == (3, 3)


def test_two_cells_left_out_of_a_row_share_what_is_left_of_its_total():
    known = knowledge([[1, 1, 1], [1, 0, 0]], [15, 8], [15, 8])
    assert known.possible(np.array([False, True, False])) == (0, 7)
    assert known.possible(np.array([False, True, True])) == (7, 7)


def test_where_nothing_is_told_a_count_can_be_anything_up_to_the_most():
    assert knowledge(np.zeros((0, 2)), [], []).possible(np.array([True, False])) == (0, 20)


def test_ends_are_whole_numbers_that_counts_can_have():
    # Each pair of three sums to 5 or less: halves would let the three reach 7.5.
    known = knowledge([[1, 1, 0], [0, 1, 1], [1, 0, 1]], [0, 0, 0], [5, 5, 5])
    assert known.possible(np.array([True, True, True])) == (0, 7)


def test_numbers_that_contradict_one_another_are_refused():
    known = knowledge([[1, 1], [1, 0]], [3, 5], [3, 5])
    with pytest.raises(RunError, match="the numbers told contradict one another"):
        known.possible(np.array([False, True]))


@given(st.data())
def test_ends_are_those_of_every_table_of_counts_that_agrees(data):
    n_cells = data.draw(st.integers(2, 4))
    cell = st.integers(0, 6)
    truth = np.array(data.draw(st.lists(cell, min_size=n_cells, max_size=n_cells)))
    sums = np.array(data.draw(st.lists(st.lists(st.booleans(), min_size=n_cells, max_size=n_cells), max_size=4)))
    sums = sums.reshape(-1, n_cells)
    slack = np.array(data.draw(st.lists(st.integers(0, 2), min_size=len(sums), max_size=len(sums))), dtype=int)
    asked = np.array(data.draw(st.lists(st.booleans(), min_size=n_cells, max_size=n_cells)))
    known = knowledge(sums, sums.astype(int) @ truth - slack, sums.astype(int) @ truth + slack, most=8)
    every = np.indices([9] * n_cells).reshape(n_cells, -1)
    told = sums.astype(int) @ every
    agree = every[:, ((told >= known.low[:, None]) & (told <= known.high[:, None])).all(axis=0)]
    reached = asked.astype(int) @ agree
    assert known.possible(asked) == (reached.min(), reached.max())
    assert set(known.agreeing(every.T, asked) @ asked) == set(reached)
