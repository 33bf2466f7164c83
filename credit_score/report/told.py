"""Words of a statement in one language, and rules cited with their ground."""

from typing import Any

from credit_score.language import reference_in, say
from credit_score.policy.dated import Figure
from credit_score.policy.ruleset import RuleSet, Tier
from credit_score.report.number import points


class Told:
    """Words in one language, and rules cited by the names that ``credit-score policy show`` gives them."""

    def __init__(self, rules: RuleSet, lang: str) -> None:
        self.rules, self.lang = rules, lang
        self.figures = {(c.rule, c.field): c.figure for c in rules.cited()}

    def say(self, key: str, **values: object) -> str:
        """A text of the catalogue."""
        return say(key, self.lang, **values)

    def label(self, named: Any) -> str:
        """A label of the policy."""
        return str(getattr(named.label, self.lang))

    def rule(self, rule: str, field: str) -> str:
        """A line that cites a number of a rule, with its basis and reference."""
        return self.cite(rule, [(field, self.figures[rule, field])])[0]

    def cite(self, rule: str, numbered: list[tuple[str, Figure]]) -> list[str]:
        """Lines that cite numbers of a rule; those on the same ground share a line."""
        grounds: dict[tuple[str, str], list[str]] = {}
        for field, figure in numbered:
            grounds.setdefault((figure.basis, figure.reference), []).append(self.say(f"field.{field}"))
        return [self._ground(rule, fields, *ground) for ground, fields in grounds.items()]

    def weight(self, kind: str, dimension: str) -> int:
        """The weight of a dimension, in thousandths; 1000 where none is in force."""
        figure = self.figures.get((f"{kind}:dimensions:{dimension}", "weight"))
        return figure.value if figure else 1000

    def by_cutoff(
        self, tier: Tier, tiers: tuple[Tier, ...], score_milli: int, under: str = "tiers:tiers"
    ) -> tuple[str, str]:
        """Why a score is in a tier, in words, and the rule of the cut-off reached, or missed by the last tier's."""
        if tier.cutoff is None:
            return self.say("explain.by_score_last"), self.rule(f"{under}:{tiers[-2].id}", "from_score")
        values = {"score": points(score_milli), "cutoff": points(tier.cutoff)}
        return self.say("explain.by_score", **values), self.rule(f"{under}:{tier.id}", "from_score")

    def _ground(self, rule: str, fields: list[str], basis: str, reference: str) -> str:
        told = self.say("explain.and").join(dict.fromkeys(fields))
        ground = {"basis": self.say(f"basis.{basis}"), "reference": reference_in(reference, self.lang)}
        return "      " + self.say("explain.rule", rule=rule, field=told, **ground)
