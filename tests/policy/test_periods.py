from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from credit_score.policy.periods import months_later, reached

days = st.dates(date(2022, 1, 1), date(2027, 12, 31))
versions = st.lists(st.tuples(days, st.none() | st.integers(0, 24)), min_size=1, max_size=4, unique_by=lambda v: v[0])


@given(days, st.integers(0, 60))
def test_months_are_added_as_calendars_add_them(day, months):
    assert months_later(day, months) == day + relativedelta(months=months)


def test_a_period_ends_by_the_first_version_under_which_it_is_over():
    rules = [(date(2023, 5, 1), 36), (date(2026, 4, 1), 3)]
    assert reached(date(2023, 6, 10), rules) == date(2026, 4, 1)
    assert reached(date(2023, 3, 20), rules) == date(2026, 3, 20)
    assert reached(date(2026, 1, 10), rules) == date(2026, 4, 10)
    assert reached(date(2020, 1, 1), rules) == date(2023, 5, 1)
    assert reached(date(2026, 1, 10), rules[:1]) == date(2029, 1, 10)
    assert reached(date(2026, 1, 10), [*rules, (date(2026, 4, 5), None)]) is None


@given(days, versions)
def test_the_day_is_the_one_found_by_asking_day_after_day(start, versions):
    ordered = sorted(versions)

    def over(day):
        months = next((m for begins, m in reversed(ordered) if begins <= day), None)
        return months is not None and start + relativedelta(months=months) <= day

    asked = (start + timedelta(n) for n in range(365 * 8))
    assert reached(start, ordered) == next((day for day in asked if over(day)), None)
