"""Cells of a column against sums taken row by row."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_score.scorecard.columns import Numbers
from credit_score.scorecard.prebins import FINENESS, Target, fineness, number_cells

SPECIALS = np.array([-1.0, 99.0])


def column(seed, n=500):
    """Numbers with ties, gaps and two that stand for something else; labels and weights."""
    rng = np.random.default_rng(seed)
    values = np.round(rng.normal(50, 20, n), rng.integers(0, 3))
    values[rng.random(n) < 0.1] = np.nan
    values[rng.random(n) < 0.1] = rng.choice(SPECIALS)
    return Numbers("x", values), (rng.random(n) < 0.3).astype(float), rng.choice([0.5, 1.0, 3.0], n)


def row_by_row(values, bad, weight, edges):
    """The sums (weight, bad, rows) of cells, specials and missing, written out once more."""
    n_cells, sums = len(edges) + 1, np.zeros((len(edges) + 4, 3))
    for v, b, w in zip(values, bad, weight, strict=True):
        if np.isnan(v):
            at = -1
        elif v in SPECIALS:
            at = n_cells + list(SPECIALS).index(v)
        else:
            at = sum(e <= v for e in edges)
        sums[at] += w, w * b, 1
    return sums


@given(st.integers(0, 10_000), st.booleans(), st.integers(2, 60))
@settings(max_examples=40, deadline=None)
def test_cells_hold_the_rows_between_their_edges(seed, weighted, n_cells):
    x, bad, weight = column(seed)
    weight = weight if weighted else np.ones(len(weight))
    found = number_cells(x, Target(bad, weight, weighted), SPECIALS, n_cells=n_cells)
    told = np.vstack([found.cells, found.specials, found.missing])
    assert told == pytest.approx(row_by_row(x.values, bad, weight, found.edges))
    assert len(found.edges) < n_cells
    assert (found.cells[:, 2] > 0).all()
    assert (np.diff(found.edges) > 0).all()
    assert all((v <= below) | (v >= edge) for below, edge in zip(found.below, found.edges, strict=True)
               for v in x.values[~np.isnan(x.values) & ~np.isin(x.values, SPECIALS)])  # fmt: skip


def test_edges_by_hand_may_leave_a_cell_empty():
    target = Target(np.array([0.0, 1.0, 1.0]), np.ones(3), False)
    found = number_cells(Numbers("x", np.array([1.0, 2.0, 9.0])), target, np.empty(0), edges=np.array([3.0, 5.0]))
    assert found.cells.tolist() == [[2, 1, 2], [0, 0, 0], [1, 1, 1]]


def test_a_cell_without_a_good_row_weighs_its_bad_rows_to_the_last_digit():
    rng = np.random.default_rng(3)
    values, weight = np.arange(1000.0), rng.random(1000) / 3
    bad = ((values >= 300) & (values < 400)).astype(float)
    found = number_cells(Numbers("x", values), Target(bad, weight), np.empty(0), edges=np.array([300.0, 400.0]))
    assert found.cells[1, 0] == found.cells[1, 1]
    assert found.cells[0, 1] == found.cells[2, 1] == 0


def test_cells_are_few_of_few_rows_and_fine_of_many():
    def of(n):
        return fineness(Target(np.zeros(1), np.array([float(n)])))

    assert (of(100), of(7_000), of(30_000)) == (FINENESS[0],) * 3
    assert of(100_000) == 1_000
    assert of(1_000_000) == of(10_000_000) == FINENESS[1]
