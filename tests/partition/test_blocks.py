import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.isotonic import isotonic_regression

from credit_score.partition import Cells
from credit_score.partition.blocks import rate_blocks


@given(st.integers(0, 10_000), st.booleans())
@settings(max_examples=30, deadline=None)
def test_blocks_have_rates_that_rise_or_fall_and_are_those_of_isotonic_regression(seed, rising):
    rng = np.random.default_rng(seed)
    weight = rng.integers(1, 50, 80).astype(float)
    cells = Cells(weight, rng.binomial(weight.astype(int), 0.3).astype(float))
    begins = rate_blocks(cells, rising=rising)
    rates = cells.joined(begins).events / cells.joined(begins).weight
    assert (np.diff(rates) > 0).all() if rising else (np.diff(rates) < 0).all()
    smooth = isotonic_regression(cells.events / weight, sample_weight=weight, increasing=rising)
    assert np.repeat(rates, np.diff(begins)) == pytest.approx(smooth)


def test_blocks_by_hand():
    """Rates that fall are one block, and so are equal ones."""
    weight = np.full(6, 100.0)
    assert rate_blocks(Cells(weight, np.array([60.0, 50, 40, 30, 20, 10]))).tolist() == [0, 6]
    assert rate_blocks(Cells(weight, np.array([10.0, 20, 15, 30, 30, 40]))).tolist() == [0, 1, 3, 5, 6]
