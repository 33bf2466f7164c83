"""The days an indicator is told of, and how far back events count on each."""

from dataclasses import dataclass
from datetime import date, timedelta

from credit_score.policy.periods import months_later

EVER = date(1900, 1, 1)
ONE_DAY = timedelta(1)


@dataclass(frozen=True)
class Span:
    """Events of the days from ``since`` to ``until``, both included, as told on the day ``at``."""

    at: date
    since: date
    until: date


def days_of(on: date, first: date) -> tuple[date, ...]:
    """The last days of the months before a day, and the day itself, ascending.

    They begin with the month of ``first``, or of eleven months before the day where that is later.
    """
    start = max(first.replace(day=1), months_back(on, 12))
    n = (on.year - start.year) * 12 + on.month - start.month
    return (*(months_later(start, i + 1) - ONE_DAY for i in range(n)), on)


def months_back(on: date, months: int) -> date:
    """The first day of a period of whole months of which the month of a day is the last."""
    return months_later(on.replace(day=1), 1 - months)


def events(days: tuple[date, ...], first: date, months: int | None) -> tuple[Span, ...]:
    """Events of the last ``months`` up to each day, the running one included; without it since ``first``."""
    return tuple(Span(day, months_back(day, months) if months else first, day) for day in days)


def whole_months(days: tuple[date, ...]) -> tuple[Span, ...]:
    """The last month that is over on each day; the last day of a month is within it."""
    ends = ((day, day if (day + ONE_DAY).day == 1 else day.replace(day=1) - ONE_DAY) for day in days)
    return tuple(Span(day, end.replace(day=1), end) for day, end in ends)


def stocks(days: tuple[date, ...]) -> tuple[Span, ...]:
    """Whatever had begun by each day."""
    return tuple(Span(day, EVER, day) for day in days)
