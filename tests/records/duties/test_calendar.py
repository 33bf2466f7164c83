from datetime import date, timedelta

import chinese_calendar
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_score.errors import RecordsError
from credit_score.records.duties.calendar import working_calendar

CN, WEEKDAYS = working_calendar("cn"), working_calendar("weekdays")
KNOWN = st.dates(CN.first, CN.last)


def between(calendar, first, last):
    return int(calendar.working_days_between(first, last))


def added(calendar, first, n):
    return calendar.add_working_days(first, n).item()


def test_the_weekend_after_the_spring_festival_of_2023_was_worked():
    # 19 and 20 January; the festival, 21–27; Saturday 28 and Sunday 29 made up for it; 30, 31 and 1 February.
    assert between(CN, date(2023, 1, 18), date(2023, 1, 29)) == 4
    assert between(CN, date(2023, 1, 27), date(2023, 1, 29)) == 2
    assert added(CN, date(2023, 1, 18), 7) == date(2023, 2, 1)
    assert added(WEEKDAYS, date(2023, 1, 18), 7) == date(2023, 1, 27)


def test_the_weekend_after_the_national_day_of_2023_was_worked():
    # 29 September to 6 October were free; Saturday 7 and Sunday 8 October were worked.
    assert between(CN, date(2023, 9, 28), date(2023, 10, 6)) == 0
    assert between(CN, date(2023, 9, 28), date(2023, 10, 8)) == 2
    assert added(CN, date(2023, 9, 28), 7) == date(2023, 10, 13)


def test_the_day_after_the_first_is_day_one():
    monday = date(2023, 5, 15)
    assert added(CN, monday, 0) == monday
    assert added(CN, monday, 1) == monday + timedelta(1)
    assert between(CN, monday, monday) == 0


def test_arrays_are_answered_as_one():
    first = np.array(["2023-01-18", "2023-09-28"], dtype="datetime64[D]")
    assert CN.add_working_days(first, 7).tolist() == [date(2023, 2, 1), date(2023, 10, 13)]
    assert CN.add_working_days(first[:1], [0, 7]).tolist() == [date(2023, 1, 18), date(2023, 2, 1)]
    assert CN.working_days_between(first, CN.add_working_days(first, [7, 20])).tolist() == [7, 20]
    assert CN.working_days_between([], []).tolist() == []


@given(KNOWN, st.integers(0, 90))
def test_days_counted_one_by_one_are_the_same(first, n):
    last = min(first + timedelta(n), CN.last)
    days = (first + timedelta(i) for i in range(1, (last - first).days + 1))
    assert between(CN, first, last) == sum(map(chinese_calendar.is_workday, days))
    assert between(CN, last, first) == -between(CN, first, last)


@given(st.sampled_from([CN, WEEKDAYS]), st.dates(CN.first, CN.last - timedelta(200)), st.integers(1, 100))
def test_a_period_that_is_added_is_counted_again_and_ends_on_a_working_day(calendar, first, n):
    last = added(calendar, first, n)
    assert between(calendar, first, last) == n
    assert between(calendar, last - timedelta(1), last) == 1


@given(st.dates(date(1950, 1, 1), date(2150, 1, 1)), st.integers(0, 400))
def test_weekdays_are_those_of_numpy(first, n):
    last = first + timedelta(n)
    day = timedelta(1)
    assert between(WEEKDAYS, first, last) == np.busday_count(first + day, last + day)


def test_the_range_is_that_of_the_library():
    years = [day.year for day in chinese_calendar.holidays]
    assert (CN.first, CN.last) == (date(min(years), 1, 1), date(max(years), 12, 31))


@pytest.mark.parametrize("day", [date(2003, 12, 31), date(CN.last.year + 1, 1, 1)])
def test_a_day_beyond_the_data_is_refused_with_the_remedy(day):
    with pytest.raises(RecordsError, match=f"'cn', 2004-01-01 to {CN.last}: .* {day}; update chinesecalendar"):
        CN.working_days_between(date(2023, 5, 15), [day, date(2023, 5, 16)])


def test_a_period_that_ends_beyond_the_data_is_refused_and_names_the_first_days():
    days = [CN.last - timedelta(i) for i in range(7)]
    with pytest.raises(RecordsError, match=rf"{days[-1]}, .* and 2 more; update chinesecalendar"):
        CN.add_working_days(days, 20)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: CN.working_days_between(None, date(2023, 5, 15)), "NaT"),
        (lambda: CN.add_working_days(date(2023, 5, 15), -1), "a period of -1 working days"),
        (lambda: WEEKDAYS.working_days_between(date(1899, 12, 31), date(2000, 1, 1)), "outside 1900–2199"),
        (lambda: working_calendar("us"), "no calendar 'us'; state cn or weekdays"),
    ],
)
def test_what_is_no_day_no_period_or_no_calendar_is_refused(call, told):
    with pytest.raises(RecordsError, match=told):
        call()


def test_the_tables_for_joins_say_the_same():
    days = {row["day"]: row["working_number"] for row in CN.day_table().to_pyarrow().to_pylist()}
    due = {row["due_number"]: row["due_on"] for row in CN.due_table().to_pyarrow().to_pylist()}
    assert len(days) == (CN.last - CN.first).days + 1
    assert days[CN.last] == len(due)
    assert days[date(2023, 2, 1)] - days[date(2023, 1, 18)] == 7
    assert due[days[date(2023, 1, 18)] + 7] == date(2023, 2, 1)
