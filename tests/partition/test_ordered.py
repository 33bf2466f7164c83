"""Sorted rows against sums taken row by row."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_score.partition.ordered import Ordered


def rows(seed, n=300):
    rng = np.random.default_rng(seed)
    return np.round(rng.normal(0, 10, n), rng.integers(0, 4)), (rng.random(n) < 0.3).astype(float), rng.random((n, 2))


@given(st.integers(0, 10_000), st.lists(st.integers(-30, 30), unique=True, max_size=8))
@settings(max_examples=40, deadline=None)
def test_sums_between_edges_are_those_of_the_rows_there(seed, edges):
    values, bad, columns = rows(seed)
    edges = np.sort(np.array(edges, float))
    found = Ordered.of(values, bad, along=True)
    at = np.searchsorted(edges, values, side="right")
    assert np.diff(found.bounds(edges)).tolist() == np.bincount(at, minlength=len(edges) + 1).tolist()
    counted = [np.bincount(at, c, minlength=len(edges) + 1) for c in (np.ones(len(bad)), bad, np.ones(len(bad)))]
    assert found.table(edges).tolist() == np.column_stack(counted).tolist()
    weighed = Ordered.of(values, bad, columns[:, 0]).table(edges)
    by_row = [np.bincount(at, columns[:, 0] * c, minlength=len(edges) + 1) for c in (1, bad)]
    assert weighed[:, :2] == pytest.approx(np.column_stack(by_row))
    told = [np.bincount(at, c, minlength=len(edges) + 1) for c in columns.T]
    assert found.sums(columns, edges) == pytest.approx(np.column_stack(told))


@given(st.integers(0, 10_000), st.integers(1, 40))
@settings(max_examples=40, deadline=None)
def test_equal_weights_begin_cells_where_counts_do(seed, n_cells):
    values, bad, _ = rows(seed)
    plain = Ordered.of(values, bad).begins(n_cells)
    weighed = Ordered.of(values, bad, np.full(len(values), 0.1)).begins(n_cells)
    assert plain.tolist() == weighed.tolist()
    assert len(plain) < max(n_cells, 2)
    assert set(plain) <= set(values) - {values.min()}


def test_few_values_are_cells_of_their_own():
    found = Ordered.of(np.array([3.0, 1, 3, 2, 1]), np.zeros(5))
    assert found.begins(3).tolist() == [2, 3]
    assert found.begins(2).tolist() == [2]
