"""The register of posts: the office, leaders and liaisons."""

from datetime import date

import pytest
from as_the_office import ON, PLAN, standing

from credit_score.pilot.office import office_table, post_items


def post(n, unit, role, since=date(2023, 3, 20), until=None):
    return (f"P{n}", unit, role, since, until)


STAFF = [post(n, "leading_office", "staff") for n in range(3)]
HELD = [
    post(10, "tax", "leader"), post(11, "tax", "liaison"), post(12, "health", "leader"),
    post(13, "fire", "liaison", until=ON), post(14, "court", "leader", since=date(2023, 7, 1)),
]  # fmt: skip


@pytest.fixture(scope="module")
def table():
    return office_table(standing(posts=[*STAFF, *HELD]), PLAN.office).set_index("unit")


@pytest.mark.parametrize(
    ("unit", "counts", "missing"),
    [
        ("tax", (1, 1, 0), ""),
        ("health", (1, 0, 0), "liaison (1)"),
        ("fire", (0, 0, 0), "leader (1), liaison (1)"),  # the post ended on the day
        ("court", (0, 0, 0), "leader (1), liaison (1)"),  # it has not begun yet
        ("leading_office", (0, 0, 3), "office staff (2)"),
    ],
)
def test_who_lacks_what_on_the_day_worked_by_hand(table, unit, counts, missing):
    row = table.loc[unit]
    assert (row["leaders"], row["liaisons"], row["staff"]) == counts
    assert row["missing_en"] == missing


def test_of_the_group_of_all_members_nobody_is_asked(table):
    assert "leading_members" not in table.index
    assert list(table.index[table["is_office"]]) == ["leading_office"]


def test_it_is_said_in_chinese_too(table):
    assert table.loc["fire", "missing_zh"] == "分管领导1名、联络员1名"


def test_an_office_of_five_lacks_nobody():
    posts = [post(n, "leading_office", "staff") for n in range(5)]
    assert office_table(standing(posts=posts), PLAN.office).set_index("unit").loc["leading_office", "missing_en"] == ""


def test_without_a_register_it_is_not_measurable_and_never_zero():
    where = standing()
    table = office_table(where, PLAN.office)
    assert table[["leaders", "liaisons", "staff"]].isna().all(axis=None)
    assert set(table["missing_en"]) == {"not measurable: needs the register of posts"}
    assert post_items(where, PLAN.office) == []


def test_each_unit_that_lacks_somebody_has_an_item_without_a_due_day():
    items = {item.unit: item for item in post_items(standing(posts=[*STAFF, *HELD]), PLAN.office)}
    assert "tax" not in items
    assert items["health"].asked["en"] == "Missing: liaison (1); name them"
    assert {item.state for item in items.values()} == {"open"}
    assert {item.due_on for item in items.values()} == {None}
