"""The office that keeps a pilot: which unit it is, who must stand for each unit, and the days it keeps in view."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from credit_score.policy.clocks import CalendarDays
from credit_score.policy.dated import Count, Name, Refused
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


class Office(Rule):
    """The leading group's office.

    ``unit``: the unit that it is. ``staff``: the least of it. ``leaders``, ``liaisons``: the least of each unit but
    those ``exempt``.
    ``soon``: how many days before its due day an item is told as soon due. ``theme_days``: activity → day of the year,
    as ``03-15``. ``item_tasks``: what an item comes from → the number of the plan's task.
    """

    unit: Name
    staff: Count
    leaders: Count
    liaisons: Count
    soon: CalendarDays
    exempt: tuple[Id, ...] = ()
    theme_days: dict[Id, YearDay] = Field(default_factory=dict)
    item_tasks: dict[Kind, Annotated[int, Field(ge=1)]] = Field(default_factory=dict)

    def check_themes(self, activities: Iterable[str]) -> None:
        """Refuse a theme day of an activity that the plan does not have."""
        known = set(activities)
        if unknown := sorted(set(self.theme_days) - known):
            raise no_such("activity", unknown[0], known, "office", "theme_days", unknown[0])

    def check(self, units: Iterable[str]) -> None:
        """Refuse a unit that the policy does not have."""
        known = set(units)
        if unknown := sorted(set(self.exempt) - known):
            raise no_such("unit", unknown[0], known, "pilot", "office", "exempt")
        for day in every_day([self.unit]):
            figure = self.unit.at(day)
            if figure and figure.value not in known:
                raise no_such("unit", figure.value, known, "pilot", "office", "unit", str(day), "value")
