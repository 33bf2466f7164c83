from datetime import date

import ibis
import pandas as pd
import pytest

from credit_score.inspection import out_of_plan, workload

VISITS = [
    ("a", "complaint", "2022-07-01", 1.0), ("a", "complaint", "2023-06-30", 2.0), ("a", "alert", "2023-01-01", 0.5),
    ("b", "referral", "2023-01-01", 1.5), ("a", "random", "2023-01-01", 9.0), ("b", "statutory", "2023-01-01", 9.0),
    ("a", "complaint", "2022-06-30", 7.0), ("a", "complaint", "2023-07-01", 7.0),
]  # fmt: skip


@pytest.fixture
def found():
    rows = pd.DataFrame(VISITS, columns=["department", "stream", "inspected_on", "days"])
    rows["inspected_on"] = pd.to_datetime(rows["inspected_on"]).dt.date
    return out_of_plan(ibis.memtable(rows), date(2023, 6, 30))


def test_the_year_up_to_the_day_is_counted_and_the_plan_is_not(found):
    assert found.to_numpy().tolist() == [["a", "alert", 1, 0.5], ["a", "complaint", 2, 3.0], ["b", "referral", 1, 1.5]]


def test_it_stands_beside_the_plan_in_the_workload(found):
    strata = pd.DataFrame([("a", 10, 1.0), ("b", 1, 1.0), ("c", 2, 1.0)],
                          columns=["department", "visits_drawn", "days_per_visit"])  # fmt: skip
    staff = pd.DataFrame([(d, 1, 10.0) for d in "abc"], columns=["department", "inspectors", "days_per_inspector"])
    load = workload(strata, staff, found).set_index("department")
    assert load["utilisation"].tolist() == [1.0, 0.1, 0.2]
    assert load["out_of_plan_visits"].tolist() == [3, 1, 0]
    assert load["out_of_plan_days"].tolist() == [3.5, 1.5, 0]
    assert load["utilisation_in_all"].tolist() == pytest.approx([1.35, 0.25, 0.2])
    assert workload(strata, staff)["out_of_plan_days"].tolist() == [0, 0, 0]


def test_a_county_counts_its_own_and_none_of_it_enters_the_draw(county_run):
    inspections = county_run.records["inspections"].execute()
    load = county_run.workload
    assert load["out_of_plan_visits"].sum() > 0
    assert load["out_of_plan_visits"].sum() < len(inspections)
    assert (load["visits"].sum()) == county_run.draw["visits"].sum()
