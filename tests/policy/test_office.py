"""The office of the pilot: what the bundled policy says, and what the schema refuses."""

import pytest

from credit_score.errors import PolicyError
from credit_score.policy import load_policy, rule_table

POLICY = load_policy("gaoyang")
BLOCK = "office:\n  id: office\n"


def test_the_plan_asks_for_five_people_and_for_a_leader_and_a_liaison_of_each_unit():
    table = rule_table(POLICY.at("2023-06-30"))
    own = table[table["rule"] == "pilot:office"].set_index("field")
    assert own["value"].to_dict() == {"unit": "leading_office", "staff": 5, "leaders": 1, "liaisons": 1, "soon": 30}
    assert own["basis"].to_dict() == dict.fromkeys(("unit", "staff", "leaders", "liaisons"), "plan") | {
        "soon": "assumption"
    }


def test_the_three_theme_days_are_those_of_task_17():
    days = POLICY.model.pilot.office.theme_days
    words = next(task.words for task in POLICY.model.pilot.tasks if task.number == 17)
    assert days == {"theme_0315": "03-15", "theme_0614": "06-14", "theme_1204": "12-04"}
    for month, day in (text.split("-") for text in days.values()):
        assert f"“{int(month)}·{int(day)}”" in words


def test_each_source_of_items_names_a_task_of_the_plan():
    numbers = {task.number for task in POLICY.model.pilot.tasks}
    named = POLICY.model.pilot.office.item_tasks
    assert named == {"case": 16, "resource": 5, "publicity": 4, "withdrawal": 4, "dispute": 6}
    assert set(named.values()) <= numbers


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("theme_0315: 03-15", "theme_0315: 02-30", "'02-30' is no day of a year; write it as 03-15"),
        ("theme_0315: 03-15", "carnival: 03-15", "unknown activity 'carnival'"),
        ("exempt: [leading_office", "exempt: [crown", "unknown unit 'crown'"),
        ("unit: {2023-03-15: {value: leading_office", "unit: {2023-03-15: {value: crown", "unknown unit 'crown'"),
        ("item_tasks: {case: 16", "item_tasks: {case: 0", "greater than or equal to 1"),
        ("item_tasks: {case: 16", "item_tasks: {gossip: 16", "not 'gossip'"),
        ("soon: {2023-03-15: {value: 30", "soon: {2023-03-15: {value: 0", "0 calendar days"),
    ],
)
def test_what_an_office_cannot_say_is_refused_with_its_place(edited, old, new, told):
    with pytest.raises(PolicyError) as caught:
        load_policy(edited("pilot.yaml", old, new))
    assert told in str(caught.value)
    assert "pilot.yaml, line " in str(caught.value)


def test_a_plan_without_an_office_is_one(altered_policy):
    policy = load_policy(altered_policy(pilot=lambda data: data.pop("office")))
    assert policy.model.pilot.office is None
