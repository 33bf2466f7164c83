"""Repair (信用修复) as rules: classes of dishonesty, how long each is public, who takes the application, on what terms.

Enterprises only, sole proprietors among them: points of persons are never below 0, so there is nothing to repair.
"""

from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from credit_score.policy.dated import Dated, Figure, Holds, Name, Period, Refused
from credit_score.policy.named import Id, Named, Rule, every_day, no_such, refuse_twice
from credit_score.policy.periods import over_since, reached

PUBLIC, NOT_PUBLIC = "public", "not_public"


class Publicity(Name):
    """Whether records of a class are normally made public: ``public`` or ``not_public``."""

    @classmethod
    def parse(cls, value: Any) -> str:
        if value not in (PUBLIC, NOT_PUBLIC):
            raise ValueError(f"{value!r} is not {PUBLIC!r} or {NOT_PUBLIC!r}")
        return str(value)


class Clock(Name):
    """The day from which publicity runs: ``document_date``, the day of the decision, a record's ``occurred_on``."""

    @classmethod
    def parse(cls, value: Any) -> str:
        if value != "document_date":
            raise ValueError(f"{value!r} is not a clock that records can tell; write 'document_date'")
        return str(value)


class DishonestyClass(Rule):
    """Items of one gravity: normally public or not, least and longest publicity from the document's date.

    Without a ``minimum`` in force repair may be asked for at once; at the ``maximum`` publicity ends by itself.
    """

    items: tuple[Id, ...] = Field(min_length=1)
    published: Publicity
    minimum: Period | None = None
    maximum: Period

    @model_validator(mode="after")
    def _its_periods_hold_together(self) -> Self:
        for day in self._days:
            least, most = self.minimum.at(day) if self.minimum else None, self.maximum.at(day)
            if (self.published.at(day) is None) != (most is None):
                raise Refused(f"{day}: published and maximum do not both hold; give both or neither", "maximum")
            if least and not most:
                raise Refused(f"{day}: a minimum without a maximum in force; repeal it too", "minimum")
            if least and most and least.value > most.value:
                text = f"{day}: a minimum of {least.value} months is above the maximum of {most.value}"
                raise Refused(text, "minimum", str(least.since))
        return self

    @property
    def _days(self) -> list[date]:
        return every_day(d for d in (self.minimum, self.maximum, self.published) if d)

    def ends(self, document: date) -> date | None:
        """The first day on which a record of this document date is public no more, whatever the day one asks.

        The rules of each day decide on it; what has ended stays so under a later, longer maximum. None where no
        maximum ever ends it.
        """
        return reached(document, [(day, _months(self.maximum, day)) for day in self.maximum.days])

    def may_apply(self, document: date, on: date) -> date | None:
        """The first day from which repair may be asked for without a break, up to a day or next after it, or None.

        Each day by the rules of that day: a new version whose minimum is past too leaves the day where it was. None
        too where publicity ends by itself before.
        """
        starts = [(day, self._least(day)) for day in self._days]
        day, end = over_since(document, starts, on), self.ends(document)
        return None if day is None or (end is not None and day >= end) else day

    def _least(self, day: date) -> int | None:
        """Months of least publicity on a day, 0 where the class has none, None where the class is not in force."""
        if not self.maximum.at(day):
            return None
        return (_months(self.minimum, day) if self.minimum else None) or 0

    def earlier(self, on: date) -> tuple[tuple[date, int], ...]:
        """The longest publicity of every earlier version: its last day and its months, first to last."""
        spans = [(day, until) for day, until in pairwise(self.maximum.days) if until <= on]
        held = [(date.fromordinal(until.toordinal() - 1), _months(self.maximum, day)) for day, until in spans]
        return tuple((last, months) for last, months in held if months is not None)

    def ground(self, on: date) -> Figure:
        """The longest publicity in force on a day, or the first to come: what a record's publicity rests on."""
        found = [self.maximum.at(day) for day in (on, *(d for d in self.maximum.days if d > on), *self.maximum.days)]
        return next(figure for figure in found if figure)


def basis_for(figure: Figure, document: date) -> str:
    """The basis of a figure for a decision of a day: its own, or ``assumption`` where its version began after that day.

    That new periods reach decisions made before them is our reading; no text at hand says so.
    """
    return "assumption" if figure.since > document else figure.basis


class Clause(Rule):
    """A condition, a right or an office, for records of some classes and units; ``label`` is its text."""

    in_force: Holds
    classes: tuple[Id, ...] | Literal["all"] = "all"
    units: tuple[Id, ...] | Literal["all"] = "all"

    def holds(self, on: date, grade: str, unit: str) -> bool:
        """Whether it applies on a day to a record of a class and a unit."""
        within = (self.classes == "all" or grade in self.classes) and (self.units == "all" or unit in self.units)
        return within and self.in_force.at(on) is not None


class Repair(Named):
    """Rules of repair. ``remind_before`` is how long before the first day of asking a reminder goes out.

    ``notices``: from its first day on a notice is served with each penalty; without it no day bounds the duty. Of the
    ``offices`` that apply to a record, the first takes its application.
    """

    clock: Clock
    remind_before: Period | None = None
    notices: Holds | None = None
    classes: tuple[DishonestyClass, ...] = Field(min_length=1)
    offices: tuple[Clause, ...] = Field(min_length=1)
    conditions: tuple[Clause, ...] = ()
    rights: tuple[Clause, ...] = ()

    @property
    def clauses(self) -> dict[str, tuple[Clause, ...]]:
        """Offices, conditions and rights by the field they stand in."""
        return {"offices": self.offices, "conditions": self.conditions, "rights": self.rights}

    @property
    def notices_since(self) -> date:
        """The first document date of the penalties that a notice is served with."""
        return self.notices.days[0] if self.notices else date.min

    @model_validator(mode="after")
    def _ids_are_unique_and_classes_known(self) -> Self:
        refuse_twice(classes=self.classes, **self.clauses)
        known = {c.id for c in self.classes}
        for field, clauses in self.clauses.items():
            for clause in clauses:
                for grade in () if clause.classes == "all" else clause.classes:
                    if grade not in known:
                        raise no_such("class", grade, known, field, clause.id, "classes")
        return self

    @model_validator(mode="after")
    def _an_item_is_in_one_class(self) -> Self:
        seen: dict[str, str] = {}
        for grade in self.classes:
            for item in grade.items:
                if item in seen:
                    text = f"item {item!r} is in class {seen[item]!r} already; an item is in one class"
                    raise Refused(text, "classes", grade.id, "items")
                seen[item] = grade.id
        return self

    @model_validator(mode="after")
    def _the_clock_runs_while_a_class_holds(self) -> Self:
        for grade in self.classes:
            for day in every_day([grade.maximum, self.clock]):
                if grade.maximum.at(day) and not self.clock.at(day):
                    raise Refused(f"{day}: class {grade.id!r} is in force without a clock", "clock")
        return self

    def check(self, items: Iterable[str], persons: Iterable[str], units: Iterable[str]) -> None:
        """Refuse items that are none of enterprises and units the policy does not have."""
        known, own, there = set(items), set(persons), set(units)
        for grade in self.classes:
            for item in grade.items:
                place = ("classes", grade.id, "items")
                if item not in known and item in own:
                    text = f"item {item!r} is one of persons, whose points are never below 0; nothing is to be repaired"
                    raise Refused(text, *place)
                if item not in known:
                    raise no_such("item of enterprises", item, known, *place)
        for field, clauses in self.clauses.items():
            for clause in clauses:
                for unit in () if clause.units == "all" else clause.units:
                    if unit not in there:
                        raise no_such("unit", unit, there, field, clause.id, "units")

    def of_item(self, item: str) -> DishonestyClass | None:
        """The class of an item, or None."""
        return next((grade for grade in self.classes if item in grade.items), None)


def _months(period: Dated, on: date) -> int | None:
    figure = period.at(on)
    return figure.value if figure else None
