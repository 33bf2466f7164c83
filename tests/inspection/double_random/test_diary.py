from collections import defaultdict
from datetime import date

import numpy as np
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from credit_score.errors import RecordsError
from credit_score.inspection.double_random import (
    Inspector,
    Visit,
    appointments,
    as_icalendar,
    diary_table,
    drawn_pairs,
    merged_calls,
    save_excel,
)
from credit_score.records.duties.calendar import working_calendar

CHINA = working_calendar("cn")
FIRST, LAST = date(2023, 9, 25), date(2023, 10, 20)  # the autumn holidays, with their make-up days, are in it
STAFF = [Inspector(f"{d}-{i}", d) for d in ("fire", "health") for i in range(3)]


def visit(i, department="fire", *, begins=FIRST, ends=LAST, days=1.0):
    return Visit(department, f"91{i:04d}", 1, begins, ends, days)


def made(visits, staff=STAFF, seed="s", calendar=CHINA):
    pairs = drawn_pairs(visits, staff, seed=seed)
    return appointments(merged_calls(visits), pairs, staff, calendar, seed=seed), pairs


@given(st.integers(0, 10**6))
@settings(deadline=None, max_examples=20)
def test_every_visit_has_a_working_day_in_its_window_and_nobody_more_than_a_day_of_work(seed):
    random = np.random.default_rng(seed)
    visits = [visit(i, d, days=float(random.choice([0.5, 1, 2]))) for i in range(12) for d in ("fire", "health")]
    kept, pairs = made(visits, seed=str(seed))
    assert sorted(v.name for a in kept for v in a.call.visits) == sorted(v.name for v in visits)
    work = defaultdict(float)
    for a in kept:
        assert FIRST <= a.day <= LAST
        assert np.datetime64(a.day) in CHINA.working
        for v in a.call.visits:
            for inspector in pairs[v]:
                work[inspector, a.day] += v.days / 2
    assert max(work.values()) <= 1 + 1e-9


def test_departments_that_come_together_come_on_one_day():
    kept, pairs = made([visit(1), visit(1, "health")])
    assert len(kept) == 1
    table = diary_table(kept, pairs)
    assert table["day"].nunique() == 1
    assert table["together_with"].tolist() == ["health", "fire"]


def test_a_make_up_day_is_worked_and_a_holiday_is_not():
    days = {a.day for a in made([visit(i) for i in range(30)], [Inspector(str(i), "fire") for i in range(2)])[0]}
    assert date(2023, 10, 7) in days  # a Saturday that was worked
    assert date(2023, 10, 2) not in days


def test_nobody_is_called_on_leave():
    away = ((FIRST, date(2023, 10, 15)),)
    staff = [Inspector("1", "fire", leave=away), Inspector("2", "fire")]
    kept, _ = made([visit(i) for i in range(6)], staff)
    assert min(a.day for a in kept) >= date(2023, 10, 16)


@pytest.mark.parametrize(("visits", "told"), [
    ([visit(0, days=3.0)], "a visit of 1.5 days for each inspector"),
    ([visit(i, begins=FIRST, ends=FIRST, days=2.0) for i in range(2)], "none of 1 working days"),
    ([visit(0, begins=date(2023, 10, 1), ends=date(2023, 10, 3))], "none of 0 working days"),
    ([visit(0, begins=date(2099, 1, 1), ends=date(2099, 1, 3))], "no data for the days"),
])  # fmt: skip
def test_a_call_that_no_day_has_room_for_is_refused(visits, told):
    with pytest.raises(RecordsError, match=told):
        made(visits, [Inspector("1", "fire"), Inspector("2", "fire")])


def test_a_diary_is_read_back_from_excel_and_icalendar(tmp_path):
    kept, pairs = made([visit(i, d) for i in range(4) for d in ("fire", "health")])
    table = diary_table(kept, pairs)
    save_excel(table, tmp_path / "diary.xlsx")
    book = openpyxl.load_workbook(tmp_path / "diary.xlsx")
    assert book.sheetnames == ["fire", "health"]
    assert [c.value for c in book["fire"][1]] == list(table.columns)
    assert sum(sheet.max_row - 1 for sheet in book.worksheets) == len(table)
    told = as_icalendar(table, summary="检查 {subject}", stamped=FIRST, of="ab" * 32, revision=1)
    events = Calendar.from_ical(told).walk("VEVENT")
    assert sorted(str(e["summary"]) for e in events) == sorted("检查 " + table["subject"])
    assert {e["dtstart"].dt for e in events} == set(table["day"])
    assert as_icalendar(table, summary="检查 {subject}", stamped=FIRST, of="ab" * 32, revision=1) == told


def test_a_call_that_no_day_suits_all_of_is_made_apart():
    middle = date(2023, 10, 8)
    early = [Inspector(f"fire-{i}", "fire", leave=((middle, LAST),)) for i in range(2)]
    late = [Inspector(f"health-{i}", "health", leave=((FIRST, middle),)) for i in range(2)]
    kept, _ = made([visit(1), visit(1, "health")], early + late)
    assert [len(a.call.visits) for a in kept] == [1, 1]
    assert kept[0].day < middle < kept[1].day


def test_events_of_a_calendar_keep_their_name_when_a_visit_moves(tmp_path):
    kept, pairs = made([visit(1), visit(2)])
    table = diary_table(kept, pairs)
    moved = table.assign(day=[LAST, *table["day"][1:]])
    made_of = [(table, "ab", 1), (moved, "ab", 2), (table, "cd", 1)]
    files = [
        Calendar.from_ical(as_icalendar(t, summary="{subject}", stamped=FIRST, of=of, revision=n))
        for t, of, n in made_of
    ]
    names = [sorted(str(e["uid"]) for e in file.walk("VEVENT")) for file in files]
    assert names[0] == names[1]
    assert len(set(names[0])) == 2
    assert not set(names[0]) & set(names[2])  # of another list, as next year's
    assert [{e["sequence"] for e in file.walk("VEVENT")} for file in files] == [{1}, {2}, {1}]
    stamp = files[0].walk("VEVENT")[0]["dtstamp"]
    assert stamp.to_ical() == b"20230925T000000Z"  # RFC 5545: a date with a time, in UTC


def test_departments_of_one_beginning_have_sheets_of_their_own(tmp_path):
    kept, pairs = made([visit(1)])
    table = diary_table(kept, pairs)
    names = ["department of the inspection of " + last for last in ("food", "fire")]
    import pandas as pd

    save_excel(pd.concat([table.assign(department=n) for n in names]), tmp_path / "v.xlsx")
    sheets = openpyxl.load_workbook(tmp_path / "v.xlsx").sheetnames
    assert len(sheets) == 2
    assert all(len(name) <= 31 for name in sheets)
