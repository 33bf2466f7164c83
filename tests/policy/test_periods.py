from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from credit_score.policy.periods import months_later, over_since, reached

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


def test_a_new_version_moves_no_day_since_when_a_period_is_over_without_a_break():
    rules = [(date(2023, 5, 1), 3), (date(2026, 4, 1), 3)]
    assert over_since(date(2025, 12, 10), rules, date(2026, 4, 15)) == date(2026, 3, 10)
    longer = [*rules[:1], (date(2026, 4, 1), 6)]
    assert over_since(date(2025, 12, 10), longer, date(2026, 3, 31)) == date(2026, 3, 10)
    assert over_since(date(2025, 12, 10), longer, date(2026, 4, 15)) == date(2026, 6, 10)
    repealed = [*rules[:1], (date(2026, 4, 1), None), (date(2026, 5, 1), 3)]
    assert over_since(date(2025, 12, 10), repealed, date(2026, 4, 15)) == date(2026, 5, 1)


@given(days, versions, days)
def test_since_that_day_it_is_over_on_every_day_and_on_none_between_a_day_and_one_to_come(start, versions, on):
    ordered = sorted(versions)

    def over(day):
        months = next((m for begins, m in reversed(ordered) if begins <= day), None)
        return months is not None and start + relativedelta(months=months) <= day

    found = over_since(start, ordered, on)
    if over(on):
        assert found is not None
        assert found <= on
        assert all(over(found + timedelta(n)) for n in range((on - found).days))
        assert not over(found - timedelta(1))
    else:
        asked = (on + timedelta(n) for n in range(365 * 9))
        assert found == next((day for day in asked if over(day)), None)
