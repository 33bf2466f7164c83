"""Inspectors drawn in pairs: at random, never recused, skilled, not on leave, and with days in balance.

Visits take their turn by hash. Of the inspectors that may make a visit, those whose days so far are within one visit of
the least loaded stand to be drawn, and the one with the smallest hash goes; then the second likewise from the others.
So anyone with the seed draws the same pairs, in whatever order rows stand.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any

from credit_score.errors import RecordsError, masked

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

    def can(self, visit: Visit) -> bool:
        """Whether skilled for a visit, and there on one day of its window at least."""
        skilled = not (visit.skill and self.skills) or visit.skill in self.skills
        return skilled and not any(a <= visit.begins and visit.ends <= b for a, b in self.leave)


@dataclass
class _Loads:
    """Days so far of each inspector."""

    days: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def near(self, able: list[Inspector], slack: float) -> list[Inspector]:
        """Those within some days of the least loaded."""
        least = min(self.days[i.number] for i in able)
        return [i for i in able if self.days[i.number] <= least + slack]


def drawn_pairs(
    visits: Iterable[Visit], inspectors: Iterable[Inspector], recused: Iterable[tuple[str, str]] = (), *, seed: str
) -> dict[Visit, tuple[str, str]]:
    """The two inspectors of each visit, by number, in the order of their draw.

    ``recused``: inspector and subject who may not meet (回避). Two inspectors of a department that have the same
    skills, no leave and no recusal end within two of their longest visits of one another, in days. Raises RecordsError
    for a visit that fewer than two can make, and says why.
    """
    kept_apart = {(str(i), str(s)) for i, s in recused}
    by_department: Mapping[str, list[Inspector]] = defaultdict(list)
    for inspector in sorted(inspectors, key=lambda i: i.number):
        by_department[inspector.department].append(inspector)
    loads, pairs = _Loads(), {}
    for visit in sorted(visits, key=lambda v: _key(seed, "turn", v.name)):
        able, chosen = _able(visit, by_department[visit.department], kept_apart), []
        for _ in range(PAIR):
            near = loads.near([i for i in able if i not in chosen], visit.days / PAIR)
            chosen.append(min(near, key=lambda i: _key(seed, "pair", visit.name, i.number)))
        pairs[visit] = (chosen[0].number, chosen[1].number)
        for one in chosen:
            loads.days[one.number] += visit.days / PAIR
    return pairs


def _able(visit: Visit, own: list[Inspector], kept_apart: set[tuple[str, str]]) -> list[Inspector]:
    """The inspectors that may make a visit, two at least."""
    there = [i for i in own if i.can(visit)]
    able = [i for i in there if (i.number, visit.subject) not in kept_apart]
    if len(able) >= PAIR:
        return able
    if len(own) < PAIR:
        raise _refused(visit, f"{len(own)} inspectors", "visits are made in pairs: add inspectors, or lend some")
    if len(there) < PAIR:
        raise _refused(
            visit, f"{len(there)} inspectors that are skilled and not on leave", "move its window, or lend some"
        )
    what = f"{len(able)} inspectors that are not recused, of {len(there)}"
    raise _refused(visit, what, "let inspectors of another place make it")


def _refused(visit: Visit, what: str, remedy: str) -> RecordsError:
    where = f"department {visit.department}, visit {visit.number} to a firm ({masked(visit.subject)})"
    return RecordsError(what, where=where, remedy=remedy)


def _key(*parts: Any) -> str:
    return sha256("|".join(map(str, parts)).encode()).hexdigest()
