"""What units owe by the clocks of records and by the catalogue of resources."""

from datetime import date

import pandas as pd
import pytest
from as_the_office import ON, PLAN, standing

from credit_score.pilot.duty_items import clock_items, quality_items, resource_items

PENALTY = "compliance.penalty_general"


def record(n, decided, reported, unit="ecology"):
    return (f"R{n}", "enterprise", f"f{n}", PENALTY, "行政管理信息", unit, decided, reported)


def decision(n, decided, unit="ecology"):
    return (f"R{n}", unit, PENALTY, decided)


def test_decisions_that_are_not_reported_are_counted_by_unit_late_and_running_apart():
    # Seven working days from 1 June are over on 12 June; from 5 June, on 14 June; from 26 June, on 5 July.
    where = standing(
        ON,
        credit_records=[record(1, date(2023, 6, 1), date(2023, 6, 2))],
        decisions=[decision(n, date(2023, 6, day)) for n, day in enumerate((1, 1, 5, 26))],
    )
    found = {item.item: item for item in clock_items(where, PLAN.office)}
    late, running = found["publicity.seven_days:late"], found["publicity.seven_days:soon"]
    assert (late.unit, late.state, late.due_on, late.task) == ("ecology", "late", date(2023, 6, 12), 4)
    assert late.asked["en"].startswith("2 overdue")
    assert late.asked["zh"] == "2件已超期，请立即办理；最早一件应于2023-06-12办结"
    assert (running.due_on, running.rule) == (date(2023, 7, 5), "clocks:publicity.seven_days")
    assert running.asked["en"].startswith("1 running")


def test_a_record_that_came_after_the_day_is_open_on_it_and_stands_once_beside_its_decision():
    days = date(2023, 6, 1), date(2023, 7, 15)
    where = standing(ON, credit_records=[record(1, *days)], decisions=[decision(1, days[0])])
    assert [i.asked["en"][:9] for i in clock_items(where, PLAN.office)] == ["1 overdue"]


def test_what_was_reported_leaves_nothing_to_do():
    where = standing(ON, credit_records=[record(1, date(2023, 6, 1), date(2023, 6, 29))])
    assert clock_items(where, PLAN.office) == []


def test_beyond_the_calendar_nothing_can_be_said_of_clocks():
    where = standing(date(2031, 1, 1), credit_records=[record(1, date(2023, 6, 1), date(2031, 2, 2))])
    assert clock_items(where, PLAN.office) == []


def test_a_resource_is_late_from_the_last_day_of_the_first_period_in_which_nothing_came():
    rows = [("R1", "enterprise", "f", "resource.water", "行政管理信息", "runyang", date(2023, 4, 3), date(2023, 4, 3))]
    items = {(i.unit, i.item): i for i in resource_items(standing(ON, credit_records=rows), PLAN.office)}
    water = items["runyang", "water"]
    assert (water.state, water.due_on, water.task) == ("late", date(2023, 5, 31), 5)
    assert water.asked["en"] == "Nothing was sent in 2 of 3 periods; send it. The first was due on 2023-05-31"
    assert (water.rule, water.basis) == ("resources:resources:water", "assumption")


def test_what_was_late_or_wrong_is_told_to_the_unit_and_what_was_not_is_passed_over():
    rows = [
        ("ecology", "2023-05", "late", "publicity.seven_days", 2, 9, ""),
        ("ecology", "2023-05", "wrong", "", 1, 40, ""),
        ("fire", "2023-05", "late", "publicity.seven_days", 0, 5, ""),
        ("fire", "2023-05", "missing", "publicity.seven_days", 3, 5, ""),
        ("unknown", "unknown", "wrong", "", 7, 50, ""),
    ]
    quality = pd.DataFrame(rows, columns=["unit", "month", "measure", "clock", "n", "of", "needs"])
    quality = quality.astype({"n": "Int64", "of": "Int64"})
    items = list(quality_items(standing(ON, quality=quality), PLAN))
    assert [(i.unit, i.item, i.state) for i in items] == [
        ("ecology", "late:publicity.seven_days", "open"), ("ecology", "wrong:", "open"),
    ]  # fmt: skip
    assert items[0].asked["en"] == "2 of 9 decisions were reported late; report in time"
    assert {i.rule for i in items} == {"pilot:tasks:task_04"}


@pytest.mark.parametrize("items", [clock_items, lambda w, o: list(resource_items(w, o))])
def test_a_policy_without_clocks_and_resources_asks_nothing_by_them(items):
    where = standing(ON)
    where.rules = type("Rules", (), {"model": where.rules.model.model_copy(update={"clocks": None, "resources": None})})
    assert items(where, PLAN.office) == []
