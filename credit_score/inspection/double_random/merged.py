"""Visits of several departments to one firm, made as one where their windows meet (综合查一次).

Article 54 of the Regulations on Optimizing the Business Environment: checks of one firm are merged as far as possible.
The fewest calls at a firm are the fewest days that meet every window: the first window to end is met on its last day,
with all that are open then, and so on; a classic, and exact.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from credit_score.inspection.double_random.pairs import Visit

DAYS = 365


@dataclass(frozen=True)
class Call:
    """Departments that come to a firm together, between the first and the last day that suit all of them."""

    subject: str
    visits: tuple[Visit, ...]

    @property
    def begins(self) -> date:
        """The first day that suits all."""
        return max(v.begins for v in self.visits)

    @property
    def ends(self) -> date:
        """The last day that suits all."""
        return min(v.ends for v in self.visits)

    @property
    def n_saved(self) -> int:
        """Visits that the firm is spared."""
        return len(self.visits) - 1


def merged_calls(visits: Iterable[Visit]) -> list[Call]:
    """The fewest calls at each firm, by firm and last day; visits of one department to a firm are never merged."""
    by_firm: dict[str, list[Visit]] = defaultdict(list)
    for visit in visits:
        by_firm[visit.subject].append(visit)
    return [call for subject in sorted(by_firm) for call in _of_firm(subject, by_firm[subject])]


def _of_firm(subject: str, visits: list[Visit]) -> list[Call]:
    left = sorted(visits, key=lambda v: (v.ends, v.begins, v.department, v.number))
    calls = []
    while left:
        last, taken = left[0].ends, {}
        for visit in left:
            if visit.begins <= last and visit.department not in taken:
                taken[visit.department] = visit
        calls.append(Call(subject, tuple(sorted(taken.values(), key=lambda v: v.department))))
        left = [v for v in left if taken.get(v.department) != v]
    return calls


def windows(first: date, frequency: int, *, days: int = DAYS) -> list[tuple[date, date]]:
    """The days from a first one on, a year of them or less, in as many windows as visits: first and last days."""
    ends = [first + timedelta(days=round(days * i / frequency)) for i in range(frequency + 1)]
    return [(a, b - timedelta(days=1)) for a, b in pairwise(ends)]
