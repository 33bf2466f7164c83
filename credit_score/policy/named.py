"""What every rule has: an id for life, a label in both languages, and refusals that know their place."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field

from credit_score.errors import impersonal
from credit_score.policy.dated import Dated, Frozen, Refused, Text


def _nobody(name: str) -> str:
    """An id goes into every explanation and public file, so it may be nobody's identity number."""
    if impersonal(name) != name:
        raise Refused("an id holds an identity number; name the rule, not a person")
    return name


Id = Annotated[str, Field(pattern=r"^[^\s:]+$", max_length=80), AfterValidator(_nobody)]


class Label(Frozen):
    """A name in Chinese and in English; both are needed."""

    zh: Text
    en: Text


class Named(Frozen):
    """Anything with an id for life and a label."""

    id: Id
    label: Label


class Rule(Named):
    """A named thing that is in force while its figures are."""


def every_day(values: Iterable[Dated]) -> list[date]:
    """The days on which any of the values starts or ends, ascending."""
    return sorted({day for value in values for day in value.days})


def refuse_twice(**groups: Iterable[Named]) -> None:
    """Refuse an id that two rules share; the groups are fields of one model."""
    seen: set[str] = set()
    for field, rules in groups.items():
        for i, rule in enumerate(rules):
            if rule.id in seen:
                raise Refused(f"id {rule.id!r} stands twice; an id is for life and for one rule", field, i)
            seen.add(rule.id)


def no_such(what: str, name: str, known: Iterable[str], *place: str | int) -> Refused:
    """The refusal of a name that nothing has, telling the names there are."""
    return Refused(f"unknown {what} {name!r}; known are {', '.join(sorted(known)) or 'none'}", *place)
