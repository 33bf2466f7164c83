"""Whole months on the calendar: when a period ends, and under which version of a rule.

Months are added as engines add them: 31 January and one month is the last of February.
"""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date

Version = tuple[date, int | None]


def months_later(day: date, months: int) -> date:
    """The day that many months after a day, or the last of its month where that month has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def counts_from(on: date, months: int) -> date:
    """The first day whose records, ending ``months`` later, have not ended on a day.

    The end never moves back as the day moves on, so one comparison with this day replaces adding months to
    every record.
    """
    first = on.toordinal() - 31 * (months + 1)
    days = (date.fromordinal(d) for d in range(max(first, 1), on.toordinal() + 1))
    return next((day for day in days if months_later(day, months) > on), on)


def reached(start: date, versions: Sequence[Version]) -> date | None:
    """The first day on which a period that runs from ``start`` is over under the rule of that very day.

    ``versions`` are (first day, months) ascending, each up to the next one's day; None is no rule. A period that is
    past when its version begins is over on that day. None where no version ever ends it.
    """
    return over_since(start, versions, date.min)


def over_since(start: date, versions: Sequence[Version], on: date) -> date | None:
    """The first day of the unbroken run of days, around a day or next after it, on which the period is over.

    Each day of the run by the rule of that very day, so a version that begins within it moves nothing. ``start`` and
    ``versions`` are those of :func:`reached`. None where no such day comes.
    """
    first: date | None = None
    following: list[date | None] = [day for day, _ in versions[1:]]
    for (begins, months), until in zip(versions, [*following, None], strict=True):
        day = max(months_later(start, months), begins) if months is not None else until
        if day is None or (until is not None and day >= until):
            first = None
            continue
        first = day if first is None or day > begins else first
        if until is None or on < until:
            return first
    return None
