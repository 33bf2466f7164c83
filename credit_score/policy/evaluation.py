"""The evaluations of one day, frozen: what each department makes of a firm's credit and risk."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from credit_score.policy import risk
from credit_score.policy.named import Label
from credit_score.policy.ruleset import RuleSet, Tier


@dataclass(frozen=True)
class Inherent:
    """The level, by code, of an industry and of every one whose code begins with it; ``rule`` is its rule's id."""

    industry: str
    rule: str
    label: Label
    level: int


@dataclass(frozen=True)
class Evaluation:
    """A department's rule set in force. Codes of tiers and levels are their places, 0 the best and the lowest.

    Attributes
    ----------
    supervised : the sectors of the department. ``sectors``, ``industries`` : whose firms among them are evaluated.
    tiers : with the cut-offs that credit tiers come from; ``own_cutoffs`` : whether they are the evaluation's own.
    levels : level ids, the lowest first.
    inherent : the longest codes first, so that the first that fits a firm is its own.
    otherwise : the level of firms whose industry has none.
    bounds : lowest PD of each level but the first, ascending; empty where PDs do not count.
    matrix : tier code by credit tier and risk level.
    overrides : item → (override id, tier code), the county's and the evaluation's own; the worse of two on one item.
    """

    id: str
    label: Label
    department: str
    supervised: tuple[str, ...]
    sectors: tuple[str, ...]
    industries: tuple[str, ...]
    tiers: tuple[Tier, ...]
    own_cutoffs: bool
    levels: tuple[risk.RiskLevel, ...]
    inherent: tuple[Inherent, ...]
    otherwise: int
    bounds: tuple[float, ...]
    matrix: tuple[tuple[int, ...], ...]
    overrides: dict[str, tuple[str, int]]


def evaluations(rules: RuleSet) -> tuple[Evaluation, ...]:
    """The evaluations in force on the day, in the policy's order; none where it has no section ``risk``."""
    section = rules.model.risk
    held = section.evaluations if section else ()
    return tuple(_on_the_day(rules, section, e) for e in held if section and e.otherwise.at(rules.on))


def _on_the_day(rules: RuleSet, section: risk.Risk, own: risk.Evaluation) -> Evaluation:
    levels = tuple(level for level in section.levels if level.in_force.at(rules.on))
    codes = {level.id: i for i, level in enumerate(levels)}
    tiers = {tier.id: tier.code for tier in rules.tiers}
    every = tuple(s.id for s in rules.about.sectors)
    supervised = next(d.sectors for d in rules.model.inspection.departments if d.id == own.department)
    cuts = [rules.value(own.cutoffs[t.id].from_score) if t.id in own.cutoffs else None for t in rules.tiers]
    stated = any(cut is not None for cut in cuts)
    placed = zip(rules.tiers, cuts, strict=True)
    bounds = (rules.value(own.pd[level.id].from_pd) if level.id in own.pd else None for level in levels[1:])
    return Evaluation(
        own.id, own.label, own.department,
        supervised=every if supervised == "all" else supervised,
        sectors=every if own.sectors == "all" else own.sectors,
        industries=own.industries,
        tiers=tuple(replace(t, cutoff=cut) for t, cut in placed) if stated else rules.tiers,
        own_cutoffs=stated,
        levels=levels,
        inherent=tuple(_inherent(rules, own, codes)),
        otherwise=codes[rules.figure(own.otherwise).value],
        bounds=tuple(bound for bound in bounds if bound is not None),
        matrix=tuple(
            tuple(tiers[rules.figure(own.matrix[t][level.id].tier).value] for level in levels) for t in tiers
        ),
        overrides=_overrides(rules, own, tiers),
    )  # fmt: skip


def _inherent(rules: RuleSet, own: risk.Evaluation, codes: dict[str, int]) -> Iterator[Inherent]:
    """The industries that have a level, the longest codes first."""
    held = [(code, rule, rules.value(rule.level)) for rule in own.inherent for code in rule.industries]
    for code, rule, level in sorted(held, key=lambda found: (-len(found[0]), found[0])):
        if level is not None:
            yield Inherent(code, rule.id, rule.label, codes[level])


def _overrides(rules: RuleSet, own: risk.Evaluation, tiers: dict[str, int]) -> dict[str, tuple[str, int]]:
    """The county's overriding conditions and the evaluation's own; of two on one item the worse."""
    found = dict(rules.overrides)
    for override in own.overrides:
        tier = rules.value(override.tier)
        if tier is not None and tiers[tier] > found.get(override.item, ("", -1))[1]:
            found[override.item] = (override.id, tiers[tier])
    return found
