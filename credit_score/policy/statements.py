"""Statements: which units may issue them, how long one is valid, and what an enterprise's report tells for which use.

A section of a report is made of facts: records of the items it names, each with its source and its end. Nothing in it
is points, a score or a tier: there is no field for them.
"""

from collections.abc import Iterable
from typing import Literal, Self

from pydantic import Field, model_validator

from credit_score.policy.clocks import CalendarDays
from credit_score.policy.dated import Holds, Names, Period, Refused
from credit_score.policy.named import Id, Named, Rule, every_day, no_such, refuse_twice

Holder = Literal["individual", "enterprise"]


class Section(Rule):
    """One section of a report: its ``items`` of enterprises, and ``others``, which earn no points, with their labels.

    A record of an item stands until the item's rules end it; one of ``others`` for ``shown_for``.
    """

    items: tuple[Id, ...] = ()
    others: tuple[Named, ...] = ()
    shown_for: Period | None = None

    @model_validator(mode="after")
    def _something_stands_in_it_and_ends(self) -> Self:
        refuse_twice(others=self.others)
        if not (self.items or self.others):
            raise Refused(f"section {self.id!r} names neither items nor others; nothing could stand in it", "items")
        if self.others and self.shown_for is None:
            raise Refused(f"section {self.id!r} has others, which no rule ends; give shown_for", "shown_for")
        return self


class Use(Rule):
    """One government use of reports, by its id in the plan, and the sections that a report for it has."""

    sections: Names


class Right(Rule):
    """What a subject may ask for; ``label`` is its text, ``of`` whom it is a right."""

    of: tuple[Holder, ...] = Field(min_length=1)
    in_force: Holds


class Statements(Named):
    """``desks``: the units that may issue statements; ``valid_for``: days one is valid after the day of issue.

    ``run_within``: days that the day of a run may lie back when one is issued of it.
    """

    desks: Names
    valid_for: CalendarDays
    run_within: CalendarDays
    sections: tuple[Section, ...] = Field(min_length=1)
    uses: tuple[Use, ...] = Field(min_length=1)
    rights: tuple[Right, ...] = ()

    @model_validator(mode="after")
    def _ids_are_unique_and_sections_known(self) -> Self:
        refuse_twice(sections=self.sections)
        refuse_twice(uses=self.uses)
        refuse_twice(rights=self.rights)
        known = {s.id for s in self.sections}
        for use in self.uses:
            self._refuse_unknown("section", use.sections, known, "uses", use.id, "sections")
        return self

    @model_validator(mode="after")
    def _a_record_stands_in_one_section(self) -> Self:
        seen: dict[str, str] = {}
        for section in self.sections:
            for item in (*section.items, *(o.id for o in section.others)):
                if item in seen:
                    text = f"item {item!r} stands in section {seen[item]!r} already; a record is told once"
                    raise Refused(text, "sections", section.id)
                seen[item] = section.id
        return self

    def check(self, *, units: Iterable[str], items: Iterable[str], uses: Iterable[str]) -> None:
        """Refuse a unit, an item or a use that the policy does not have, a use it has that is missing here."""
        items, uses = set(items), set(uses)
        self._refuse_unknown("unit", self.desks, set(units), "statements", "desks")
        for section in self.sections:
            place = ("statements", "sections", section.id)
            if unknown := sorted(set(section.items) - items):
                raise no_such("item of enterprises", unknown[0], items, *place, "items")
            if earning := sorted({o.id for o in section.others} & items):
                raise Refused(f"item {earning[0]!r} stands in the catalogue; name it under items", *place, "others")
        own = {u.id for u in self.uses}
        if unknown := sorted(own - uses):
            raise no_such("use of reports", unknown[0], uses, "statements", "uses", unknown[0])
        if missing := sorted(uses - own):
            raise Refused(f"the plan's use {missing[0]!r} has no sections here", "statements", "uses")

    @staticmethod
    def _refuse_unknown(what: str, names: Names, known: set[str], *place: str) -> None:
        for day in every_day([names]):
            figure = names.at(day)
            if unknown := sorted(set(figure.value) - known) if figure else []:
                raise no_such(what, unknown[0], known, *place, str(day), "value")
