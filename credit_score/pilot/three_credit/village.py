"""A village against the criteria: its status, and what it lacks in plain numbers that may be told."""

from collections.abc import Hashable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from credit_score.language import Lang, say
from credit_score.pilot.three_credit.criteria import Criteria, needed, percent
from credit_score.pilot.three_credit.telling import Part

CREDIT, NOT_YET, NOT_ASSESSED, WITHIN_TOWN = "credit", "not_yet", "not_assessed", "within_town"
# How what lacks is told: as a count, as fewer than the least count that is told, or as that many and more.
HOUSEHOLDS = ("three_credit.households", "three_credit.households_few", "three_credit.households_many")
BORROWERS = ("three_credit.borrowers", "three_credit.borrowers_few", "three_credit.borrowers_many")


@dataclass(frozen=True)
class Village:
    """What is known of a village; ``borrowers`` and ``bad_loans_met`` are None without sums of a bank.

    ``loans, bad_loans``: in fen.
    """

    town: str
    name: str
    households: Part
    borrowers: Part | None = None
    loans: int = 0
    bad_loans: int = 0
    bad_loans_met: bool | None = None

    @property
    def met(self) -> tuple[bool | None, ...]:
        """Whether each criterion is met: households, borrowers, bad loans; None where that is not known."""
        return self.households.met, self.borrowers.met if self.borrowers else None, self.bad_loans_met

    def stands_alone(self, least: int) -> bool:
        """Whether it has a status of its own, see :mod:`credit_score.pilot.three_credit.telling`."""
        return all(part.stands_alone(least) for part in (self.households, self.borrowers) if part)

    def status(self, least: int) -> str:
        """``credit``; ``not_yet`` where a criterion is not met; ``not_assessed`` where only a bank's sums are missing.

        ``within_town`` where the village does not stand alone.
        """
        if not self.stands_alone(least):
            return WITHIN_TOWN
        if False in self.met:
            return NOT_YET
        return NOT_ASSESSED if None in self.met else CREDIT

    def lacks(self, criteria: Criteria, told: tuple[bool, bool], lang: Lang) -> str:
        """What is lacking, in words; ``told``: whether the counts of households and of borrowers may be told."""
        least = criteria.least
        if not self.stands_alone(least):
            return say("three_credit.too_few", lang)
        more = [_more(HOUSEHOLDS, self.households, least, lang, told=told[0])]
        if self.borrowers is None:
            return listed([*more, say("three_credit.needs_banks", lang)], lang)
        more.append(_more(BORROWERS, self.borrowers, least, lang, told=told[1]))
        if not self.bad_loans_met:
            more.append(say("three_credit.bad_loans", lang, share=percent(criteria.bad_loans_below)))
        return listed(more, lang)


def village_of(row: dict[Hashable, Any], criteria: Criteria) -> Village:
    """A row of the counted villages against the criteria; whole numbers throughout, so that a threshold is exact."""
    import pandas as pd

    name = row["town"], row["village"]
    households = _part(row["households"], row["credit_households"], criteria.households)
    if pd.isna(row["borrowers"]):
        return Village(*name, households)
    borrowers = _part(row["borrowers"], row["borrowers"] - row["borrowers_in_arrears"], criteria.without_arrears)
    loans, bad, below = int(row["loans"]), int(row["bad_loans"]), criteria.bad_loans_below
    is_below = bad == 0 or bad * below.denominator < loans * below.numerator
    return Village(*name, households, borrowers, loans, bad, is_below)


def _part(of: int, have: int, share: Fraction) -> Part:
    return Part(int(of), int(have), needed(share, int(of)))


def _more(keys: tuple[str, str, str], part: Part, least: int, lang: Lang, *, told: bool) -> str:
    if part.met:
        return ""
    if told:
        return say(keys[0], lang, n=f"{part.lacking:,}")
    return say(keys[1 if part.lacking < least else 2], lang, least=least)


def listed(texts: list[str], lang: Lang) -> str:
    """Texts that say something, one after the other."""
    return say("three_credit.and", lang).join(filter(None, texts))
