import ibis
import pandas as pd
import pytest

from credit_score.errors import RecordsError
from credit_score.inspection import burden, draw_visits, with_drawn, workload


def strata(*rows):
    return pd.DataFrame(rows, columns=["department", "visits_drawn", "days_per_visit"])


def staff(*rows):
    return pd.DataFrame(rows, columns=["department", "inspectors", "days_per_inspector"])


def test_workload_is_visits_times_days_against_inspectors_times_their_days():
    load = workload(strata(("a", 10, 1.5), ("a", 20, 1.5), ("b", 8, 2.0)), staff(("a", 3, 10.0), ("b", 2, 16.0)))
    assert load["department"].tolist() == ["a", "b"]
    assert load["visits"].tolist() == [30, 8]
    assert load["days"].tolist() == [45, 16]
    assert load["capacity_days"].tolist() == [30, 32]
    assert load["utilisation"].tolist() == [1.5, 0.5]


@pytest.mark.parametrize("known", [[], [("a", 2, 0.0)]])
def test_a_department_with_visits_and_no_inspection_days_is_refused(known):
    with pytest.raises(RecordsError, match=r"department a has visits to make and no inspectors.*add a row for it"):
        workload(strata(("a", 1, 1.0)), staff(*known))


def test_a_department_with_nothing_to_do_needs_no_inspectors():
    load = workload(strata(("a", 0, 1.0), ("b", 1, 1.0)), staff(("b", 1, 10.0)))
    assert load["capacity_days"].tolist() == [0, 10]
    assert load["utilisation"].tolist() == [0, 0.1]


def test_each_firm_bears_the_visits_of_its_stratum_over_its_firms(framed):
    frame = framed([("a", "f", 0), ("a", "g", 0), ("a", "h", 1), ("b", "f", 0)]).execute()
    columns = ["department", "tier_code", "duty", "firms", "visits_drawn"]
    schedule = pd.DataFrame([("a", 0, "", 2, 1), ("a", 1, "", 1, 3), ("b", 0, "", 1, 2)], columns=columns)
    found = burden(ibis.memtable(frame.assign(sector=["x", "x", "y", "x"])), schedule, "sector")
    # f: 1/2 + 2/1; g: 1/2; h: 3/1
    assert found.to_numpy().tolist() == [["x", 2, 3.0, 1.5], ["y", 1, 3.0, 3.0]]


@pytest.mark.parametrize("cap", [1, 2, 3, 9])
def test_the_burden_sums_to_the_visits_drawn(framed, quotas, cap):
    frame = framed([(d, f"f{i}", i % 4) for i in range(80) for d in ("a", "b", "c")[: 1 + i % 3]])
    firms = frame.execute().groupby(["department", "tier_code"]).size()
    schedule = quotas([(d, code, 6) for d, code in firms.index]).assign(firms=firms.to_numpy())
    schedule = with_drawn(schedule, draw_visits(frame, schedule, cap=cap, seed=3))
    found = burden(frame, schedule, "tier")
    assert found["visits"].sum() == pytest.approx(schedule["visits_drawn"].sum())
    assert found["firms"].sum() == 80


def test_the_burden_of_a_county_sums_to_its_visits_and_names_every_firm_once(county_run):
    for by in ("sector", "size", "tier"):
        found = county_run.burden(by)
        assert found["visits"].sum() == pytest.approx(county_run.schedule["visits_drawn"].sum())
        assert found["firms"].sum() == county_run.tier_shares["firms"].sum()
