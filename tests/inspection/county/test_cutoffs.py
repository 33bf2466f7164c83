"""A cut-off stands between bins of scores, and between its neighbours."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_score.inspection.county import moved_cutoffs, step


def wide(cube, width):
    """The cube with bins of another width."""
    low = np.round(cube.bounds[0] / width) * width
    return replace(cube, bounds=np.stack([low, low + width]))


@pytest.mark.parametrize("width", [0.5, 1.0, 2.5])
def test_a_step_is_the_width_of_a_bin(county_run, width):
    assert step(wide(county_run.county_cube, width)) == width


def test_a_cutoff_goes_where_it_is_asked_to_and_leaves_the_others(county_run):
    cube = county_run.county_cube
    assert moved_cutoffs(cube, (1000.0, 950.0, 850.0), 1, 930) == (1000.0, 930.0, 850.0)
    assert moved_cutoffs(wide(cube, 2.5), (1000.0, 950.0, 850.0), 1, 931) == (1000.0, 930.0, 850.0)


@given(st.integers(0, 2), st.floats(-1e6, 1e6), st.sampled_from([0.5, 1.0, 2.5]))
def test_wherever_it_is_asked_to_go_cutoffs_descend_by_a_step_and_the_ends_hold_every_firm(county_run, k, to, width):
    cube = wide(county_run.county_cube, width)
    moved = moved_cutoffs(cube, (1000.0, 950.0, 850.0), k, to)
    assert (np.diff(moved) <= -width + 1e-9).all()
    assert np.allclose(np.array(moved) / width, np.round(np.array(moved) / width))
    assert cube.bounds[0, -1] - 3 * width - 2 <= min(moved)
    assert max(moved) <= cube.bounds[1, 0] + 3 * width + 2
