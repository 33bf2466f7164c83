"""The rules of one day, frozen: what every later room reads.

Every number keeps its :class:`~credit_score.policy.dated.Figure`, so that whatever is computed
from it can cite the rule.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from credit_score.errors import PolicyError
from credit_score.policy import catalogues, schema
from credit_score.policy.dated import Dated, Figure, Frozen
from credit_score.policy.named import Label, Named


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
    """An item in force: milli-points a record (weighted), months until they end, most of them."""

    id: str
    label: Label
    dimension: str
    catalogue_kind: str
    points: int
    months: int
    cap: int | None
    reference: str
    basis: str


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
        needed = [c.base for c in (model.enterprise, model.individual) if c]
        needed += [t.from_score for t in model.tiers.tiers if t.from_score]
        if any(d.at(on) is None for d in needed):
            first = max(d.days[0] for d in needed)
            held = f"start on {first}" if on < first else "do not all hold on it"
            raise PolicyError(
                f"policy {model.policy.name!r} is not in force on {on}",
                remedy=f"its base and cut-offs {held}; ask for a day on which they hold",
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
        """Whether a person has signed the policy by this day; otherwise every draw is a draft."""
        signature = self.about.signature
        return signature is not None and signature.signed_on <= self.on

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

    def cited(self) -> list[Cited]:
        """Every number in force on this day, with its rule, basis and reference."""
        figures = ((n, n.dated.at(self.on)) for n in numbers(self.model))
        return [Cited(n.rule, n.field, n.label, figure) for n, figure in figures if figure]

    def _catalogue(self, kind: str, model: catalogues.Catalogue) -> Catalogue:
        held = ((d, self.value(d.cap)) for d in model.dimensions)
        dimensions = tuple(Dimension(d.id, d.label, cap, self.value(d.floor)) for d, cap in held if cap is not None)
        weights = {d.id: self.value(d.weight) or 1000 for d in model.dimensions}
        known = {d.id for d in dimensions}
        listed = (i for i in model.items if i.dimension in known and i.catalogue_kind in self.kinds)
        items = (self._item(i, weights[i.dimension]) for i in listed)
        return Catalogue(kind, self.figure(model.base).value, dimensions, tuple(filter(None, items)))

    def _item(self, item: catalogues.Item, weight: int) -> Item | None:
        points, months = item.points.at(self.on), item.expires_after.at(self.on)
        if points is None or months is None:
            return None
        weighted, rest = divmod(points.value * weight, 1000)
        if rest:
            raise PolicyError(
                f"item {item.id!r}: {points.value / 1000:g} points × weight {weight / 1000:g} is finer than .001",
                remedy="choose a weight or points that multiply to whole thousandths",
            )
        return Item(
            item.id, item.label, item.dimension, item.catalogue_kind,
            weighted, months.value, self.value(item.cap), points.reference, points.basis,
        )  # fmt: skip


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
