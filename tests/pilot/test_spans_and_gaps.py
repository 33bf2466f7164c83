"""Days, periods, gaps and lights: exact, and as one would count them by hand."""

from datetime import date
from fractions import Fraction

import ibis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_score.pilot.counted import counted
from credit_score.pilot.indicators.light import gap, light
from credit_score.pilot.spans import EVER, days_of, events, months_back, stocks, whole_months

ON, FIRST = date(2023, 6, 20), date(2023, 1, 1)
TARGETS = st.sampled_from([0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0])


def test_the_days_are_the_ends_of_the_months_since_the_plan_began_and_the_day_itself():
    ends = [date(2023, 1, 31), date(2023, 2, 28), date(2023, 3, 31), date(2023, 4, 30), date(2023, 5, 31)]
    assert days_of(ON, FIRST) == (*ends, ON)


def test_the_last_day_of_a_month_is_told_once():
    assert days_of(date(2023, 2, 28), FIRST) == (date(2023, 1, 31), date(2023, 2, 28))


def test_after_a_year_the_days_are_those_of_twelve_months():
    days = days_of(date(2025, 3, 10), FIRST)
    assert (len(days), days[0], days[-1]) == (12, date(2024, 4, 30), date(2025, 3, 10))


def test_without_a_first_day_they_are_eleven_ends_of_months_and_the_day():
    for on, first, before_last in (
        (date(2023, 6, 30), date(2022, 7, 31), date(2023, 5, 31)),
        (date(2024, 3, 31), date(2023, 4, 30), date(2024, 2, 29)),
        (date(2023, 1, 5), date(2022, 2, 28), date(2022, 12, 31)),
    ):
        days = days_of(on, EVER)
        assert (len(days), days[0], days[-2], days[-1]) == (12, first, before_last, on)


def test_before_the_plan_there_is_the_day_alone():
    assert days_of(date(2022, 12, 5), FIRST) == (date(2022, 12, 5),)


def test_a_period_of_twelve_months_holds_the_running_one():
    assert months_back(ON, 12) == date(2022, 7, 1)
    assert [(s.since, s.until) for s in events((ON,), FIRST, 12)] == [(date(2022, 7, 1), ON)]
    assert [(s.since, s.until) for s in events((ON,), FIRST, None)] == [(FIRST, ON)]


@pytest.mark.parametrize(
    ("day", "since", "until"),
    [
        (date(2023, 6, 20), date(2023, 5, 1), date(2023, 5, 31)),
        (date(2023, 6, 30), date(2023, 6, 1), date(2023, 6, 30)),
        (date(2024, 1, 1), date(2023, 12, 1), date(2023, 12, 31)),
    ],
)
def test_the_last_whole_month_is_over_on_its_last_day(day, since, until):
    assert [(s.at, s.since, s.until) for s in whole_months((day,))] == [(day, since, until)]


def test_what_stands_may_have_begun_at_any_time():
    assert stocks((ON,))[0].since < date(1901, 1, 1)


@pytest.mark.parametrize(
    ("numerator", "denominator", "comparison", "target", "missing"),
    [
        (213, 1500, "at_least", 0.2, 87),  # 300 are 20 % of 1500
        (150, 1500, "above", 0.1, 1),  # 10 % exactly is not above it
        (149, 1500, "above", 0.1, 2),
        (151, 1500, "above", 0.1, 0),
        (10, 51, "at_least", 0.2, 1),  # 10.2, so 11
        (7, 10, "at_least", 0.7, 0),  # 0.7 × 10 is 7 and no float above it
        (3, 22, "equals", 0.0, -3),
        (0, 22, "equals", 0.0, 0),
        (2, 3, "equals", 1.0, 1),
        (4, 10, "at_most", 0.3, -1),
        (12, 1, "at_least", 15, 3),
        (1, 1, "at_most", 0, -1),
    ],
)
def test_a_gap_is_the_smallest_whole_number_that_closes_it(numerator, denominator, comparison, target, missing):
    assert gap(numerator, denominator, comparison, target) == missing


@given(st.integers(0, 400), st.integers(1, 400), st.sampled_from(["at_least", "above", "at_most"]), TARGETS)
def test_with_the_gap_the_target_is_met_and_with_one_less_it_is_not(numerator, denominator, comparison, target):
    met = {"at_least": Fraction.__ge__, "above": Fraction.__gt__, "at_most": Fraction.__le__}[comparison]
    wanted, missing = Fraction(str(target)), gap(numerator, denominator, comparison, target)
    assert met(Fraction(numerator + missing, denominator), wanted)
    if missing:
        one_less = missing - 1 if missing > 0 else missing + 1
        assert not met(Fraction(numerator + one_less, denominator), wanted)


@pytest.mark.parametrize(
    ("missing", "on", "colour"),
    [(0, date(2024, 1, 1), "green"), (3, ON, "amber"), (-3, date(2023, 12, 31), "amber"), (3, date(2024, 1, 1), "red"),
     (None, date(2024, 1, 1), "grey")],
)  # fmt: skip
def test_a_light_is_amber_until_what_is_missing_is_due(missing, on, colour):
    assert light(missing, on, date(2023, 12, 31)) == colour


def test_what_never_ends_is_counted_by_its_first_day_as_by_each_of_its_days():
    """A key may have many rows, one before any day that counts, or none with a day; a row without a key is nobody's."""
    days = [None, date(1850, 1, 1), *(date(2023, month, 3) for month in range(1, 7))]
    rows = [{"key": f"k{i * j % 11}", "begun": day} for i, day in enumerate(days) for j in range(3)]
    rows += [{"key": None, "begun": date(2023, 1, 20)}]
    table = ibis.memtable(rows, schema={"key": "string", "begun": "date"})
    spans = stocks((date(2022, 12, 31), date(2023, 2, 28), date(2023, 4, 3), date(2023, 6, 30)))
    by_hand = tuple(
        len({r["key"] for r in rows if r["key"] and r["begun"] and date(1900, 1, 1) <= r["begun"] <= s.at})
        for s in spans
    )
    assert counted(table, spans) == by_hand == counted(table.mutate(ended=ibis.null("date")), spans)
    assert by_hand[0] == 0 < by_hand[1] < by_hand[-1]
