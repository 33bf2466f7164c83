"""The pilot's days as a table and as iCalendar."""

from datetime import UTC, date, datetime

import pytest
from as_the_office import ON, PLAN, POLICY, indicator, made, standing, task
from icalendar import Calendar

from credit_score.pilot.calendar import as_icalendar, calendar_table
from credit_score.pilot.cases import case_table

OCTOBER = date(2023, 10, 31)
NAMES = {unit.id: unit.label.en for unit in POLICY.model.policy.units}


def days(due=date(2023, 7, 4)):
    before = made(
        [
            indicator("scenes", ["tax"], task=12, deadline=OCTOBER),
            indicator("more", ["tax"], task=12, deadline=OCTOBER),
            indicator("early", ["tax", "fire"], task=12, deadline=date(2023, 8, 31)),
            indicator("ongoing", ["tax"]),
        ],
        [task(12, ["tax"], deadline=OCTOBER, indicators="scenes;more;early"), task(13, ["tax"])],
    )
    cases = [
        ("G1", "甲局", "arrears", "housing", date(2023, 6, 1), due, None),
        ("G2", "甲局", "arrears", "housing", date(2023, 1, 1), date(2023, 2, 1), date(2023, 2, 1)),
    ]
    where = standing(ON, government_cases=cases)
    return calendar_table({**before, "government_cases": case_table(where, PLAN)}, where.rules, PLAN)


def events(table, lang="en"):
    file = as_icalendar(table, lang, of="gaoyang", stamped=ON, names=NAMES)
    return Calendar.from_ical(file).walk("VEVENT")


def test_the_calendar_read_again_holds_each_phase_deadline_case_and_theme_day_once():
    table = days()
    told = sorted((str(e["summary"]), e["dtstart"].dt, e["dtend"].dt) for e in events(table))
    assert told == sorted([
        ("Phase: Preparation", date(2023, 1, 1), date(2023, 3, 1)),
        ("Phase: Implementation", date(2023, 3, 1), date(2023, 11, 1)),
        ("Phase: Conclusion", date(2023, 11, 1), date(2024, 1, 1)),
        ("Task 12: Work 12 (deadline)", OCTOBER, date(2023, 11, 1)),
        ("Task 12: Indicator early (deadline)", date(2023, 8, 31), date(2023, 9, 1)),
        ("甲局: Arrears to private firms (to be closed)", date(2023, 7, 4), date(2023, 7, 5)),
        ("World Consumer Rights Day, 15 March (theme day)", date(2023, 3, 15), date(2023, 3, 16)),
        ("Credit Record Day, 14 June (theme day)", date(2023, 6, 14), date(2023, 6, 15)),
        ("National Constitution Day, 4 December (theme day)", date(2023, 12, 4), date(2023, 12, 5)),
    ])  # fmt: skip


def test_theme_days_come_every_year_and_nothing_else_does():
    yearly = {str(e["summary"]): "rrule" in e for e in events(days())}
    assert {name for name, again in yearly.items() if again} == {s for s in yearly if s.endswith("(theme day)")}


def test_the_same_run_gives_the_same_bytes_and_a_stamp_that_is_the_day():
    table = days()
    first, again = (as_icalendar(table, "zh", of="gaoyang", stamped=ON, names=NAMES) for _ in range(2))
    assert first == again
    assert {e["dtstamp"].dt for e in events(table)} == {datetime(2023, 6, 30, tzinfo=UTC)}


def test_an_event_keeps_its_name_when_its_day_moves_and_another_policys_is_another():
    one, moved = ({str(e["uid"]) for e in events(days(due))} for due in (date(2023, 7, 4), date(2023, 9, 9)))
    assert one == moved
    assert len(one) == 9
    other = as_icalendar(days(), "en", of="harbour", stamped=ON, names=NAMES)
    assert not one & {str(e["uid"]) for e in Calendar.from_ical(other).walk("VEVENT")}


@pytest.mark.parametrize(
    ("lang", "summary"), [("zh", "任务12　任务12（完成时限）"), ("en", "Task 12: Work 12 (deadline)")]
)
def test_it_speaks_both_languages(lang, summary):
    assert summary in {str(e["summary"]) for e in events(days(), lang)}


def test_a_deadline_names_the_units_responsible():
    told = next(e for e in events(days()) if "early" in str(e["summary"]))
    assert str(told["description"]) == "Tax, Fire brigade"
    assert str(told["transp"]) == "TRANSPARENT"


def test_days_stand_in_their_order():
    table = days()
    assert list(table["first_day"]) == sorted(table["first_day"])
    assert table["key"].is_unique
