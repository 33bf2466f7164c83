import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_score.errors import PolicyError
from credit_score.inspection import expected_visits
from credit_score.inspection.schedule import n_drawn

firms = st.lists(st.integers(0, 5_000), min_size=4, max_size=4)
ratios = st.lists(st.floats(0, 1), min_size=4, max_size=4)


def test_visits_by_tier_are_firms_times_ratio_times_frequency():
    visits = expected_visits([200, 100, 50, 10], [0.01, 0.05, 0.2, 0.5], frequency=[1, 1, 1, 2])
    assert visits == pytest.approx([2, 5, 10, 10])


def test_departments_are_rows_and_share_the_ratios():
    by_department = expected_visits([[100, 10], [300, 20]], [0.1, 0.5])
    assert by_department == pytest.approx(np.array([[10, 5], [30, 10]]))


@given(firms, ratios)
def test_random_rounding_gives_the_expected_visits_on_average(n, ratio):
    steps = 200
    drawn = [[n_drawn(f, r, 0, (i + 0.5) / steps) for f, r in zip(n, ratio, strict=True)] for i in range(steps)]
    assert np.mean(drawn, axis=0) == pytest.approx(expected_visits(n, ratio), abs=1 / steps)


@pytest.mark.parametrize("ratio", [3, -0.01, float("nan")])
def test_a_ratio_that_is_no_share_is_refused(ratio):
    with pytest.raises(PolicyError, match=r"outside \[0, 1\]; write a share"):
        expected_visits([10, 10], [0.1, ratio])


@pytest.mark.parametrize("ratio", [0.03, [0.1, 0.2, 0.3]])
def test_there_is_one_ratio_for_each_tier(ratio):
    with pytest.raises(PolicyError, match="inspection ratios for 2 tiers; give one a tier"):
        expected_visits([10, 10], ratio)
