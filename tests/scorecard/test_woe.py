import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_score.scorecard.woe import information_value, woe


def test_worked_by_hand():
    """Goods 90, 60, 30 of 180; bads 10, 40, 70 of 120."""
    good, bad = np.array([90.0, 60, 30]), np.array([10.0, 40, 70])
    expected = np.log(np.array([0.5 / (1 / 12), (1 / 3) / (1 / 3), (1 / 6) / (7 / 12)]))
    assert woe(good, bad, 180, 120) == pytest.approx(expected, abs=1e-12)
    shares = np.array([0.5 - 1 / 12, 0.0, 1 / 6 - 7 / 12])
    assert information_value(good, bad) == pytest.approx(float(shares @ expected), abs=1e-12)


def test_a_part_without_bad_gets_half_a_case_and_an_empty_one_says_nothing():
    found = woe(np.array([10.0, 0.0]), np.array([0.0, 0.0]), 100, 50)
    assert found == pytest.approx([np.log((10.5 / 100) / (0.5 / 50)), 0.0])


counts = st.lists(st.tuples(st.integers(1, 500), st.integers(1, 500)), min_size=2, max_size=8)


@given(counts)
def test_swapping_good_and_bad_turns_every_sign_and_leaves_the_information(pairs):
    good, bad = (np.array(c, float) for c in zip(*pairs, strict=True))
    one, other = woe(good, bad, good.sum(), bad.sum()), woe(bad, good, bad.sum(), good.sum())
    assert one == pytest.approx(-other, abs=1e-12)
    assert information_value(good, bad) == pytest.approx(information_value(bad, good), abs=1e-12)


@given(counts)
def test_joining_two_parts_never_adds_information(pairs):
    good, bad = (np.array(c, float) for c in zip(*pairs, strict=True))
    joined = information_value(np.append(good[:-2], good[-2:].sum()), np.append(bad[:-2], bad[-2:].sum()))
    assert joined <= information_value(good, bad) + 1e-12
