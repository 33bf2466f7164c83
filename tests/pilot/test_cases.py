"""The register of government cases."""

from datetime import date

from as_the_office import PLAN, standing

from credit_score.pilot.cases import case_counts, case_items, case_table

ON = date(2023, 6, 30)
CASES = [
    ("open", "甲局", "arrears", "housing", date(2023, 6, 1), date(2023, 7, 4), None),
    ("today", "甲局", "arrears", "housing", date(2023, 6, 1), ON, None),
    ("overdue", "乙镇人民政府", "arrears", "town_government", date(2023, 1, 1), date(2023, 5, 31), None),
    ("older", "乙镇人民政府", "court_listed", "court", date(2023, 1, 1), date(2023, 4, 30), None),
    ("in_time", "丙局", "promise_broken", "housing", date(2023, 1, 1), date(2023, 3, 1), date(2023, 3, 1)),
    ("a_day_late", "丙局", "promise_broken", "housing", date(2023, 1, 1), date(2023, 3, 1), date(2023, 3, 2)),
    ("closed_later", "丁局", "arrears", "tax", date(2023, 6, 1), date(2023, 7, 1), date(2023, 7, 1)),
    ("found_later", "丁局", "arrears", "tax", date(2023, 7, 1), date(2023, 8, 1), None),
]  # fmt: skip


def register():
    return case_table(standing(ON, government_cases=CASES), PLAN)


def test_a_register_worked_by_hand_has_overdue_cases_first_and_the_most_overdue_on_top():
    rows = register()[["case_id", "state", "days_late", "days_left"]].astype(object)
    assert rows.where(rows.notna(), None).to_numpy().tolist() == [
        ["older", "overdue", 61, None],
        ["overdue", "overdue", 30, None],
        ["today", "open", None, 0],
        ["closed_later", "open", None, 1],
        ["open", "open", None, 4],
        ["a_day_late", "closed_late", 1, None],
        ["in_time", "closed", None, None],
    ]


def test_a_case_closed_after_the_day_has_no_closing_day_on_it():
    table = register().set_index("case_id")
    assert table.loc["closed_later", "closed_on"] is None
    assert table.loc["in_time", "closed_on"] == date(2023, 3, 1)


def test_cases_are_counted_by_kind_and_unit_and_each_once():
    counts = case_counts(register())
    housing = counts[(counts["unit"] == "housing") & (counts["case_kind"] == "promise_broken")].iloc[0]
    assert (housing["closed"], housing["closed_late"], housing["open"], housing["n"]) == (1, 1, 0, 2)
    assert housing["kind_en"] == "Promise or contract not kept"
    assert counts["n"].sum() == 7
    assert (counts[["overdue", "open", "closed_late", "closed"]].sum(axis=1) == counts["n"]).all()


def test_an_open_case_is_an_item_of_its_unit_and_a_closed_one_is_none():
    items = case_items({"government_cases": register()}, standing(ON), PLAN)
    assert [(i.item, i.unit, i.state, i.task) for i in items] == [
        ("older", "court", "late", 16), ("overdue", "town_government", "late", 16), ("today", "housing", "soon", 16),
        ("closed_later", "tax", "soon", 16), ("open", "housing", "soon", 16),
    ]  # fmt: skip
    assert {i.basis for i in items} == {"plan"}
    assert {i.reference for i in items} == {"实施方案任务16责任单位 / plan, task 16: units responsible"}


def test_an_empty_register_has_no_counts():
    table = case_table(standing(ON, government_cases=()), PLAN)
    assert len(table) == 0
    assert len(case_counts(table)) == 0
