"""Working days, of China with its make-up days or Monday to Friday: counted by one subtraction.

A calendar is a table of prefix counts, one number a day: how many working days there are from its first day up to
and including that day. Beyond its data it refuses: a wrong clock is worse than none.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from credit_score.errors import RecordsError, first_five

if TYPE_CHECKING:
    import ibis
    import numpy as np
    from numpy.typing import ArrayLike

# Monday to Friday needs no data; these are the years a policy can be asked for.
WEEKDAYS_FIRST, WEEKDAYS_LAST = date(1900, 1, 1), date(2199, 12, 31)


@dataclass(frozen=True, eq=False)
class Calendar:
    """The working days of one calendar from ``first`` to ``last``, both included.

    Attributes
    ----------
    numbers : int64, one a day: working days from ``first`` up to and including the day, ascending.
    working : datetime64[D], the working days themselves.
    """

    name: str
    first: date
    last: date
    numbers: "np.ndarray" = field(repr=False)
    working: "np.ndarray" = field(repr=False)

    def working_days_between(self, first: "ArrayLike", last: "ArrayLike") -> "np.ndarray":
        """Working days after ``first`` up to and including ``last``, int64, shapes broadcast; below 0 if it is earlier.

        Raises RecordsError for a day beyond the calendar, or none.
        """
        return self._number(last) - self._number(first)

    def add_working_days(self, first: "ArrayLike", n: "ArrayLike") -> "np.ndarray":
        """The last day of a period of ``n`` working days, datetime64[D]; the day after ``first`` is the earliest day 1.

        With ``n`` of 0 it is ``first`` itself. Raises RecordsError where either day is beyond the calendar, and for
        a negative ``n``.
        """
        import numpy as np

        n = np.asarray(n, dtype=np.int64)
        if (n < 0).any():
            raise RecordsError(f"a period of {n.min()} working days", remedy="a period is 0 days or more")
        start, n = np.broadcast_arrays(_days(first), n)
        last = self._number(start) + n
        beyond = last > len(self.working)
        if beyond.any():
            raise self.refusal(np.unique(start[beyond]), f"the period ends after {self.last} of the days")
        ends = self.working[np.maximum(last, 1) - 1]
        return np.where(n == 0, start, ends)

    def _number(self, days: "ArrayLike") -> "np.ndarray":
        """The working number of each day; raises RecordsError beyond the calendar."""
        import numpy as np

        days = _days(days)
        at = (days - np.datetime64(self.first)).astype(np.int64)
        beyond = np.isnat(days) | (at < 0) | (at >= len(self.numbers))
        if beyond.any():
            raise self.refusal(np.unique(days[beyond]), "no data for the days")
        return self.numbers[at]

    def refusal(self, days: Any, what: str) -> RecordsError:
        """The refusal of days that the calendar does not know, with the first of them and the remedy."""
        remedy = "update chinesecalendar, or state another calendar in policy.yaml"
        if self.name == "weekdays":
            remedy = f"correct the days; they lie outside {self.first.year}–{self.last.year}"
        where = f"calendar {self.name!r}, {self.first} to {self.last}"
        return RecordsError(f"{what} {first_five(days)}", where=where, remedy=remedy)

    def day_table(self) -> "ibis.Table":
        """The calendar for joins, a row a day: ``day`` and ``working_number``, its prefix count."""
        import numpy as np

        days = np.datetime64(self.first) + np.arange(len(self.numbers))
        return _memtable({"day": days, "working_number": self.numbers})

    def due_table(self) -> "ibis.Table":
        """The working days for joins, a row each: ``due_number`` and the day ``due_on`` that has it."""
        import numpy as np

        return _memtable({"due_number": np.arange(1, len(self.working) + 1), "due_on": self.working})


@cache
def working_calendar(name: str) -> Calendar:
    """The calendar that a policy states: ``cn`` (chinesecalendar, make-up days counted) or ``weekdays``."""
    if name == "weekdays":
        return _calendar(name, WEEKDAYS_FIRST, WEEKDAYS_LAST, lambda day: day.weekday() < 5)
    if name != "cn":
        raise RecordsError(f"no calendar {name!r}", remedy="state cn or weekdays in policy.yaml")
    import chinese_calendar

    # The library's own test of a day: it knows the years from its first holiday to its last.
    years = [day.year for day in chinese_calendar.holidays]
    return _calendar(name, date(min(years), 1, 1), date(max(years), 12, 31), chinese_calendar.is_workday)


def _calendar(name: str, first: date, last: date, is_working: Any) -> Calendar:
    import numpy as np

    n = (last - first).days + 1
    works = np.fromiter((is_working(first + timedelta(i)) for i in range(n)), dtype=bool, count=n)
    days = np.datetime64(first) + np.arange(n)
    return Calendar(name, first, last, np.cumsum(works, dtype=np.int64), days[works])


def _days(values: "ArrayLike") -> "np.ndarray":
    import numpy as np

    return np.asarray(values, dtype="datetime64[D]")


def _memtable(columns: dict[str, Any]) -> "ibis.Table":
    import ibis
    import pyarrow as pa

    return ibis.memtable(pa.table({name: pa.array(values) for name, values in columns.items()}))
