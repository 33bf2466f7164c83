"""What a policy can say, section by section. What is unjust cannot be written here.

Points are in ``catalogues.py``; this module holds tiers, inspections, the policy's own words, and
what the sections must agree on. Persons have no tier and no inspection.
"""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from itertools import pairwise
from math import ceil
from typing import Literal, Self

from pydantic import Field, model_validator

from credit_score.policy.catalogues import EnterpriseCatalogue, IndividualCatalogue
from credit_score.policy.clocks import Clock
from credit_score.policy.dated import (
    Count,
    Dated,
    Days,
    Frozen,
    Holds,
    Period,
    Points,
    Refused,
    Share,
    Visits,
)
from credit_score.policy.held import refuse_held
from credit_score.policy.measures import Measures
from credit_score.policy.named import Id, Label, Named, Rule, every_day, no_such, refuse_twice
from credit_score.policy.pilot import Pilot
from credit_score.policy.publication import Publication
from credit_score.policy.repair import Repair
from credit_score.policy.resources import Resources
from credit_score.policy.risk import Known, Risk
from credit_score.policy.scenes import Beside, Scenes
from credit_score.policy.signature import Amendment, Signature
from credit_score.policy.statements import Statements
from credit_score.policy.three_credit import ThreeCredit


class CatalogueKind(Rule):
    """A kind of record that may enter a credit record at all, and since when."""

    in_force: Holds


class Tier(Rule):
    """A tier of enterprises; ``from_score`` is its cut-off, the lowest score, inclusive."""

    from_score: Points | None = None


class Tiers(Frozen):
    """Three to six tiers, best first. They hold enterprises only."""

    subjects: Literal["enterprise"]
    tiers: tuple[Tier, ...] = Field(min_length=3, max_length=6)

    @model_validator(mode="after")
    def _cutoffs_descend(self) -> Self:
        refuse_twice(tiers=self.tiers)
        *upper, last = self.tiers
        if last.from_score is not None:
            text = f"tier {last.id!r} is the last and takes every score left; remove its from_score"
            raise Refused(text, "tiers", last.id, "from_score")
        for tier in upper:
            if tier.from_score is None:
                raise Refused(f"tier {tier.id!r} has no from_score; only the last is without one", "tiers", tier.id)
        for day in every_day(t.from_score for t in upper if t.from_score):
            self._check_day(day)
        return self

    def _check_day(self, day: date) -> None:
        cuts = [(t.id, t.from_score.at(day)) for t in self.tiers if t.from_score]
        held = [(tier, cut.value) for tier, cut in cuts if cut]
        if len(held) not in (0, len(cuts)):
            missing = next(tier for tier, cut in cuts if not cut)
            text = f"{day}: {len(held)} of {len(cuts)} cut-offs are in force; give all or none"
            raise Refused(text, "tiers", missing, "from_score")
        for (_, above), (tier, below) in pairwise(held):
            if above <= below:
                shown = ", ".join(f"{value / 1000:g}" for _, value in held)
                text = f"{day}: cut-offs {shown} do not descend; the best tier comes first"
                raise Refused(text, "tiers", tier, "from_score", str(day))


class TierSchedule(Frozen):
    """How often a tier is looked at: share drawn a year, visits to a drawn firm, least visits."""

    ratio: Share
    frequency: Visits
    floor: Count


class Department(Named):
    """A department that inspects: which sectors, how long a visit takes, and by tier numbers of its own."""

    sectors: tuple[Id, ...] | Literal["all"]
    days_per_visit: Days
    ratio: dict[str, Share] = Field(default_factory=dict)
    frequency: dict[str, Visits] = Field(default_factory=dict)
    floor: dict[str, Count] = Field(default_factory=dict)

    @property
    def own(self) -> dict[str, Mapping[str, Dated]]:
        """Its own numbers by what they are of and tier."""
        return {"ratio": self.ratio, "frequency": self.frequency, "floor": self.floor}


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
        refuse_twice(departments=self.departments)
        refuse_twice(statutory_minimums=self.statutory_minimums)
        known = {d.id for d in self.departments}
        for minimum in self.statutory_minimums:
            if minimum.department not in known:
                raise no_such("department", minimum.department, known, "statutory_minimums", minimum.id, "department")
        return self

    @model_validator(mode="after")
    def _no_frequency_is_above_the_cap(self) -> Self:
        for tier, numbers in self.schedule.items():
            self._check_cap(numbers.frequency, "schedule", tier, "frequency")
        for department in self.departments:
            for tier, frequency in department.frequency.items():
                self._check_cap(frequency, "departments", department.id, "frequency", tier)
        return self

    def _check_cap(self, frequency: Visits, *place: str) -> None:
        for day in every_day([frequency, self.cap]):
            visits, cap = frequency.at(day), self.cap.at(day)
            if visits and cap and visits.value > cap.value:
                text = f"{day}: {visits.value} visits a year to a drawn firm, but the annual cap is {cap.value}"
                raise Refused(text, *place, str(visits.since))

    @model_validator(mode="after")
    def _the_cap_leaves_room_for_what_a_law_asks_for(self) -> Self:
        for minimum in self.statutory_minimums:
            for day in every_day([minimum.every, self.cap]):
                every, cap = minimum.every.at(day), self.cap.at(day)
                if every and cap and every.value and ceil(12 / every.value) > cap.value:
                    asked = ceil(12 / every.value)
                    text = (
                        f"{day}: the annual cap of {cap.value} is below the {asked} visits that {minimum.id} asks for"
                    )
                    raise Refused(text, "cap", str(cap.since))
        return self


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
        refuse_twice(sectors=self.sectors)
        refuse_twice(sizes=self.sizes)
        refuse_twice(units=self.units)
        return self


class PolicyModel(Frozen):
    """A whole policy folder: one section a file, with the dates of its amendments among them.

    ``amendments``: the head of each by its day, ascending.
    """

    policy: About
    catalogue: tuple[CatalogueKind, ...] = Field(min_length=1)
    enterprise: EnterpriseCatalogue
    tiers: Tiers
    inspection: Inspection
    individual: IndividualCatalogue | None = None
    repair: Repair | None = None
    clocks: tuple[Clock, ...] | None = Field(default=None, min_length=1)
    resources: Resources | None = None
    risk: Risk | None = None
    pilot: Pilot | None = None
    three_credit: ThreeCredit | None = None
    scenes: Scenes | None = None
    measures: Measures | None = None
    statements: Statements | None = None
    publication: Publication | None = None
    amendments: dict[date, Amendment] = Field(default_factory=dict)

    @cached_property
    def kinds(self) -> frozenset[str]:
        """Ids of the catalogue kinds, whatever the day."""
        return frozenset(k.id for k in self.catalogue)

    @model_validator(mode="after")
    def _sections_agree(self) -> Self:
        refuse_twice(catalogue=self.catalogue)
        refuse_held(self.catalogue, personal=False, under=("catalogue",))
        for section, catalogue in (("individual", self.individual), ("enterprise", self.enterprise)):
            for item in catalogue.items if catalogue else ():
                if item.catalogue_kind not in self.kinds:
                    place = (section, "items", item.id, "catalogue_kind")
                    raise no_such("catalogue kind", item.catalogue_kind, self.kinds, *place)
        self._check_overrides()
        self._check_schedule()
        self._check_departments()
        self._check_repair()
        self._check_clocks()
        self._check_resources()
        self._check_pilot()
        self._check_risk()
        self._check_scenes()
        self._check_measures()
        self._check_three_credit()
        if self.pilot and self.pilot.office:
            self.pilot.office.check(units=[u.id for u in self.policy.units])
        self._check_statements()
        self._check_publication()
        return self

    @cached_property
    def tier_ids(self) -> frozenset[str]:
        """Ids of the tiers."""
        return frozenset(t.id for t in self.tiers.tiers)

    def _check_overrides(self) -> None:
        for override in self.enterprise.overrides:
            for day in override.tier.days:
                figure = override.tier.at(day)
                place = ("enterprise", "overrides", override.id, "tier", str(day), "value")
                if figure and figure.value not in self.tier_ids:
                    raise no_such("tier", figure.value, self.tier_ids, *place)
                if figure and figure.value == self.tiers.tiers[0].id:
                    text = f"tier {figure.value!r} is the best; an overriding condition can only lead to a worse one"
                    raise Refused(text, *place)

    def _check_schedule(self) -> None:
        scheduled = set(self.inspection.schedule)
        if unknown := sorted(scheduled - self.tier_ids):
            raise no_such("tier", unknown[0], self.tier_ids, "inspection", "schedule", unknown[0])
        if missing := sorted(self.tier_ids - scheduled):
            raise Refused(f"tier {missing[0]!r} has no schedule", "inspection", "schedule")

    def _check_departments(self) -> None:
        sectors = {s.id for s in self.policy.sectors}
        for department in self.inspection.departments:
            place = ("inspection", "departments", department.id)
            named = set() if department.sectors == "all" else set(department.sectors)
            if unknown := sorted(named - sectors):
                raise no_such("sector", unknown[0], sectors, *place, "sectors")
            for name, by_tier in department.own.items():
                if unknown := sorted(set(by_tier) - self.tier_ids):
                    raise no_such("tier", unknown[0], self.tier_ids, *place, name, unknown[0])

    def _check_repair(self) -> None:
        if self.repair is None:
            return
        own = [i.id for i in self.individual.items] if self.individual else []
        try:
            self.repair.check([i.id for i in self.enterprise.items], own, [u.id for u in self.policy.units])
        except Refused as refused:
            raise Refused(str(refused), "repair", *refused.place) from None

    def _check_clocks(self) -> None:
        refuse_twice(clocks=self.clocks or ())
        items = {i.id for c in (self.individual, self.enterprise) if c for i in c.items}
        known = {"kinds": self.kinds, "items": items, "units": {u.id for u in self.policy.units}}
        for clock in self.clocks or ():
            for field, names in known.items():
                named = getattr(clock.covers, field)
                if unknown := sorted(set(() if named == "all" else named) - names):
                    raise no_such(field.removesuffix("s"), unknown[0], names, "clocks", clock.id, "covers", field)
            if counted := sorted(items & set(clock.covers.others)):
                text = f"item {counted[0]!r} stands in a catalogue; name it under items"
                raise Refused(text, "clocks", clock.id, "covers", "others")

    def _check_resources(self) -> None:
        if self.resources:
            about = self.policy
            units, sectors = ((named.id for named in group) for group in (about.units, about.sectors))
            self.resources.check(units=units, kinds=self.kinds, sectors=sectors)

    def _check_pilot(self) -> None:
        if self.pilot:
            clocks = [c.id for c in self.clocks or ()]
            self.pilot.check(units=[u.id for u in self.policy.units], clocks=clocks)

    def _check_publication(self) -> None:
        if self.publication:
            try:
                self.publication.check(items=[i.id for c in (self.individual, self.enterprise) if c for i in c.items])
            except Refused as refused:
                raise Refused(str(refused), "publication", *refused.place) from None

    def _check_risk(self) -> None:
        if not self.risk:
            return
        sectors = [s.id for s in self.policy.sectors]
        departments = {d.id: sectors if d.sectors == "all" else d.sectors for d in self.inspection.departments}
        overrides = [o.id for o in self.enterprise.overrides]
        items = [i.id for i in self.enterprise.items]
        self.risk.check(Known([t.id for t in self.tiers.tiers], departments, sectors, items, overrides))

    def _check_scenes(self) -> None:
        if self.scenes:
            units = frozenset(u.id for u in self.policy.units)
            self.scenes.check(Beside(units, self.individual.base if self.individual else None, self.enterprise))

    def _check_measures(self) -> None:
        if self.measures:
            own = [i.id for i in self.individual.items] if self.individual else []
            items, units = {i.id: i for i in self.enterprise.items}, [u.id for u in self.policy.units]
            self.measures.check(items=items, persons=own, units=units)

    def _check_three_credit(self) -> None:
        if self.three_credit:
            base = self.individual.base if self.individual else None
            self.three_credit.check(base=base, sectors=[s.id for s in self.policy.sectors])

    def _check_statements(self) -> None:
        if self.statements and not self.pilot:
            text = "names uses of reports, which stand in the section pilot; add pilot.yaml"
            raise Refused(text, "statements", "uses")
        if self.statements:
            units, items = (u.id for u in self.policy.units), (i.id for i in self.enterprise.items)
            uses = (u.id for u in self.pilot.report_uses) if self.pilot else ()
            self.statements.check(units=units, items=items, uses=uses)
