"""What a dossier is about: the rules before and after, who decided and why, and what stood beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np

from credit_score.inspection.county import Answer, CountyCube, Plan
from credit_score.policy import RuleSet

SLACK = 1e-9


@dataclass(frozen=True)
class Person:
    """Who wrote or signed: name and office."""

    name: str
    office: str


@dataclass(frozen=True, eq=False)
class Alternative:
    """A draft that was weighed: cut-offs in points, descending (K − 1,), its plan, and P(better than the rules before).

    ``better``: ``as_it_stands`` and ``same_days``, in [0, 1]; None where it was not computed.
    """

    name: str
    author: str
    reason: str
    cutoffs: tuple[float, ...]
    plan: Plan
    better: Mapping[str, Any] | None = None

    def answer(self, cube: CountyCube) -> Answer:
        """The figures of a year under the draft."""
        return Answer(cube, self.cutoffs, self.plan)


@dataclass(frozen=True, eq=False)
class Decision:
    """A decision on cut-offs and a schedule, on the firms that a cube counts.

    Attributes
    ----------
    before, after : the rules in force and as amended. ``plan_before``, ``plan_after``: their schedules, (K, D).
    author, signer : two people; no signer in a draft. ``written``, ``signed_on``, ``since``: the days on which it was
        written and signed, and from which it holds. ``day``: of the cube.
    status : ``demonstration``, ``draft`` or ``in force``, as :meth:`RuleSet.status` gives it.
    bands : intervals of the plan after, as the session's page is sent them: ``level``, ``n``, ``rates`` {low, high}
        (K,), ``detections`` and ``undetected`` {mean, low, high}, ``found_by_department`` {low, high} (D,), ``better``
        {as_it_stands, same_days} or None. None where there are none.
    fingerprints : name → SHA-256, of ``run``, ``policy`` and ``chain``; what there is.
    payload : what the module of the page is given; None leaves the live page out.
    """

    cube: CountyCube
    before: RuleSet
    after: RuleSet
    plan_before: Plan
    plan_after: Plan
    author: Person
    reason: str
    written: date
    since: date
    day: date
    status: str
    signer: Person | None = None
    signed_on: date | None = None
    bands: Mapping[str, Any] | None = None
    alternatives: tuple[Alternative, ...] = ()
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    payload: Mapping[str, Any] | None = None

    @cached_property
    def as_was(self) -> Answer:
        """The figures of a year under the rules before."""
        return Answer(self.cube, self.before.cutoffs, self.plan_before)

    @cached_property
    def as_decided(self) -> Answer:
        """The figures of a year under the rules after."""
        return Answer(self.cube, self.after.cutoffs, self.plan_after)

    @property
    def better(self) -> Mapping[str, Any] | None:
        """P(better than the rules before), ``as_it_stands`` and at the ``same_days``; None where not computed."""
        return (self.bands or {}).get("better")


def overloaded(answer: Answer) -> np.ndarray:
    """Which departments have more to do than they can, (D,); a sum may pass what it meets by a last digit."""
    beyond: np.ndarray = answer.load > answer.cube.capacity * (1 + SLACK)
    return beyond


@dataclass(frozen=True)
class Totals:
    """A year of a plan in six numbers; ``found`` and ``undetected`` are NaN where no visit says."""

    visits: float
    days: float
    found: float
    undetected: float
    county_share: float
    overloaded: int

    @classmethod
    def of(cls, answer: Answer) -> "Totals":
        """The totals of an answer; visits and days with statutory duties, days with those out of plan."""
        duty = np.sum(answer.duty_days / answer.cube.days)
        return cls(
            float(answer.visits.sum() + duty), float(answer.load.sum()), float(answer.detections.sum()),
            float(answer.undetected.sum()), answer.county_share, int(overloaded(answer).sum()),
        )  # fmt: skip
