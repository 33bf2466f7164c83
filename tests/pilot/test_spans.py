"""The days that numbers are told of: the ends of months, and the day itself."""

from datetime import date

import pytest

from credit_score.pilot.spans import EVER, days_of


@pytest.mark.parametrize(
    ("on", "first", "before_last"),
    [
        (date(2023, 6, 30), date(2022, 7, 31), date(2023, 5, 31)),
        (date(2024, 3, 31), date(2023, 4, 30), date(2024, 2, 29)),
        (date(2023, 1, 5), date(2022, 2, 28), date(2022, 12, 31)),
    ],
)
def test_the_months_are_eleven_ends_and_the_day(on, first, before_last):
    days = days_of(on, EVER)
    assert (len(days), days[0], days[-2], days[-1]) == (12, first, before_last, on)


def test_they_begin_with_the_first_month_where_that_is_later():
    assert days_of(date(2023, 3, 15), date(2023, 1, 1)) == (date(2023, 1, 31), date(2023, 2, 28), date(2023, 3, 15))
