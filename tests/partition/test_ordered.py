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


@pytest.mark.parametrize(
    ("values", "n_cells", "rows"),
    [
        (np.arange(300.0), 3, [100] * 3),
        (np.repeat(np.arange(10.0), 10), 5, [20] * 5),
        (np.arange(10.0), 4, [3, 2, 2, 3]),
    ],
)
def test_cells_of_rows_that_can_be_parted_alike_are_equal(values, n_cells, rows):
    found = Ordered.of(values, np.zeros(len(values)))
    assert found.table(found.begins(n_cells))[:, 2].tolist() == rows


def nearest(values, weight, n_cells):
    """Where cells begin by looking at every border between two values, in whole numbers."""
    distinct = np.unique(values)
    before = [int(weight[values < v].sum()) for v in distinct] + [int(weight.sum())]
    found = set()
    for j in range(1, n_cells):
        away = [abs(n_cells * b - j * before[-1]) for b in before]
        near = [i for i, a in enumerate(away) if a == min(away)]
        found.add(near[-1] if 2 * j < n_cells else near[0])
    return [float(distinct[i]) for i in sorted(found) if 0 < i < len(distinct)]


@given(st.integers(0, 10_000), st.integers(2, 40), st.integers(1, 100))
@settings(max_examples=60, deadline=None)
def test_cells_begin_at_the_nearest_border_of_values_and_a_weight_is_so_many_rows(seed, n_cells, n_values):
    rng = np.random.default_rng(seed)
    values, weight = rng.integers(0, n_values, 120).astype(float), rng.integers(1, 5, 120)
    copies = np.repeat(values, weight)
    weighed = Ordered.of(values, np.zeros(120), weight.astype(float)).begins(n_cells).tolist()
    assert weighed == Ordered.of(copies, np.zeros(len(copies))).begins(n_cells).tolist()
    few = len(set(values)) <= n_cells
    assert weighed == (sorted(set(values))[1:] if few else nearest(values, weight, n_cells))


@given(st.integers(0, 10_000), st.integers(1, 20).map(lambda half: 2 * half + 1))
@settings(max_examples=40, deadline=None)
def test_a_column_and_its_negative_have_the_same_cells(seed, n_cells):
    values, bad, columns = rows(seed)
    for weight in (None, columns[:, 0]):
        one, other = Ordered.of(values, bad, weight), Ordered.of(-values, bad, weight)
        mirrored = other.table(other.begins(n_cells))[::-1]
        assert one.table(one.begins(n_cells)) == pytest.approx(mirrored)
