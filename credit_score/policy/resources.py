"""The catalogue of information resources: what is to be collected, from whom, how often, and how much of it.

A resource is expected from each unit that answers for it. What counts as its arrival is told by catalogue kinds and
items of records; where no record can carry a resource yet, it is expected all the same and nothing arrives.
"""

from collections.abc import Iterable
from typing import Literal, Self

from pydantic import Field, model_validator

from credit_score.policy.dated import Frozen, Names, Period, Refused, Share
from credit_score.policy.named import Id, Rule, every_day, no_such, refuse_twice

Group = Literal["special", "administrative", "farm_entity", "township"]
LegalForm = Literal["company", "cooperative", "sole_proprietor"]


class Resource(Rule):
    """One resource: the units that answer for it, what its records look like, how often they are due.

    A record is one of the resource if its catalogue kind is among ``kinds`` (any, where none is named) and its item is
    among ``items`` or stands below one of them (``inspection`` takes ``inspection.clean``; any, where none is named).
    Without ``every`` it is due once.
    """

    group: Group
    units: Names
    kinds: tuple[str, ...] = ()
    items: tuple[Id, ...] = ()
    every: Period | None = None
    target: Share

    @model_validator(mode="after")
    def _something_tells_its_records(self) -> Self:
        if not (self.kinds or self.items):
            raise Refused(f"resource {self.id!r} names neither kinds nor items; its records could not be told", "items")
        return self

    def takes(self, item: str, kind: str) -> bool:
        """Whether a record of an item and a catalogue kind is one of this resource."""
        named = any(item == own or item.startswith(f"{own}.") for own in self.items)
        return (named or not self.items) and (kind in self.kinds or not self.kinds)


class FarmEntities(Rule):
    """Which enterprises of the register are new farm entities: of one of the legal forms, or in one of the sectors."""

    legal_forms: tuple[LegalForm, ...] = ()
    sectors: tuple[Id, ...] = ()
    target: Share

    @model_validator(mode="after")
    def _something_tells_them(self) -> Self:
        if not (self.legal_forms or self.sectors):
            raise Refused("neither legal forms nor sectors are named; no farm entity could be told", "sectors")
        return self


class Resources(Frozen):
    """The catalogue of resources, and the farm entities that are to be covered."""

    resources: tuple[Resource, ...] = Field(min_length=1)
    farm_entities: FarmEntities | None = None

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        refuse_twice(resources=self.resources)
        return self

    def check(self, *, units: Iterable[str], kinds: Iterable[str], sectors: Iterable[str]) -> None:
        """Refuse a unit, a catalogue kind or a sector that the policy does not have."""
        units, kinds, sectors = set(units), set(kinds), set(sectors)
        for resource in self.resources:
            place = ("resources", "resources", resource.id)
            if unknown := sorted(set(resource.kinds) - kinds):
                raise no_such("catalogue kind", unknown[0], kinds, *place, "kinds")
            for day in every_day([resource.units]):
                figure = resource.units.at(day)
                if unknown := sorted(set(figure.value) - units) if figure else []:
                    raise no_such("unit", unknown[0], units, *place, "units", str(day), "value")
        farms = self.farm_entities
        if unknown := sorted(set(farms.sectors) - sectors) if farms else []:
            raise no_such("sector", unknown[0], sectors, "resources", "farm_entities", "sectors")
