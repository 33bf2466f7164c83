import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from credit_score.errors import FitError
from credit_score.inspection.estimate import floor_needed, floor_table, precision_bought


def test_the_textbook_number_with_and_without_the_correction():
    assert floor_needed(1e12, 0.5, 0.05) == 385
    assert floor_needed(1000, 0.5, 0.05) == 278
    assert floor_needed(20, 0.5, 0.001) == 20
    assert floor_needed(1000, 1e-12, 0.05) == 1


@given(st.integers(2, 10**6), st.floats(0.01, 0.99), st.floats(0.005, 0.4))
def test_what_is_needed_buys_what_was_wanted_and_one_less_does_not(firms, rate, half_width):
    n = floor_needed(firms, rate, half_width)
    assert 1 <= n <= firms
    assert precision_bought(firms, n, rate) <= half_width * (1 + 1e-9)
    if n > 1:
        assert precision_bought(firms, n - 1, rate) > half_width * (1 - 1e-9)


def test_nobody_visited_tells_nothing_and_everybody_all():
    assert precision_bought(100, 0, 0.2) == np.inf
    assert precision_bought(100, 100, 0.2) == 0
    assert precision_bought(10**9, 400, 0.2) == pytest.approx(norm.ppf(0.975) * 0.02, rel=1e-6)


STRATA = pd.DataFrame({
    "department": ["health", "fire"] * 2, "tier_code": [0, 0, 1, 1], "firms": [1000, 3000, 50, 150],
    "rate": [0.1, 0.2, 0.5, np.nan],
})  # fmt: skip


def test_departments_are_pooled_and_their_rate_is_that_of_their_firms():
    table = floor_table(STRATA, ["tier_code"], half_width=0.05)
    assert table["firms"].tolist() == [4000, 200]
    assert table["rate"].tolist() == pytest.approx([0.175, 0.5])
    assert table["floor"].tolist() == table["needed"].tolist() == [floor_needed(4000, 0.175, 0.05), 132]
    assert (table["half_width"] <= 0.05).all()


@pytest.mark.parametrize("budget", [4, 7, 60, 200])
def test_a_budget_is_spent_to_the_last_visit_and_leaves_nobody_out(budget):
    table = floor_table(STRATA, ["department", "tier_code"], half_width=0.05, budget=budget)
    assert table["floor"].sum() == budget
    assert table["floor"].min() >= 1
    assert (table["floor"] <= table["firms"]).all()
    assert (table["half_width"] > 0.05).all()
    assert not table["enough"].any()


@pytest.mark.parametrize(("job", "told"), [
    (lambda: floor_table(STRATA, ["department", "tier_code"], half_width=0.05, budget=3), "3 visits for 4 estimation"),
    (lambda: floor_needed(100, 0.5, 0), "a half-width of 0"),
    (lambda: floor_needed(0, 0.5, 0.1), "0 firms at a rate of 0.5"),
    (lambda: floor_needed(100, 1.5, 0.1), "100 firms at a rate of 1.5"),
    (lambda: floor_needed(100, 0.0, 0.1), r"100 firms at a rate of 0.0; .*rate in \(0, 1\)"),
    (lambda: precision_bought(100, 10, 1.0), "100 firms at a rate of 1.0"),
    (lambda: floor_needed(np.inf, 0.5, 0.1), "inf firms"),
    (lambda: floor_needed("a", 0.5, 0.1), "a firms"),
    (lambda: floor_needed(100, np.nan, 0.1), "100 firms at a rate of nan"),
    (lambda: floor_needed(100, 0.5, 0.1, level=95), "level 95"),
    (lambda: precision_bought(100, 101, 0.5), "101 visits to 100 firms"),
])  # fmt: skip
def test_what_cannot_be_is_refused(job, told):
    with pytest.raises(FitError, match=told):
        job()


@pytest.mark.parametrize("budget", [10.5, "x", -1])
def test_a_budget_is_a_whole_number_of_visits(budget):
    strata = pd.DataFrame({"tier": ["A"], "firms": [100]})
    with pytest.raises(FitError, match=r"budget .*; give a whole number of at least 0"):
        floor_table(strata, ["tier"], half_width=0.05, budget=budget)
