"""A decision in one language: its names, and how its numbers are written."""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np

from credit_score.language import reference_in, say, status_told
from credit_score.policy import RuleSet
from credit_score.report.content import labels, rules_cited
from credit_score.report.dossier.decision import Decision, Person
from credit_score.report.number import exact, likely, percent, rounded


class Words:
    """Texts of the catalogue and names of the policy, in one language."""

    def __init__(self, decision: Decision, lang: str) -> None:
        self.decision, self.lang, self.cube = decision, lang, decision.cube

    def say(self, key: str, **values: object) -> str:
        """A text of the catalogue."""
        return say(key, self.lang, **values)

    def names(self, group: str) -> list[str]:
        """Labels of the cube's ``tiers``, ``departments``, ``sectors`` or ``sizes``, in its order."""
        named = labels(self.decision.after, group)
        return [named[i][self.lang] for i in getattr(self.cube, group)]

    @cached_property
    def status(self) -> str:
        """The status in a sentence."""
        return status_told(self.decision.status, self.lang)

    def person(self, person: Person | None) -> str:
        """Name and office; that nobody signed where there is none."""
        if person is None:
            return self.say("dossier.nobody_signed")
        return self.say("dossier.person", name=person.name, office=person.office)

    def between(self, value: float, ends: tuple[float | None, float | None], digits: int = 1, unit: str = "") -> str:
        """A number with its interval; alone where there is none. ``unit`` %: a share, told in percent."""
        by = 100 if unit else 1
        told = rounded(value * by, digits) + (unit if np.isfinite(value) else "")
        if ends[0] is None or ends[1] is None:
            return told
        low, high = (rounded(end * by, digits) for end in ends)
        return self.say("dossier.with_interval", value=told, low=low, high=high + unit)

    def chance(self, better: Mapping[str, Any] | None, which: str) -> str:
        """A chance that simulated years gave, in percent; never as what is sure."""
        return likely(None if better is None else better[which])

    def ground(self, basis: str, reference: str) -> str:
        """Basis and reference of a number; nothing where it has none."""
        if not basis:
            return ""
        return self.say(
            "dossier.ground", basis=self.say(f"basis.{basis}"), reference=reference_in(reference, self.lang)
        )

    def value(self, value: Any, unit: str) -> str:
        """A number of a rule with its unit; ``–`` where there is none."""
        if value is None or value != value:  # noqa: PLR0124 - what is missing in a frame is not itself
            return "–"
        if unit == "share":
            return percent(value)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return str(value)
        return exact(value) if unit == "count" else f"{exact(value)} {self.unit(unit)}"

    def common(self, rules: RuleSet, row: Mapping[str, object]) -> str:
        """The number that all departments share, for one that a department has not of its own; ``–`` for others."""
        *_, kind = str(row["rule"]).split(":")
        for told in rules_cited(rules):
            if (told["rule"], told["field"]) == (f"inspection:schedule:{row['field']}", kind):
                return self.say("dossier.common", value=self.value(told["value"], told["unit"]))
        return "–"

    def unit(self, unit: str) -> str:
        """A unit of the policy."""
        return self.say("unit." + re.sub(r"\W", "_", unit))

    @cached_property
    def _cited(self) -> dict[tuple[str, str], dict[str, Any]]:
        both = (*rules_cited(self.decision.before), *rules_cited(self.decision.after))
        return {(row["rule"], row["field"]): row for row in both}

    def number(self, rule: str, field: str) -> str:
        """The name of a number of a rule: whose it is, and which."""
        row = self._cited.get((rule, field))
        if row is None:
            return f"{rule}: {field}"
        if row["tier"]:
            kind = rule.rpartition(":")[2]
            field = self.say("dossier.number", rule=row["tier"][self.lang], field=self.say(f"field.{kind}"))
        else:
            field = self.say(f"field.{field}")
        return self.say("dossier.number", rule=row["label"][self.lang], field=field)
