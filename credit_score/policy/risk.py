"""Risk and credit together: a department's own dated rule set that makes a tier of both (行业信用评价).

A firm's credit tier comes from its credit score, its risk level from its industry or a learned probability of a
problem (PD), and the matrix leads from the two to the tier that the department works with. Enterprises only.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Literal, NamedTuple, Self

from pydantic import Field, model_validator

from credit_score.policy.catalogues import Override
from credit_score.policy.dated import Dated, Frozen, Holds, Name, Points, Refused, Share
from credit_score.policy.named import Id, Rule, every_day, no_such, refuse_twice


class RiskLevel(Rule):
    """A level of risk, and since when there is one."""

    in_force: Holds


class InherentRisk(Rule):
    """The level of firms of these industries: of each code, and of every code that begins with it, as of GB/T 4754."""

    industries: tuple[Id, ...] = Field(min_length=1)
    level: Name


class CutOff(Frozen):
    """The lowest score of a credit tier, inclusive, where a department has cut-offs of its own."""

    from_score: Points


class Band(Frozen):
    """The lowest learned PD of a level, inclusive."""

    from_pd: Share


class Cell(Frozen):
    """Where a credit tier and a risk level lead to."""

    tier: Name


class Known(NamedTuple):
    """What else the policy has: tiers (best first), sectors of each department, sectors, items, ids of overrides."""

    tiers: Sequence[str]
    departments: Mapping[str, Iterable[str]]
    sectors: Iterable[str]
    items: Iterable[str]
    overrides: Iterable[str]


class Evaluation(Rule):
    """The rule set of one department, in force while ``otherwise`` is: its firms, their risk, and the matrix.

    Its firms are those it supervises in ``sectors``, and those of ``industries`` (codes as in :class:`InherentRisk`).
    ``otherwise`` is the level of its firms whose industry has none. ``cutoffs`` stand in the place of the county's.
    """

    department: Id
    sectors: tuple[Id, ...] | Literal["all"] = ()
    industries: tuple[Id, ...] = ()
    cutoffs: dict[str, CutOff] = Field(default_factory=dict)
    inherent: tuple[InherentRisk, ...] = ()
    otherwise: Name
    pd: dict[str, Band] = Field(default_factory=dict)
    matrix: dict[str, dict[str, Cell]]
    overrides: tuple[Override, ...] = ()

    @model_validator(mode="after")
    def _firms_and_industries_are_told_apart(self) -> Self:
        refuse_twice(inherent=self.inherent)
        if not (self.sectors or self.industries):
            raise Refused("neither sectors nor industries are named; the evaluation would have no firm", "sectors")
        codes = [(code, rule.id) for rule in self.inherent for code in rule.industries]
        for code, rule in codes:
            if sum(code == other for other, _ in codes) > 1:
                raise Refused(f"industry {code!r} has two levels; give it one", "inherent", rule, "industries")
            if not self.sectors and not any(code.startswith(own) for own in self.industries):
                text = f"industry {code!r} is none of the evaluation's {', '.join(self.industries)}"
                raise Refused(text, "inherent", rule, "industries")
        return self

    def check(self, levels: Sequence[RiskLevel], known: Known) -> None:
        """Refuse a name that the policy does not have, and on every day in force what is missing or out of order."""
        self._check_names([level.id for level in levels], known)
        moving = [*(level.in_force for level in levels), *(dated for _, dated, _ in self._dated())]
        for day in every_day(moving):
            if self.otherwise.at(day):
                self._check_day(day, [level.id for level in levels if level.in_force.at(day)], known.tiers)

    def _check_names(self, levels: Sequence[str], known: Known) -> None:
        if self.department not in known.departments:
            raise no_such("department", self.department, known.departments, "department")
        supervised = set(known.departments[self.department])
        for sector in () if self.sectors == "all" else self.sectors:
            if sector not in known.sectors:
                raise no_such("sector", sector, known.sectors, "sectors")
            if sector not in supervised:
                raise Refused(f"department {self.department!r} does not supervise sector {sector!r}", "sectors")
        self._check_keys("cutoffs", self.cutoffs, "tier", known.tiers[:-1])
        self._check_keys("pd", self.pd, "level", levels[1:])
        self._check_keys("matrix", self.matrix, "tier", known.tiers)
        for tier, row in self.matrix.items():
            self._check_keys("matrix", row, "level", levels, tier)
        for what, dated, place in self._dated():
            names = {"level": levels, "tier": known.tiers}.get(what)
            for day in dated.days if names else ():
                figure = dated.at(day)
                if figure and figure.value not in (names or ()):
                    raise no_such(what, figure.value, names or (), *place, str(day), "value")
        self._check_overrides(known)

    @staticmethod
    def _check_keys(field: str, held: Iterable[str], what: str, allowed: Sequence[str], *under: str) -> None:
        for name in held:
            if name not in allowed:
                raise no_such(what, name, allowed, field, *under, name)

    def _check_overrides(self, known: Known) -> None:
        for override in self.overrides:
            if override.item not in known.items:
                raise no_such("item", override.item, known.items, "overrides", override.id, "item")
            if sum(o.item == override.item for o in self.overrides) > 1:
                text = f"item {override.item!r} has two overrides; give it one tier"
                raise Refused(text, "overrides", override.id, "item")
            if override.id in known.overrides:
                text = f"id {override.id!r} is an overriding condition elsewhere; an id is for one rule"
                raise Refused(text, "overrides", override.id, "id")
            for day in override.tier.days:
                figure = override.tier.at(day)
                if figure and figure.value == known.tiers[0]:
                    text = f"tier {figure.value!r} is the best; an overriding condition can only lead to a worse one"
                    raise Refused(text, "overrides", override.id, "tier", str(day), "value")

    def _dated(self) -> Iterator[tuple[str, Dated, tuple[str, ...]]]:
        """Every dated value with what it holds (a level, a tier or a number) and where it stands."""
        yield "level", self.otherwise, ("otherwise",)
        yield from (("level", rule.level, ("inherent", rule.id, "level")) for rule in self.inherent)
        yield from (("tier", o.tier, ("overrides", o.id, "tier")) for o in self.overrides)
        for tier, row in self.matrix.items():
            yield from (("tier", cell.tier, ("matrix", tier, level, "tier")) for level, cell in row.items())
        yield from (("number", cut.from_score, ("cutoffs", tier, "from_score")) for tier, cut in self.cutoffs.items())
        yield from (("number", band.from_pd, ("pd", level, "from_pd")) for level, band in self.pd.items())

    def _check_day(self, day: date, levels: Sequence[str], tiers: Sequence[str]) -> None:
        for what, dated, place in self._dated():
            figure = dated.at(day)
            if what == "level" and figure and figure.value not in levels:
                text = f"{day}: level {figure.value!r} is not in force"
                raise Refused(text, *place, str(figure.since), "value")
        self._check_order(day, "cutoffs", {t: c.from_score for t, c in self.cutoffs.items()}, tiers[:-1])
        self._check_order(day, "pd", {n: band.from_pd for n, band in self.pd.items()}, levels[1:])
        self._check_matrix(day, levels, tiers)

    def _check_order(self, day: date, field: str, held: Mapping[str, Dated], names: Sequence[str]) -> None:
        """Cut-offs descend from the best tier on, PDs ascend from the lowest level on; all of a field or none."""
        figures = [held[name].at(day) if name in held else None for name in names]
        if any(figures) and not all(figures):
            missing = names[figures.index(None)]
            raise Refused(f"{day}: {field} of {missing!r} is not in force; give all or none", field, missing)
        values = [figure.value for figure in figures if figure]
        for (above, below), name in zip(pairwise(values), names[1:], strict=False):
            if (above <= below) if field == "cutoffs" else (above >= below):
                scale, order = (1000, "descend") if field == "cutoffs" else (1, "ascend")
                shown = ", ".join(f"{value / scale:g}" for value in values)
                raise Refused(f"{day}: {field} {shown} do not {order}", field, name)

    def _check_matrix(self, day: date, levels: Sequence[str], tiers: Sequence[str]) -> None:
        for i, tier in enumerate(tiers):
            for j, level in enumerate(levels):
                here = self._code(day, tier, level, tiers)
                left = self._code(day, tier, levels[j - 1], tiers) if j else 0
                above = self._code(day, tiers[i - 1], level, tiers) if i else 0
                if here < max(left, above):
                    why = "a higher risk" if here < left else "a worse credit tier"
                    text = f"{day}: {why} leads to a better tier, {tiers[here]!r}, than {tiers[max(left, above)]!r}"
                    raise Refused(text, "matrix", tier, level, "tier")

    def _code(self, day: date, tier: str, level: str, tiers: Sequence[str]) -> int:
        cell = self.matrix.get(tier, {}).get(level)
        figure = cell.tier.at(day) if cell else None
        if figure is None:
            text = f"{day}: no tier for credit tier {tier!r} and risk level {level!r}; fill every cell"
            raise Refused(text, "matrix", *([tier] if tier in self.matrix else []), *([level] if cell else []))
        return tiers.index(figure.value)


class Risk(Frozen):
    """Levels of risk, the lowest first, and the evaluations, one for a department."""

    levels: tuple[RiskLevel, ...] = Field(min_length=2, max_length=6)
    evaluations: tuple[Evaluation, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _each_stands_once(self) -> Self:
        refuse_twice(levels=self.levels)
        refuse_twice(evaluations=self.evaluations)
        seen: dict[str, str] = {}
        for evaluation in self.evaluations:
            if other := seen.get(evaluation.department):
                text = f"department {evaluation.department!r} has an evaluation already, {other!r}; give it one"
                raise Refused(text, "evaluations", evaluation.id, "department")
            seen[evaluation.department] = evaluation.id
        return self

    def check(self, known: Known) -> None:
        """Refuse what the policy does not have, and an evaluation that is not whole on a day on which it holds."""
        taken = set(known.overrides)
        for evaluation in self.evaluations:
            try:
                evaluation.check(self.levels, known._replace(overrides=taken))
            except Refused as refused:
                raise Refused(str(refused), "risk", "evaluations", evaluation.id, *refused.place) from None
            taken |= {override.id for override in evaluation.overrides}
