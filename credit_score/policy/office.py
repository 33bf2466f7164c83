"""The office that keeps a pilot: which unit it is, who must stand for each unit, and the days it keeps in view."""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from credit_score.policy.clocks import CalendarDays
from credit_score.policy.dated import Count, Dated, Name, Refused
from credit_score.policy.named import Id, Rule, every_day, no_such

LEAP_YEAR = 2024
# What an item on a unit's sheet can come from besides an indicator or a task: the first part of a clock's id is one.
Kind = Literal["case", "resource", "publicity", "withdrawal", "dispute"]


def _day_of_a_year(text: str) -> str:
    try:
        date.fromisoformat(f"{LEAP_YEAR}-{text}")
    except ValueError:
        raise Refused(f"{text!r} is no day of a year; write it as 03-15") from None
    return text


YearDay = Annotated[str, AfterValidator(_day_of_a_year)]


class Months(Dated):
    """From one month to another, both whole, written as ``2023-01/2023-02``."""

    unit = "from month to month"

    @classmethod
    def parse(cls, value: object) -> str:
        first, last = cls.span(str(value))
        if first > last:
            raise ValueError(f"{value!r} ends before it begins")
        return str(value)

    @staticmethod
    def span(text: str) -> tuple[date, date]:
        """The first and the last day; raises ValueError for another way of writing."""
        try:
            first, last = (date.fromisoformat(f"{month}-01") for month in text.split("/"))
        except ValueError:
            raise ValueError(f"{text!r} is no span of months; write it as 2023-01/2023-02") from None
        return first, last.replace(day=monthrange(last.year, last.month)[1])


class Phase(Rule):
    """A phase of the plan."""

    months: Months


class Office(Rule):
    """The leading group's office.

    ``unit``: the unit that it is. ``staff``: the least of it. ``leaders``, ``liaisons``: the least of each unit.
    ``soon``: how many days before its due day an item is told as soon due. ``theme_days``: activity → day of the year,
    as ``03-15``. ``phases``: of the plan. ``item_tasks``: what an item comes from → the number of the plan's task.
    """

    unit: Name
    staff: Count
    leaders: Count
    liaisons: Count
    soon: CalendarDays
    phases: tuple[Phase, ...] = ()
    theme_days: dict[Id, YearDay] = Field(default_factory=dict)
    item_tasks: dict[Kind, Annotated[int, Field(ge=1)]] = Field(default_factory=dict)

    def check_themes(self, activities: Iterable[str]) -> None:
        """Refuse a theme day of an activity that the plan does not have."""
        known = set(activities)
        if unknown := sorted(set(self.theme_days) - known):
            raise no_such("activity", unknown[0], known, "office", "theme_days", unknown[0])

    def check(self, *, units: Iterable[str]) -> None:
        """Refuse an office in a unit that the policy does not have."""
        known = set(units)
        for day in every_day([self.unit]):
            figure = self.unit.at(day)
            if figure and figure.value not in known:
                raise no_such("unit", figure.value, known, "pilot", "office", "unit", str(day), "value")
