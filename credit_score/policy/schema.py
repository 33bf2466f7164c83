"""What a policy can say. What is unjust cannot be written here.

For persons there are points that only add, a base nobody falls below, and benefits: the models
have no field for anything else, and the validators refuse what the fields would still let through.
"""

from collections.abc import Iterable
from datetime import date
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from credit_score.policy.dated import (
    Cap,
    Count,
    Dated,
    Days,
    Frozen,
    Holds,
    Name,
    Period,
    Points,
    Share,
    Visits,
    Weight,
    Years,
)

Id = Annotated[str, Field(pattern=r"^[^\s:]+$", max_length=80)]


class Label(Frozen):
    """A name in Chinese and in English; both are needed."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Named(Frozen):
    """Anything with an id for life and a label."""

    id: Id
    label: Label


class Rule(Named):
    """A named thing that is in force while its figures are."""


class CatalogueKind(Rule):
    """A kind of record that may enter a credit record at all, and since when."""

    in_force: Holds


class Item(Rule):
    """What one effective record earns: points, for how long, at most how much.

    ``cap`` bounds the sum over all records of the item: most points for an item that adds, most
    points lost for one that takes away (a number >= 0 in both cases).
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


class Benefit(Rule):
    """What a person may ask for from a score on: more credit, a better rate, a subsidy, a service."""

    kind: Literal["credit_line", "rate", "subsidy", "service"]
    from_score: Points


class Override(Rule):
    """An effective record of ``item`` puts an enterprise in ``tier``, whatever its score."""

    item: Id
    tier: Name


def _every(values: Iterable[Dated]) -> list[date]:
    return sorted({day for value in values for day in value.days})


def _twice(rules: Iterable[Named]) -> None:
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            raise ValueError(f"id {rule.id!r} stands twice; an id is for life and for one rule")
        seen.add(rule.id)


class Catalogue(Frozen):
    """What persons and enterprises have in common: a base, dimensions and items."""

    base: Points
    dimensions: tuple[Dimension, ...] = Field(min_length=1)
    items: tuple[Item, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _ids_are_unique_and_dimensions_known(self) -> Self:
        _twice((*self.dimensions, *self.items))
        known = {d.id for d in self.dimensions}
        for item in self.items:
            if item.dimension not in known:
                raise ValueError(f"item {item.id!r}: unknown dimension {item.dimension!r}; known: {sorted(known)}")
        return self


class IndividualCatalogue(Catalogue):
    """Points for persons: they only add, nothing falls below the base, and they bring benefits.

    There is no field for an overriding condition, a tier, a ratio, a floor below zero or a learned
    score, and unknown keys are refused (NDRC, State Council press conference 2019-07-18).
    """

    minimum_age: Years
    benefits: tuple[Benefit, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _persons_are_rewarded_and_nothing_else(cls, data: object) -> object:
        unjust = {"overrides", "tiers", "cutoffs", "ratio", "ratios", "inspection", "scorecard", "model", "penalties"}
        found = sorted(unjust & set(data)) if isinstance(data, dict) else []
        if found:
            raise ValueError(
                f"{found[0]!r} is refused for persons: individual points add to a base and bring benefits, "
                "nothing else (no overriding condition, tier, ratio or learned score)"
            )
        return data

    @model_validator(mode="after")
    def _no_point_is_below_zero(self) -> Self:
        for item in self.items:
            for day in item.points.days:
                figure = item.points.at(day)
                if figure and figure.value < 0:
                    raise ValueError(
                        f"item {item.id!r}, {day}: {figure.value / 1000:g} points are refused for persons; "
                        "an item is worth 0 or more"
                    )
        for dimension in self.dimensions:
            self._check_floor(dimension)
        return self

    @staticmethod
    def _check_floor(dimension: Dimension) -> None:
        for day in dimension.floor.days if dimension.floor else ():
            figure = dimension.floor.at(day) if dimension.floor else None
            if figure and figure.value < 0:
                raise ValueError(
                    f"dimension {dimension.id!r}, {day}: a floor of {figure.value / 1000:g} would let a "
                    "person's score fall below its base; remove it"
                )
            if figure and figure.value > 0:
                raise ValueError(
                    f"dimension {dimension.id!r}, {day}: a floor of {figure.value / 1000:g} would lift persons "
                    "without a record above the base, and those not enrolled would stand below them; remove it"
                )

    @model_validator(mode="after")
    def _a_benefit_starts_above_the_base(self) -> Self:
        _twice(self.benefits)
        for benefit in self.benefits:
            for day in _every([benefit.from_score, self.base]):
                start, base = benefit.from_score.at(day), self.base.at(day)
                if start and base and start.value <= base.value:
                    raise ValueError(
                        f"benefit {benefit.id!r}, {day}: starts at {start.value / 1000:g}, not above the base of "
                        f"{base.value / 1000:g}; it would set those at the base apart from those not enrolled"
                    )
        return self


class EnterpriseCatalogue(Catalogue):
    """Points for enterprises; an overriding condition may lead to a tier whatever the score."""

    overrides: tuple[Override, ...] = ()

    @model_validator(mode="after")
    def _overrides_name_an_item(self) -> Self:
        _twice((*self.items, *self.overrides))
        known = {item.id for item in self.items}
        named: set[str] = set()
        for override in self.overrides:
            if override.item not in known:
                raise ValueError(f"override {override.id!r}: unknown item {override.item!r}")
            if override.item in named:
                raise ValueError(f"override {override.id!r}: item {override.item!r} has one already; give it one tier")
            named.add(override.item)
        return self


class Tier(Rule):
    """A tier of enterprises; ``from_score`` is its cut-off, the lowest score, inclusive."""

    from_score: Points | None = None


class Tiers(Frozen):
    """Three to six tiers, best first. They hold enterprises only."""

    subjects: Literal["enterprise"]
    tiers: tuple[Tier, ...] = Field(min_length=3, max_length=6)

    @model_validator(mode="after")
    def _cutoffs_descend(self) -> Self:
        _twice(self.tiers)
        *upper, last = self.tiers
        if last.from_score is not None:
            raise ValueError(f"tier {last.id!r} is the last and takes every score left; remove its from_score")
        for tier in upper:
            if tier.from_score is None:
                raise ValueError(f"tier {tier.id!r} has no from_score; only the last tier is without one")
        for day in _every(t.from_score for t in upper if t.from_score):
            self._check_day(day)
        return self

    def _check_day(self, day: date) -> None:
        cuts = [t.from_score.at(day) for t in self.tiers if t.from_score]
        values = [c.value for c in cuts if c]
        if len(values) not in (0, len(cuts)):
            raise ValueError(f"{day}: {len(values)} of {len(cuts)} cut-offs are in force; give all or none")
        if any(a <= b for a, b in zip(values, values[1:], strict=False)):
            shown = ", ".join(f"{v / 1000:g}" for v in values)
            raise ValueError(f"{day}: cut-offs {shown} do not descend; the best tier comes first")


class TierSchedule(Frozen):
    """How often a tier is looked at: share drawn a year, visits to a drawn firm, least visits."""

    ratio: Share
    frequency: Visits
    floor: Count


class Department(Named):
    """A department that inspects: which sectors, how long a visit takes, ratios of its own."""

    sectors: tuple[Id, ...] | Literal["all"]
    days_per_visit: Days
    ratio: dict[str, Share] = {}


class StatutoryMinimum(Rule):
    """A law's own frequency: each firm of these industries at least once ``every`` so long."""

    department: Id
    industries: tuple[Id, ...] = Field(min_length=1)
    every: Period


class Inspection(Frozen):
    """The schedule of inspections of enterprises."""

    departments: tuple[Department, ...] = Field(min_length=1)
    schedule: dict[str, TierSchedule]
    cap: Visits
    county_minimum: Share | None = None
    statutory_minimums: tuple[StatutoryMinimum, ...] = ()

    @model_validator(mode="after")
    def _departments_are_known(self) -> Self:
        _twice(self.departments)
        _twice(self.statutory_minimums)
        known = {d.id for d in self.departments}
        for minimum in self.statutory_minimums:
            if minimum.department not in known:
                raise ValueError(f"statutory minimum {minimum.id!r}: unknown department {minimum.department!r}")
        return self


class Signature(Frozen):
    """Who put the policy in force, on which day. Without one every draw is a draft."""

    name: str = Field(min_length=1)
    office: str = Field(min_length=1)
    on: date


class Scheme(Frozen):
    """Which identifiers subjects carry: unified social credit codes and identity numbers, or plain ids."""

    enterprise: Literal["cn_uscc", "plain"]
    person: Literal["cn_ric", "plain"]


class About(Frozen):
    """The policy's name and the words of its jurisdiction: identifiers, calendar, sectors, units."""

    name: Id
    label: Label
    about: Label
    identifiers: Scheme
    calendar: Literal["cn", "weekdays"]
    sectors: tuple[Named, ...] = Field(min_length=1)
    sizes: tuple[Named, ...] = Field(min_length=1)
    units: tuple[Named, ...] = Field(min_length=1)
    signature: Signature | None = None

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        for group in (self.sectors, self.sizes, self.units):
            _twice(group)
        return self


class PolicyModel(Frozen):
    """A whole policy folder: one section a file."""

    policy: About
    catalogue: tuple[CatalogueKind, ...] = Field(min_length=1)
    enterprise: EnterpriseCatalogue
    tiers: Tiers
    inspection: Inspection
    individual: IndividualCatalogue | None = None

    @cached_property
    def kinds(self) -> frozenset[str]:
        """Ids of the catalogue kinds, whatever the day."""
        return frozenset(k.id for k in self.catalogue)

    @model_validator(mode="after")
    def _sections_agree(self) -> Self:
        _twice(self.catalogue)
        tiers = {t.id for t in self.tiers.tiers}
        for catalogue in filter(None, (self.individual, self.enterprise)):
            for item in catalogue.items:
                if item.catalogue_kind not in self.kinds:
                    raise ValueError(f"item {item.id!r}: unknown catalogue kind {item.catalogue_kind!r}")
        for override in self.enterprise.overrides:
            for day in override.tier.days:
                figure = override.tier.at(day)
                if figure and figure.value not in tiers:
                    raise ValueError(f"override {override.id!r}, {day}: unknown tier {figure.value!r}")
        self._check_inspection(tiers)
        return self

    def _check_inspection(self, tiers: set[str]) -> None:
        if set(self.inspection.schedule) != tiers:
            raise ValueError(f"schedule is for tiers {sorted(self.inspection.schedule)}, not {sorted(tiers)}")
        sectors = {s.id for s in self.policy.sectors}
        for department in self.inspection.departments:
            named = set() if department.sectors == "all" else set(department.sectors)
            if unknown := sorted(named - sectors):
                raise ValueError(f"department {department.id!r}: unknown sector {unknown[0]!r}")
            if unknown := sorted(set(department.ratio) - tiers):
                raise ValueError(f"department {department.id!r}: unknown tier {unknown[0]!r}")
