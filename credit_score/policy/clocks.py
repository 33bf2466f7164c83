"""Clocks: from one day of a record's life to another, how many days a unit has.

A clock has a limit, in working days or in calendar days, and the county is held to it or not: periods of other
places stand beside its own as comparisons, on which nothing is counted.
"""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from credit_score.policy.dated import Count, Dated, Frozen, Holds, Refused
from credit_score.policy.named import Id, Rule, every_day

Event = Literal[
    "notice_served", "disputed", "verified", "forwarded", "upheld", "corrected", "withdrawn", "told",
    "repair_applied", "repaired", "repair_refused",
]  # fmt: skip
MOST_DAYS = 3660
# An item without points, as the records contract takes it: a code in ASCII, never a sentence.
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,80}$")]


class WorkingDays(Count):
    """A limit in working days of the policy's calendar, a whole number in [1, 3660]."""

    unit = "working days"

    @classmethod
    def parse(cls, value: object) -> int:
        days = super().parse(value)
        if not 1 <= days <= MOST_DAYS:
            raise ValueError(f"{value} {cls.unit}: a limit is 1 to {MOST_DAYS} days")
        return int(days)


class CalendarDays(WorkingDays):
    """A limit in calendar days, a whole number in [1, 3660]; holidays count."""

    unit = "calendar days"


class Covers(Frozen):
    """Which records a clock runs for: their catalogue kind, their item and their unit must all be named, or ``all``.

    ``others`` are items that earn no points and so stand in no catalogue, such as a licence.
    """

    kinds: tuple[str, ...] | Literal["all"]
    items: tuple[Id, ...] | Literal["all"]
    others: tuple[Code, ...] = ()
    units: tuple[Id, ...] | Literal["all"]

    @property
    def named_items(self) -> tuple[str, ...] | Literal["all"]:
        """Every item that is named, with points or without, or ``all``."""
        return "all" if self.items == "all" else (*self.items, *self.others)


@dataclass(frozen=True)
class Span:
    """A limit for clocks that start on ``since`` or later, and before ``until`` where there is one."""

    since: date
    until: date | None
    limit: int
    working: bool


class Clock(Rule):
    """A period that a unit is to keep.

    ``starts``: ``decided`` (the record's occurred_on), ``reported``, or an event of its life. ``ends``: ``reported``,
    an event, or ``known``, the day on which the starting event became known. ``held`` holds while the county is
    held to the clock; without it the clock is a comparison.
    """

    covers: Covers
    starts: Literal["decided", "reported"] | Event
    ends: Literal["reported", "known"] | Event
    working_days: WorkingDays | None = None
    calendar_days: CalendarDays | None = None
    held: Holds | None = None

    @model_validator(mode="after")
    def _it_has_one_limit_a_day(self) -> Self:
        limits = [d for d in (self.working_days, self.calendar_days) if d]
        if not limits:
            raise Refused(f"clock {self.id!r} has no limit; give working_days or calendar_days")
        for day in every_day(limits):
            if sum(d.at(day) is not None for d in limits) > 1:
                raise Refused(f"{day}: a limit in working days and one in calendar days; end one of them with null")
        return self

    @model_validator(mode="after")
    def _it_ends_after_it_starts(self) -> Self:
        if self.ends == "reported" and self.starts != "decided":
            raise Refused(f"a clock from {self.starts!r} cannot end when the record is reported", "ends")
        if self.ends == "known" and self.starts in ("decided", "reported"):
            raise Refused(f"'known' ends a clock that starts with an event, not with {self.starts!r}", "ends")
        if self.ends == self.starts:
            raise Refused(f"the clock starts and ends with {self.starts!r}", "ends")
        return self

    def spans(self, *, compared: bool = False) -> tuple[Span, ...]:
        """The limits through time, ascending, half-open; those the county is not held to only if ``compared``."""
        parts: list[Dated] = [d for d in (self.working_days, self.calendar_days, self.held) if d]
        days: list[date | None] = [*every_day(parts), None]
        counted = ((a, b) for a, b in pairwise(days) if a and (compared or (self.held and self.held.at(a))))
        return tuple(span for a, b in counted if (span := self._span(a, b)))

    def _span(self, since: date, until: date | None) -> Span | None:
        working = self.working_days.at(since) if self.working_days else None
        calendar = self.calendar_days.at(since) if self.calendar_days else None
        figure = working or calendar
        return Span(since, until, figure.value, working is not None) if figure else None
