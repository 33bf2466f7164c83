"""Lawful measures of joint reward and discipline, for enterprises only.

A measure follows from records of an enterprise and ends with them. One of discipline is taken only where a law or a
published list allows it: an assumption, the plan or a decision of the county is no ground to withhold anything.
Natural persons have no measures, and neither have the people behind a firm; of a sole proprietor a measure touches the
registered business.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from credit_score.policy.catalogues import Item
from credit_score.policy.dated import Frozen, Holds, Names, Period, Refused, Text
from credit_score.policy.named import Id, Rule, every_day, no_such, refuse_twice
from credit_score.policy.resources import LegalForm

Direction = Literal["reward", "discipline"]
LAWFUL = ("law", "published")
FORMS: tuple[LegalForm, ...] = ("company", "cooperative", "sole_proprietor")


class Measure(Rule):
    """One measure: which records of an enterprise it follows from, and the units that may take it.

    ``in_force`` carries the ground; ``words`` are the words of that ground. ``longest`` bounds it where a source does;
    without it the measure ends with its record. ``legal_forms``: the enterprises that its ground speaks of.
    """

    direction: Direction
    items: tuple[Id, ...] = Field(min_length=1)
    units: Names
    in_force: Holds
    longest: Period | None = None
    legal_forms: tuple[LegalForm, ...] = Field(default=FORMS, min_length=1)
    words: Text | None = None

    def may_be_taken(self, on: date) -> bool:
        """Whether it is in force on a day, and one of discipline by a law or a published list."""
        figure = self.in_force.at(on)
        return figure is not None and (self.direction == "reward" or figure.basis in LAWFUL)

    def spell(self, on: date) -> tuple[date, date | None] | None:
        """Since when, without a break, and until when it may be taken around a day (half-open); None where it may not.

        A new version with the same effect breaks nothing.
        """
        if not self.may_be_taken(on):
            return None
        off = [day for day in self.in_force.days if not self.may_be_taken(day)]
        last = max((day for day in off if day <= on), default=date.min)
        since = min(day for day in self.in_force.days if day > last)
        return since, min((day for day in off if day > on), default=None)


class Remedy(Rule):
    """What a firm can do about records of some items, and the measures that follow; ``label`` is its text."""

    items: tuple[Id, ...] = Field(min_length=1)
    in_force: Holds


class Measures(Frozen):
    """The dated list of measures. They touch enterprises only."""

    subjects: Literal["enterprise"]
    measures: tuple[Measure, ...] = Field(min_length=1)
    remedies: tuple[Remedy, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _persons_have_no_measures(cls, data: object) -> object:
        found = data.get("subjects") if isinstance(data, dict) else None
        if isinstance(found, str) and found != "enterprise":
            text = (
                f"measures for {found!r} are refused: they touch enterprises only, individual points bring benefits "
                "and nothing is withheld from a person; write enterprise"
            )
            raise Refused(text, "subjects")
        return data

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        refuse_twice(measures=self.measures, remedies=self.remedies)
        return self

    def check(self, *, items: Mapping[str, Item], persons: Iterable[str], units: Iterable[str]) -> None:
        """Refuse items that are none of enterprises or point the other way, and units the policy does not have."""
        own, there = set(persons), set(units)
        for measure in self.measures:
            place = ("measures", "measures", measure.id)
            for name in measure.items:
                self._check_item(name, items, own, (*place, "items"))
                _check_direction(measure, items[name], (*place, "items"))
            for day in every_day([measure.units]):
                figure = measure.units.at(day)
                if unknown := sorted(set(figure.value) - there) if figure else []:
                    raise no_such("unit", unknown[0], there, *place, "units", str(day), "value")
        for remedy in self.remedies:
            for name in remedy.items:
                self._check_item(name, items, own, ("measures", "remedies", remedy.id, "items"))

    @staticmethod
    def _check_item(name: str, items: Mapping[str, Item], own: set[str], place: tuple[str, ...]) -> None:
        if name not in items and name in own:
            raise Refused(f"item {name!r} is one of persons; no measure follows from records of a person", *place)
        if name not in items:
            raise no_such("item of enterprises", name, items, *place)


def _check_direction(measure: Measure, item: Item, place: tuple[str, ...]) -> None:
    """A reward follows from what adds points, discipline from what takes them away."""
    for day in item.points.days:
        figure = item.points.at(day)
        if figure and figure.value * (1 if measure.direction == "reward" else -1) < 0:
            text = f"item {item.id!r} is worth {figure.value / 1000:g} points; no {measure.direction} follows from it"
            raise Refused(text, *place)
