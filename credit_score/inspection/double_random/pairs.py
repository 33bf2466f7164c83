"""Inspectors drawn in pairs: at random, never recused, skilled, not on leave, and with days in balance.

Visits take their turn by hash. Of the inspectors that may make a visit, those whose days so far are within one visit of
the least loaded stand to be drawn, and the one with the smallest hash goes; then the second likewise from the others.
So anyone with the seed draws the same pairs, in whatever order rows stand.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from itertools import pairwise
from math import inf
from typing import Any

import numpy as np

from credit_score.errors import RecordsError, discreet, first_five, masked
from credit_score.records.duties.calendar import Calendar

PAIR = 2


@dataclass(frozen=True)
class Visit:
    """A visit to make: which department, to whom, its number in the year, from when until when.

    ``days``: inspector-days, of the two together. ``skill``: what they must be skilled for; empty: nothing.
    """

    department: str
    subject: str
    number: int
    begins: date
    ends: date
    days: float
    skill: str = ""

    @property
    def name(self) -> str:
        """What the hashes of a visit are of."""
        return f"{self.department}|{self.subject}|{self.number}"


@dataclass(frozen=True)
class Inspector:
    """An inspector by number: department, skills (none: for all visits), and leave as first and last days."""

    number: str
    department: str
    skills: frozenset[str] = frozenset()
    leave: tuple[tuple[date, date], ...] = ()

    def is_skilled(self, visit: Visit) -> bool:
        """Whether skilled for a visit."""
        return not (visit.skill and self.skills) or visit.skill in self.skills

    def is_there(self, day: date) -> bool:
        """Whether not on leave on a day."""
        return not any(a <= day <= b for a, b in self.leave)


class Presence:
    """On which working days of a window inspectors are there; of all days where no calendar is given."""

    def __init__(self, calendar: Calendar | None = None) -> None:
        self.calendar = calendar
        self._days: dict[tuple[Inspector, date, date], frozenset[date]] = {}

    def days(self, inspector: Inspector, visit: Visit) -> frozenset[date]:
        """The days of a visit's window on which an inspector is there."""
        key = (inspector, visit.begins, visit.ends)
        if key not in self._days:
            window = workdays(self.calendar, visit.begins, visit.ends)
            self._days[key] = frozenset(day for day in window if inspector.is_there(day))
        return self._days[key]

    def meet(self, one: Inspector, other: Inspector, visit: Visit) -> bool:
        """Whether two are there on one day of a visit's window."""
        return not self.days(one, visit).isdisjoint(self.days(other, visit))


def workdays(calendar: Calendar | None, first: date, last: date) -> list[date]:
    """The working days from a first to a last day; all of them without a calendar. Refuses days it does not know."""
    if calendar is None:
        return [first + timedelta(days=i) for i in range((last - first).days + 1)]
    begin, end = np.datetime64(first), np.datetime64(last)
    calendar.working_days_between(begin, end)  # refuses days it does not know
    at = np.searchsorted(calendar.working, [begin, end + 1])
    return [day.item() for day in calendar.working[at[0] : at[1]]]


@dataclass
class _Loads:
    """Days so far of each inspector."""

    days: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def near(self, able: list[Inspector], slack: float) -> list[Inspector]:
        """Those within some days of the least loaded."""
        least = min(self.days[i.number] for i in able)
        return [i for i in able if self.days[i.number] <= least + slack]


def drawn_pairs(
    visits: Iterable[Visit], inspectors: Iterable[Inspector], recused: Iterable[tuple[str, str]] = (), *, seed: str,
    calendar: Calendar | None = None,
) -> dict[Visit, tuple[str, str]]:  # fmt: skip
    """The two inspectors of each visit, by number, in the order of their draw.

    ``recused``: inspector and subject who may not meet (回避). ``calendar``: the working days, on one of which of its
    window both must be there. Two inspectors of a department that have the same skills, no leave and no recusal end
    within two of their longest visits of one another, in days. Raises RecordsError for a visit that fewer than two can
    make, and says why; for an inspector who stands twice, and for a visit of no days.
    """
    listed, staff = list(visits), sorted(inspectors, key=lambda i: i.number)
    _check(listed, staff)
    kept_apart, there = {(str(i), str(s)) for i, s in recused}, Presence(calendar)
    by_department: Mapping[str, list[Inspector]] = defaultdict(list)
    for inspector in staff:
        by_department[inspector.department].append(inspector)
    loads, pairs = _Loads(), {}
    for visit in sorted(listed, key=lambda v: _key(seed, "turn", v.name)):
        able = _able(visit, by_department[visit.department], kept_apart, there)
        chosen: list[Inspector] = []
        for _ in range(PAIR):
            free = [i for i in able if i not in chosen and all(there.meet(i, c, visit) for c in chosen)]
            near = loads.near(free, visit.days / PAIR)
            chosen.append(min(near, key=lambda i: _key(seed, "pair", visit.name, i.number)))
        pairs[visit] = (chosen[0].number, chosen[1].number)
        for one in chosen:
            loads.days[one.number] += visit.days / PAIR
    return pairs


def _check(visits: list[Visit], staff: list[Inspector]) -> None:
    if twice := sorted({a.number for a, b in pairwise(staff) if a.number == b.number}):
        what = f"inspector {first_five(map(discreet, twice))} stands twice"
        raise RecordsError(what, remedy="give each a row")
    for visit in visits:
        if not 0 < visit.days < inf:
            raise _refused(visit, f"{visit.days} inspector-days", "give a number above 0")


def _able(visit: Visit, own: list[Inspector], kept_apart: set[tuple[str, str]], there: Presence) -> list[Inspector]:
    """The inspectors that may make a visit, each with another one."""
    present = [i for i in own if i.is_skilled(visit) and there.days(i, visit)]
    able = [i for i in present if (i.number, visit.subject) not in kept_apart]
    if len(able) >= PAIR:
        paired = [i for i in able if any(there.meet(i, other, visit) for other in able if other is not i)]
        if paired:
            return paired
        raise _refused(visit, f"{len(able)} inspectors, never two on one day", "move its window, or lend some")
    if len(own) < PAIR:
        raise _refused(visit, f"{len(own)} inspectors", "visits are made in pairs: add inspectors, or lend some")
    if len(present) < PAIR:
        raise _refused(
            visit, f"{len(present)} inspectors that are skilled and not on leave", "move its window, or lend some"
        )
    what = f"{len(able)} inspectors that are not recused, of {len(present)}"
    raise _refused(visit, what, "let inspectors of another place make it")


def _refused(visit: Visit, what: str, remedy: str) -> RecordsError:
    where = f"department {visit.department}, visit {visit.number} to a firm ({masked(visit.subject)})"
    return RecordsError(what, where=where, remedy=remedy)


def _key(*parts: Any) -> str:
    return sha256("|".join(map(str, parts)).encode()).hexdigest()
