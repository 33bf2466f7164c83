"""Points as rules: what persons and enterprises can gain or lose, and how much at most.

For persons there are points that only add, a base nobody falls below, and benefits: the models
have no field for anything else, and the validators refuse what the fields would still let through.
"""

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from credit_score.policy.benefits import refuse_unjust
from credit_score.policy.dated import AdultAge, Base, Cap, Frozen, Name, Period, Points, Refused, Weight
from credit_score.policy.held import refuse_held
from credit_score.policy.named import Id, Rule, every_day, no_such, refuse_twice


class Item(Rule):
    """What one effective record earns: points, for how long, at most how much.

    ``cap`` bounds the sum over all records of the item, the weight of its dimension counted in: most points
    for an item that adds, most points lost for one that takes away (a number >= 0 in both cases).
    """

    dimension: Id
    catalogue_kind: str
    points: Points
    expires_after: Period
    cap: Cap | None = None


class Dimension(Rule):
    """A group of items: the weight of their points, and the most (and least) they can sum to."""

    cap: Cap
    floor: Points | None = None
    weight: Weight | None = None

    @model_validator(mode="after")
    def _the_floor_is_not_above_the_cap(self) -> Self:
        for day in every_day([self.floor, self.cap]) if self.floor else ():
            least, most = self.floor.at(day) if self.floor else None, self.cap.at(day)
            if least and most and least.value > most.value:
                raise Refused(
                    f"{day}: a floor of {least.value / 1000:g} is above the cap of {most.value / 1000:g}", "floor"
                )
        return self


class Benefit(Rule):
    """What a person may ask for from a score on: more credit, a better rate, a subsidy, a service."""

    kind: Literal["credit_line", "rate", "subsidy", "service"]
    from_score: Points


class Override(Rule):
    """An effective record of ``item`` puts an enterprise in ``tier``, unless its score puts it in a worse one."""

    item: Id
    tier: Name


class Catalogue(Frozen):
    """What persons and enterprises have in common: a base, dimensions and items."""

    personal: ClassVar[bool] = False
    base: Points
    dimensions: tuple[Dimension, ...] = Field(min_length=1)
    items: tuple[Item, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _ids_are_unique_and_dimensions_known(self) -> Self:
        refuse_twice(dimensions=self.dimensions, items=self.items)
        known = {d.id for d in self.dimensions}
        for item in self.items:
            if item.dimension not in known:
                raise no_such("dimension", item.dimension, known, "items", item.id, "dimension")
        return self

    @model_validator(mode="after")
    def _nothing_is_counted_that_may_not_be_held(self) -> Self:
        refuse_held(self.dimensions, personal=self.personal, under=("dimensions",))
        refuse_held(self.items, personal=self.personal, under=("items",))
        return self


class IndividualCatalogue(Catalogue):
    """Points for persons: they only add, nothing falls below the base, and they bring benefits.

    There is no field for an overriding condition, a tier, a ratio, a floor below zero or a learned
    score, and unknown keys are refused (NDRC, State Council press conference 2019-07-18).
    """

    personal: ClassVar[bool] = True
    base: Base
    minimum_age: AdultAge
    benefits: tuple[Benefit, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _persons_are_rewarded_and_nothing_else(cls, data: object) -> object:
        unjust = {"overrides", "tiers", "cutoffs", "ratio", "ratios", "inspection", "scorecard", "model", "penalties"}
        found = sorted(unjust & set(data)) if isinstance(data, dict) else []
        if found:
            raise Refused(
                f"{found[0]!r} is refused for persons: individual points add to a base and bring benefits, "
                "nothing else (no overriding condition, tier, ratio or learned score)",
                found[0],
            )
        return data

    @model_validator(mode="after")
    def _no_point_is_below_zero(self) -> Self:
        for item in self.items:
            for day in item.points.days:
                figure = item.points.at(day)
                if figure and figure.value < 0:
                    text = f"{figure.value / 1000:g} points are refused for persons; an item is worth 0 or more"
                    raise Refused(text, "items", item.id, "points", str(day))
        for dimension in self.dimensions:
            self._check_floor(dimension)
        return self

    @staticmethod
    def _check_floor(dimension: Dimension) -> None:
        why = {
            -1: "would let a person's score fall below its base",
            1: "would lift persons without a record above the base, and those not enrolled would stand below them",
        }
        for day in dimension.floor.days if dimension.floor else ():
            figure = dimension.floor.at(day) if dimension.floor else None
            if figure and figure.value:
                sign = 1 if figure.value > 0 else -1
                text = f"a floor of {figure.value / 1000:g} {why[sign]}; remove it"
                raise Refused(text, "dimensions", dimension.id, "floor", str(day))

    @model_validator(mode="after")
    def _a_benefit_starts_above_the_base(self) -> Self:
        refuse_twice(benefits=self.benefits)
        refuse_unjust(self.benefits, "benefits")
        for benefit in self.benefits:
            for day in every_day([benefit.from_score, self.base]):
                start, base = benefit.from_score.at(day), self.base.at(day)
                if start and base and start.value <= base.value:
                    raise Refused(
                        f"{day}: starts at {start.value / 1000:g}, not above the base of {base.value / 1000:g}; "
                        "it would set those at the base apart from those not enrolled",
                        "benefits", benefit.id, "from_score", str(start.since),
                    )  # fmt: skip
        return self


class EnterpriseCatalogue(Catalogue):
    """Points for enterprises; an overriding condition may lead to a tier whatever the score."""

    overrides: tuple[Override, ...] = ()

    @model_validator(mode="after")
    def _overrides_name_an_item(self) -> Self:
        refuse_twice(items=self.items, overrides=self.overrides)
        known = {item.id for item in self.items}
        for override in self.overrides:
            if override.item not in known:
                raise no_such("item", override.item, known, "overrides", override.id, "item")
            if sum(o.item == override.item for o in self.overrides) > 1:
                text = f"item {override.item!r} has two overrides; give it one tier"
                raise Refused(text, "overrides", override.id, "item")
        return self
