"""Coarse to fine: never better than the program on all cells, seldom worse, and within the limits."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_score.errors import FitError
from credit_score.partition import Cells, Limits, partition, zoomed
from credit_score.partition.program import holds
from credit_score.partition.zoom import AT_ONCE, _corners

TRENDS = ("ascending", "descending", "peak", "valley", "auto")


def noisy(seed, n=600, rows=400, steepness=1.0):
    """Cells of so many rows whose rates rise, with the noise of their counts."""
    rng = np.random.default_rng(seed)
    rate = 1 / (1 + np.exp(2 - steepness * np.linspace(-1, 1, n)))
    weight = rng.integers(1, 2 * rows, n).astype(float)
    return Cells(weight, rng.binomial(weight.astype(int), rate).astype(float))


@given(st.integers(0, 10_000), st.integers(2, AT_ONCE), st.sampled_from(TRENDS))
@settings(max_examples=30, deadline=None)
def test_of_few_cells_it_is_the_program(seed, n, trend):
    cells, limits = noisy(seed, n), Limits(1, 5, trend=trend)
    one, other = zoomed(cells, limits), partition(cells, limits)
    assert (one.edges == other.edges).all()
    assert one.value == other.value


@given(st.integers(0, 10_000), st.sampled_from(TRENDS), st.sampled_from(["information", "likelihood"]))
@settings(max_examples=25, deadline=None)
def test_of_many_cells_it_keeps_the_limits_and_reaches_nearly_all(seed, trend, objective):
    cells = noisy(seed, steepness=-1.0 if trend == "descending" else 1.0)
    limits = Limits(1, 6, min_share=0.05, max_share=0.5, trend=trend)
    found, best = zoomed(cells, limits, objective), partition(cells, limits, objective)
    one = partition(cells, replace(limits, most=1, max_share=1.0), objective).value
    assert found.value <= best.value + 1e-9 * abs(best.value)
    assert found.value - one >= 0.97 * (best.value - one)
    share = np.add.reduceat(cells.weight, found.edges[:-1]) / cells.weight.sum()
    assert ((share >= 0.05 - 1e-9) & (share <= 0.5 + 1e-9)).all()
    assert holds(found.edges, cells.prefix(), replace(limits, trend=found.trend))


@given(st.integers(0, 10_000), st.sampled_from(["ascending", "descending"]), st.integers(2, 7))
@settings(max_examples=40, deadline=None)
def test_without_bounds_the_best_cuts_of_a_trend_are_corners_of_the_hull(seed, trend, most):
    cells, limits = noisy(seed, n=120, steepness=0.5), Limits(1, most, trend=trend)
    corners = np.union1d(_corners(cells, limits), [0, 120])
    for objective in ("information", "likelihood"):
        whole = partition(cells, limits, objective).value
        assert partition(cells.joined(corners), limits, objective).value == pytest.approx(whole, rel=1e-9)


def test_a_step_is_found_to_the_cell():
    n = 5000
    events = np.where(np.arange(n) < 3217, 5.0, 20.0)
    assert zoomed(Cells(np.full(n, 100.0), events), Limits(1, 4, trend="auto")).edges.tolist() == [0, 3217, n]
    assert zoomed(Cells(np.full(n, 100.0), events), Limits(1, 2)).edges.tolist() == [0, 3217, n]


def test_what_cannot_be_kept_is_refused_as_by_the_program():
    with pytest.raises(FitError, match="keeps the limits"):
        zoomed(noisy(1), Limits(3, 3, min_share=0.4))
