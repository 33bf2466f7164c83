import pandas as pd
import pytest

from credit_score.errors import PolicyError
from credit_score.inspection import breaches, check_schedule
from credit_score.policy import load_policy


@pytest.fixture(scope="module")
def rules():
    return load_policy("gaoyang").at("2023-06-30")


def load(*rows):
    return pd.DataFrame(rows, columns=["department", "days", "out_of_plan_days", "capacity_days"])


def test_a_schedule_that_fits_breaks_nothing(rules):
    assert breaches(load(("a", 10.0, 2.0, 12.0)), 0.03, rules) == []
    check_schedule(load(("a", 10.0, 2.0, 12.0)), 0.03, rules)


def test_days_beyond_capacity_are_told_with_their_number_the_most_first(rules):
    found = breaches(load(("a", 10.0, 2.5, 12.0), ("b", 50.0, 0.0, 20.0)), 0.5, rules)
    assert [(b.department, b.excess) for b in found] == [("b", 30.0), ("a", 0.5)]
    with pytest.raises(PolicyError, match=r"b: 50.0 days where there are 20.0, 30.0 too many, a: 12.5 days where"):
        check_schedule(load(("a", 10.0, 2.5, 12.0), ("b", 50.0, 0.0, 20.0)), 0.5, rules)


def test_too_few_firms_visited_break_the_county_minimum_with_its_source(rules):
    (found,) = breaches(load(("a", 1.0, 0.0, 12.0)), 0.02, rules)
    assert (found.kind, found.limit, found.excess) == ("county_minimum", 0.03, pytest.approx(0.01))
    assert "67" in found.reference
    with pytest.raises(PolicyError, match=r"2.00% of firms visited, 1.00% short of 3.00%.*67"):
        check_schedule(load(("a", 1.0, 0.0, 12.0)), 0.02, rules)


def test_the_sample_county_is_told_where_it_lacks_days(county_run):
    over = {b.department for b in county_run.breaches if b.kind == "capacity"}
    in_all = county_run.workload.set_index("department")["utilisation_in_all"]
    assert over == set(in_all[in_all > 1].index)
