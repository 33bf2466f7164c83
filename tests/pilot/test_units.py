"""Sheets by unit and the league of gaps."""

from datetime import date, timedelta

import pytest
from as_the_office import ON, indicator, made, sheet, standing, task, without_duties
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_score.pilot.items import STATES, state_on
from credit_score.pilot.units import share_to_go, unit_tables

PLAIN = without_duties()
UNITS = ["tax", "court", "health", "fire"]
NOBODY = ()


def tables(indicators=(), tasks=(), on=ON, **registers):
    return unit_tables(standing(on, PLAIN, **registers), made(indicators, tasks))


def case(name, unit, due, closed=None, found=date(2023, 1, 1)):
    return (name, "某局", "arrears", unit, found, due, closed)


@pytest.mark.parametrize(
    ("due", "state"),
    [
        (date(2023, 6, 29), "late"), (date(2023, 6, 30), "soon"), (date(2023, 7, 30), "soon"),
        (date(2023, 7, 31), "open"), (None, "open"),
    ],
)  # fmt: skip
def test_what_is_due_within_thirty_days_is_soon_and_after_its_day_late(due, state):
    assert state_on(due, ON, soon=30) == state


def test_a_sheet_worked_by_hand_has_the_most_overdue_on_top_then_what_is_soon_due_then_the_rest():
    found = tables(
        [
            indicator("met", ["tax"], "green", gap=0),
            indicator("no_table", ["tax"], "grey"),
            indicator("ongoing", ["tax"]),
            indicator("missed", ["tax"], "red", deadline=date(2023, 6, 20)),
        ],
        [task(9, ["tax"]), task(11, ["tax"], indicators="met")],
        government_cases=[
            case("old", "tax", date(2023, 5, 1)), case("new", "tax", date(2023, 7, 10)),
            case("done", "tax", date(2023, 5, 1), date(2023, 5, 2)),
        ],
    )  # fmt: skip
    rows = sheet(found["unit_items"], "tax")
    assert [(r["item"], r["state"]) for r in rows] == [
        ("old", "late"), ("missed", "late"), ("new", "soon"), ("task_09", "open"), ("ongoing", "open"),
        ("no_table", "unmeasured"), ("met", "met"),
    ]  # fmt: skip
    assert [rows[i]["days_late"] for i in (0, 1)] == [60, 10]
    assert (rows[2]["days_left"], rows[0]["task"], rows[1]["task"]) == (10, 16, 11)
    assert rows[5]["asked_en"] == "needs a table"
    assert rows[1]["rule"] == "pilot:indicators:missed"
    assert rows[0]["asked_en"] == "Found on 2023-01-01; to be closed by 2023-05-01"


def test_an_indicator_that_was_missed_with_the_last_phase_is_late_from_its_last_day():
    found = tables([indicator("missed", ["tax"], "red")], on=date(2024, 1, 10))
    row = sheet(found["unit_items"], "tax")[0]
    assert (row["state"], row["due_on"], row["days_late"]) == ("late", date(2023, 12, 31), 10)


def test_a_task_without_a_number_is_never_late_since_nobody_can_tell():
    found = tables(tasks=[task(6, ["tax"], deadline=date(2023, 6, 1)), task(9, ["tax"], deadline=date(2023, 7, 1))])
    assert [r["state"] for r in sheet(found["unit_items"], "tax")] == ["soon", "unmeasured"]


@st.composite
def boards(draw):
    """Indicators of some units with lights and deadlines, and cases."""
    days = st.one_of(st.none(), st.dates(date(2023, 3, 15), date(2023, 12, 31)))
    lights = st.sampled_from(["red", "amber", "green", "grey"])
    own = st.lists(st.sampled_from(UNITS), min_size=1, max_size=4, unique=True)
    listed = draw(st.lists(st.tuples(own, lights, days), min_size=1, max_size=6))
    indicators = [indicator(f"i{n}", u, light, deadline=day) for n, (u, light, day) in enumerate(listed)]
    due = draw(st.lists(st.tuples(st.sampled_from(UNITS), st.integers(-200, 200)), max_size=5))
    cases = [case(f"c{n}", unit, ON + timedelta(days)) for n, (unit, days) in enumerate(due)]
    return indicators, cases


@settings(max_examples=25)
@given(boards())
def test_every_late_item_stands_before_every_one_that_is_not_and_a_sheet_holds_the_units_indicators(board):
    indicators, cases = board
    items = tables(indicators, government_cases=cases)["unit_items"]
    for unit in UNITS:
        rows = sheet(items, unit)
        places = [STATES.index(r["state"]) for r in rows]
        assert places == sorted(places)
        late = [r["days_late"] for r in rows if r["state"] == "late"]
        assert late == sorted(late, reverse=True)
        own = {i["indicator"] for i in indicators if unit in i["units"].split(";")}
        assert sorted(r["item"] for r in rows if r["kind"] == "indicator") == sorted(own)
        assert {r["item"] for r in rows if r["kind"] == "case"} == {c[0] for c in cases if c[3] == unit}


def test_a_league_worked_by_hand():
    found = tables(
        [
            indicator("shared", ["court", "tax"], "red", deadline=date(2023, 6, 1), gap=3, numerator=1),
            indicator("own", ["tax"], "amber", gap=2, numerator=8),
            indicator("met", ["fire", "tax"], "green", gap=0, numerator=10),
        ],
        government_cases=[case("a", "health", date(2023, 6, 1)), case("b", "health", date(2023, 6, 25))],
    )
    league = found["league"].set_index("unit")
    assert list(league.index[:2]) == ["health", "market_supervision"]  # then the policy's order: none is late alone
    tax, health = league.loc["tax"], league.loc["health"]
    assert (health["late"], health["late_shared"], health["days_late"]) == (2, 0, 29)
    assert (tax["late"], tax["late_shared"], tax["shared"]) == (0, 1, 2)
    assert (tax["red"], tax["amber"], tax["green"], tax["grey"]) == (1, 1, 1, 0)
    assert (tax["gap_indicator"], tax["gap_share"], tax["gap_en"]) == ("shared", 0.75, "more to come")
    assert (league.loc["fire", "gap_indicator"], league.loc["court", "gap_share"]) == ("", 0.75)
    assert len(league) == len(PLAIN.at(ON).about.units)


def test_what_only_a_group_can_do_places_no_unit():
    late = [indicator(f"i{n}", ["health", "fire"], "red", deadline=date(2023, 6, 1)) for n in range(5)]
    alone = tables(late)["league"]["unit"]
    assert list(alone) == [u.id for u in PLAIN.at(ON).about.units]


@pytest.mark.parametrize(
    ("row", "share"),
    [
        (indicator("i", ["tax"], gap=87, numerator=13), 0.87),
        (indicator("i", ["tax"], gap=5, numerator=0), 1.0),
        (indicator("i", ["tax"], gap=3, numerator=3, comparison="equals", target=0.0, value=3.0), 1.0),
        (indicator("i", ["tax"], gap=2, numerator=8, comparison="at_most", target=6.0, value=8.0), 0.25),
        (indicator("i", ["tax"], "green", gap=0), 0.0),
        (indicator("i", ["tax"], "grey", gap=float("nan")), 0.0),
    ],
)
def test_the_way_still_to_go_is_a_share(row, share):
    assert share_to_go(row) == share


def test_a_policy_without_an_office_has_no_sheets():
    where = standing(ON, PLAIN)
    model = where.rules.model
    where.rules.model = model.model_copy(update={"pilot": model.pilot.model_copy(update={"office": None})})
    assert unit_tables(where, {}) == {}


def test_without_a_register_there_is_no_table_of_cases():
    assert "government_cases" not in tables()
    assert len(tables(government_cases=NOBODY)["government_cases"]) == 0
