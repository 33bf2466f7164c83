from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_score.errors import FitError
from credit_score.inspection.cube.grid import grid, round_up


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(1, 1000))
def test_every_score_lies_in_a_bin_and_there_are_no_more_than_asked_for_but_two(low, extent, n_bins):
    edges = grid(low, low + extent, n_bins=n_bins)
    assert edges[0] <= low
    assert low + extent < edges[-1]
    assert (np.diff(edges) > 0).all()
    assert len(edges) - 1 <= n_bins + 2


def test_bins_begin_at_the_round_numbers_people_write():
    edges = grid(0.0, 0.95, n_bins=10)
    assert [e for e in edges if e in (0.1, 0.2, 0.3, 0.7, 0.9)] == [0.1, 0.2, 0.3, 0.7, 0.9]
    assert grid(12, 97, n_bins=1000)[[0, 1]].tolist() == [12, 12.1]
    assert 87.5 in grid(0, 1000, n_bins=10_000, width=0.5)


@pytest.mark.parametrize("width", ["0.3", "0.003", "17.1", "0.07", "1.1", "2.5", "0.6", "1e-7", "123.456", "3", "0.2"])
@pytest.mark.parametrize("low", [-700, 0, 10**6])
def test_bins_begin_at_the_doubles_that_people_write_whatever_the_width(width, low):
    edges = grid(float(low * Decimal(width)), float((low + 700) * Decimal(width)), width=float(width))
    assert edges.tolist() == [float((low + n) * Decimal(width)) for n in range(702)]


def test_bins_of_a_third_end_at_whole_numbers():
    assert set(range(1, 5)) <= set(grid(0.0, 5.0, width=1 / 3).tolist())


@pytest.mark.parametrize(("width", "rounded"), [(0.3, 0.5), (1, 1), (2.1, 5), (0.00011, 0.0002), (60, 100)])
def test_a_width_is_rounded_up_to_one_two_or_five(width, rounded):
    assert round_up(width) == pytest.approx(rounded)


def test_a_single_score_is_a_bin_of_its_own():
    assert grid(5.0, 5.0).tolist() == [5.0, np.nextafter(5.0, 9)]


@pytest.mark.parametrize("settings", [{"width": -1}, {"width": float("nan")}, {"width": 1e-9}, {"n_bins": 0}])
def test_a_grid_that_cannot_be_is_refused(settings):
    with pytest.raises(FitError):
        grid(0.0, 100.0, **settings)


def test_scores_too_large_to_be_told_apart_are_refused():
    with pytest.raises(FitError, match="too large to be told apart"):
        grid(1e17, 1e17 + 64, n_bins=1000)
