"""The rules of one day, frozen: what every later room reads.

Every number keeps its :class:`~credit_score.policy.dated.Figure`, so that whatever is computed
from it can cite the rule.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from credit_score.errors import PolicyError
from credit_score.policy import catalogues, schema
from credit_score.policy.dated import Dated, Figure, Frozen
from credit_score.policy.named import Label, Named
from credit_score.policy.repair import DishonestyClass
from credit_score.policy.signature import Amendment


@dataclass(frozen=True)
class Cited:
    """One number of a rule: where it stands in the policy, what it is, and why."""

    rule: str
    field: str
    label: Label | None
    figure: Figure


@dataclass(frozen=True)
class Number:
    """A dated value and where it stands in the policy, whatever the day."""

    rule: str
    field: str
    label: Label | None
    dated: Dated


@dataclass(frozen=True)
class Item:
    """An item in force: milli-points a record (weighted), months until they end, most of them.

    ``later`` are the amendments that the policy already holds: the day of each and the months from then on, 0
    where the item counts no more. ``ended_by`` is the reference of what ends its records: the item's own period, or
    the longest publicity of its class of dishonesty where that is shorter. ``earlier`` are the longest
    publicities before this one, the last day of each and its months: what they ended does not come back.
    """

    id: str
    label: Label
    dimension: str
    catalogue_kind: str
    points: int
    months: int
    cap: int | None
    reference: str
    basis: str
    later: tuple[tuple[date, int], ...] = ()
    ended_by: str = ""
    earlier: tuple[tuple[date, int], ...] = ()


@dataclass(frozen=True)
class Dimension:
    """A dimension in force, bounds in milli-points."""

    id: str
    label: Label
    cap: int
    floor: int | None


@dataclass(frozen=True)
class Catalogue:
    """The points of one kind of subject on one day: base, dimensions, items."""

    subject_kind: str
    base: int
    dimensions: tuple[Dimension, ...]
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Tier:
    """A tier in force: its code (0 is best) and its cut-off in milli-points (None for the last)."""

    code: int
    id: str
    label: Label
    cutoff: int | None


@dataclass(frozen=True)
class RuleSet:
    """A policy on a day. Build it with ``Policy.at``; it never changes."""

    model: schema.PolicyModel
    on: date

    @classmethod
    def of(cls, model: schema.PolicyModel, on: date) -> "RuleSet":
        """The rules in force on a day; raises PolicyError where nothing is yet in force."""
        rules = cls(model, on)
        needed = list(_needed(model))
        if any(d.at(on) is None for d in needed):
            first = max(d.days[0] for d in needed)
            held = f"start on {first}" if on < first else "do not all hold on it"
            raise PolicyError(
                f"policy {model.policy.name!r} is not in force on {on}",
                remedy=f"its base, cut-offs and schedule {held}; ask for a day on which they hold",
            )
        return rules

    @property
    def name(self) -> str:
        """The policy's name."""
        return self.model.policy.name

    @property
    def about(self) -> schema.About:
        """The policy's own words: identifiers, calendar, sectors, units."""
        return self.model.policy

    @property
    def signed(self) -> bool:
        """Whether a person has signed the policy by this day; otherwise every draw is a draft.

        An amendment's signature is of the whole as amended, so from its day on it counts, and no earlier one.
        """
        begun = [amendment.signature for since, amendment in self.model.amendments.items() if since <= self.on]
        signature = begun[-1] if begun else self.about.signature
        return signature is not None and signature.signed_on <= self.on

    def status(self, *, synthetic: bool) -> str:
        """``demonstration`` on synthetic records, ``draft`` while nobody has signed the policy, else ``in force``."""
        if synthetic:
            return "demonstration"
        return "in force" if self.signed else "draft"

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """Catalogue kinds that a record may have on this day."""
        return tuple(k.id for k in self.model.catalogue if k.in_force.at(self.on))

    @cached_property
    def individual(self) -> Catalogue | None:
        """Points for persons, or None where the policy has none."""
        model = self.model.individual
        return self._catalogue("individual", model) if model else None

    @cached_property
    def enterprise(self) -> Catalogue:
        """Points for enterprises."""
        return self._catalogue("enterprise", self.model.enterprise)

    @cached_property
    def minimum_age(self) -> int:
        """The age below which nobody is scored."""
        return int(self.figure(self.model.individual.minimum_age).value) if self.model.individual else 0

    @cached_property
    def tiers(self) -> tuple[Tier, ...]:
        """Tiers of enterprises, best first."""
        cuts = [t.from_score.at(self.on) if t.from_score else None for t in self.model.tiers.tiers]
        named = zip(self.model.tiers.tiers, cuts, strict=True)
        return tuple(Tier(i, t.id, t.label, c.value if c else None) for i, (t, c) in enumerate(named))

    @property
    def cutoffs(self) -> tuple[float, ...]:
        """Cut-offs in points, descending, one less than tiers."""
        return tuple(t.cutoff / 1000 for t in self.tiers if t.cutoff is not None)

    @cached_property
    def overrides(self) -> dict[str, tuple[str, int]]:
        """Item id → (override id, tier code), for the overriding conditions in force."""
        codes = {t.id: t.code for t in self.tiers}
        found = {o.item: (o.id, o.tier.at(self.on)) for o in self.model.enterprise.overrides}
        return {item: (rule, codes[figure.value]) for item, (rule, figure) in found.items() if figure}

    def benefits(self, score: int | None) -> tuple[catalogues.Benefit, ...]:
        """What a person may ask for at a score in milli-points; nothing adverse follows from any score.

        None (not enrolled, or left) and the base give the same answer: no benefit from points.
        """
        model = self.model.individual
        if model is None or score is None:
            return ()
        starts = ((b, b.from_score.at(self.on)) for b in model.benefits)
        return tuple(b for b, start in starts if start and score >= start.value)

    def figure(self, dated: Dated) -> Figure:
        """The figure of a dated value on this day; raises PolicyError where none is in force."""
        figure = dated.at(self.on)
        if figure is None:
            named = next((f"{n.rule}, {n.field}" for n in numbers(self.model) if n.dated is dated), "a number")
            raise PolicyError(
                f"not in force on {self.on}", where=f"policy {self.name!r}, {named}", remedy="choose another day"
            )
        return figure

    def value(self, dated: Dated | None) -> Any:
        """The value of a dated number on this day, or None where none is in force."""
        figure = dated.at(self.on) if dated else None
        return figure.value if figure else None

    def ending(self, kind: str, item: str) -> Cited | None:
        """What ends a record of an item by the rules of this day, as a number of its rule; None where nothing does."""
        model = self.model.individual if kind == "individual" else self.model.enterprise
        found = next((i for i in model.items if i.id == item), None) if model else None
        if model is None or found is None:
            return None
        grade = self._class(model, item)
        own, end = found.expires_after.at(self.on), self._end(found, grade)
        if end is None:
            return None
        if grade is None or end == own:
            return Cited(f"{kind}:items:{item}", "expires_after", found.label, end)
        return Cited(f"repair:classes:{grade.id}", "maximum", grade.label, end)

    def cited(self) -> list[Cited]:
        """Every number in force on this day, with its rule, basis and reference."""
        figures = ((n, n.dated.at(self.on)) for n in numbers(self.model))
        return [Cited(n.rule, n.field, n.label, figure) for n, figure in figures if figure]

    def _catalogue(self, kind: str, model: catalogues.Catalogue) -> Catalogue:
        held = ((d, self.value(d.cap)) for d in model.dimensions)
        dimensions = tuple(Dimension(d.id, d.label, cap, self.value(d.floor)) for d, cap in held if cap is not None)
        later = self._later(model)
        items = tuple(replace(item, later=later[item.id]) for item in self._items(model))
        return Catalogue(kind, self.figure(model.base).value, dimensions, items)

    def _items(self, model: catalogues.Catalogue) -> tuple[Item, ...]:
        """The items in force whose dimension and catalogue kind are in force too."""
        held = {d.id: self.value(d.weight) or 1000 for d in model.dimensions if d.cap.at(self.on)}
        listed = (i for i in model.items if i.dimension in held and i.catalogue_kind in self.kinds)
        return tuple(filter(None, (self._item(i, held[i.dimension], self._class(model, i.id)) for i in listed)))

    def _class(self, model: catalogues.Catalogue, item: str) -> DishonestyClass | None:
        """The class of dishonesty of an item; items of persons have none."""
        repair = self.model.repair if model is self.model.enterprise else None
        return repair.of_item(item) if repair else None

    def _later(self, model: catalogues.Catalogue) -> dict[str, tuple[tuple[date, int], ...]]:
        """Item id → its amendments after this day."""
        months = {i.id: i.months for i in self._items(model)}
        found: dict[str, tuple[tuple[date, int], ...]] = dict.fromkeys(months, ())
        moved = [*self.model.catalogue, *(d.cap for d in model.dimensions)]
        moved += [dated for i in model.items for dated in (i.points, i.expires_after)]
        moved += [grade.maximum for i in model.items if (grade := self._class(model, i.id))]
        days = {d for node in moved for n in numbers(node) for d in n.dated.days if d > self.on}
        for day in sorted(days):
            then = {i.id: i.months for i in replace(self, on=day)._items(model)}
            for item, before in months.items():
                if then.get(item, 0) != before:
                    found[item] = (*found[item], (day, then.get(item, 0)))
            months = {item: then.get(item, 0) for item in months}
        return found

    def _item(self, item: catalogues.Item, weight: int, grade: DishonestyClass | None) -> Item | None:
        points, end = item.points.at(self.on), self._end(item, grade)
        if points is None or end is None:
            return None
        weighted, rest = divmod(points.value * weight, 1000)
        if rest:
            raise PolicyError(
                f"item {item.id!r}: {points.value / 1000:g} points × weight {weight / 1000:g} is finer than .001",
                remedy="choose a weight or points that multiply to whole thousandths",
            )
        return Item(
            item.id, item.label, item.dimension, item.catalogue_kind, weighted, end.value, self.value(item.cap),
            points.reference, points.basis, ended_by=end.reference,
            earlier=grade.earlier(self.on) if grade else (),
        )  # fmt: skip

    def _end(self, item: catalogues.Item, grade: DishonestyClass | None) -> Figure | None:
        """The item's own period, or the longest publicity of its class where that is shorter; None without its own."""
        own, most = item.expires_after.at(self.on), grade.maximum.at(self.on) if grade else None
        return most if own and most and most.value < own.value else own


def _needed(model: schema.PolicyModel) -> Iterator[Dated]:
    """The numbers without which nothing can be computed on a day."""
    yield from (c.base for c in (model.enterprise, model.individual) if c)
    yield from (t.from_score for t in model.tiers.tiers if t.from_score)
    if model.individual:
        yield model.individual.minimum_age
    yield model.inspection.cap
    yield from (d.days_per_visit for d in model.inspection.departments)
    for tier in model.inspection.schedule.values():
        yield from (tier.ratio, tier.frequency, tier.floor)


def terms(node: Any, path: str = "") -> Iterator[tuple[str, str, str]]:
    """What a policy model says besides dated values and labels: rule, field, text; tiers and levels in their order.

    Heads of amendments are no terms: what they change is told by its numbers.
    """
    if isinstance(node, Dated | Label | Amendment):
        return
    if isinstance(node, Frozen):
        for name in sorted(set(type(node).model_fields) - {"id", "name"}):
            yield from terms(getattr(node, name), f"{path}:{name}" if path else name)
    elif isinstance(node, tuple) and node and isinstance(node[0], Named):
        for child in node:
            yield from terms(child, f"{path}:{child.id}")
        if path.endswith(("tiers", "levels")):
            yield path, "order", " ".join(child.id for child in node)
    elif isinstance(node, dict):
        for key, child in node.items():
            yield from terms(child, f"{path}:{key}")
    elif node is not None:
        rule, _, field = path.rpartition(":")
        yield rule, field, ", ".join(map(str, node)) if isinstance(node, tuple) else str(node)


def numbers(node: Any, path: str = "", label: Label | None = None) -> Iterator[Number]:
    """Every dated value of a policy model, whatever the day, with the rule and the field it stands in."""
    if isinstance(node, Dated):
        rule, _, field = path.rpartition(":")
        yield Number(rule, field, label, node)
    elif isinstance(node, Frozen):
        own = node.label if isinstance(node, Named) else label
        for name in type(node).model_fields:
            yield from numbers(getattr(node, name), f"{path}:{name}" if path else name, own)
    elif isinstance(node, dict | tuple):
        for key, child in node.items() if isinstance(node, dict) else enumerate(node):
            named = child.id if isinstance(child, Named) else key
            yield from numbers(child, f"{path}:{named}", label)
