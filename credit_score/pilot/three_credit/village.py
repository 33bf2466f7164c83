"""A village against the criteria: its status, and what it lacks in plain numbers that may be told."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from credit_score.language import Lang, say
from credit_score.pilot.three_credit.criteria import Criteria, needed, percent
from credit_score.pilot.three_credit.telling import Part

if TYPE_CHECKING:
    import pandas as pd

CREDIT, NOT_YET, NOT_ASSESSED, WITHIN_TOWN = "credit", "not_yet", "not_assessed", "within_town"
# How what lacks is told: as a count, as fewer than the least count that is told, or as that many and more.
HOUSEHOLDS = ("three_credit.households", "three_credit.households_few", "three_credit.households_many")
BORROWERS = ("three_credit.borrowers", "three_credit.borrowers_few", "three_credit.borrowers_many")


@dataclass(frozen=True)
class Village:
    """What is known of a village; ``borrowers`` and ``bad_loans_met`` are None without sums of a bank.

    ``bad_share``: bad loans / loans in [0, 1], None without loans.
    """

    town: str
    name: str
    households: Part
    borrowers: Part | None
    bad_loans_met: bool | None
    bad_share: float | None

    def stands_alone(self, least: int) -> bool:
        """Whether it has a status of its own, see :mod:`credit_score.pilot.three_credit.telling`."""
        return all(part.stands_alone(least) for part in (self.households, self.borrowers) if part)

    def status(self, least: int) -> str:
        """``credit``; ``not_yet`` where a criterion is not met; ``not_assessed`` where only a bank's sums are missing.

        ``within_town`` where the village does not stand alone.
        """
        if not self.stands_alone(least):
            return WITHIN_TOWN
        met = (self.households.met, self.borrowers and self.borrowers.met, self.bad_loans_met)
        if False in met:
            return NOT_YET
        return NOT_ASSESSED if None in met else CREDIT

    def lacks(self, criteria: Criteria, told: tuple[bool, bool], lang: Lang) -> str:
        """What is lacking, in words; ``told``: whether the counts of households and of borrowers may be told."""
        least = criteria.least
        if not self.stands_alone(least):
            return say("three_credit.too_few", lang)
        more = [_more(HOUSEHOLDS, self.households, told[0], least, lang)]
        if self.borrowers is None:
            return listed([*more, say("three_credit.needs_banks", lang)], lang)
        more.append(_more(BORROWERS, self.borrowers, told[1], least, lang))
        if not self.bad_loans_met:
            more.append(say("three_credit.bad_loans", lang, share=percent(criteria.bad_loans_below)))
        return listed(more, lang)


def village_of(row: "pd.Series[Any]", criteria: Criteria) -> Village:
    """A row of the counted villages against the criteria; whole numbers throughout, so that a threshold is exact."""
    import pandas as pd

    households = _part(int(row["households"]), int(row["credit_households"]), criteria.households)
    if pd.isna(row["borrowers"]):
        return Village(row["town"], row["village"], households, None, None, None)
    borrowers, arrears = int(row["borrowers"]), int(row["borrowers_in_arrears"])
    loans, bad, below = int(row["loans"]), int(row["bad_loans"]), criteria.bad_loans_below
    return Village(
        row["town"], row["village"], households, _part(borrowers, borrowers - arrears, criteria.without_arrears),
        bad == 0 or bad * below.denominator < loans * below.numerator, bad / loans if loans else None,
    )  # fmt: skip


def _part(of: int, have: int, share: Any) -> Part:
    return Part(of, have, needed(share, of))


def _more(keys: tuple[str, str, str], part: Part, told: bool, least: int, lang: Lang) -> str:
    if part.met:
        return ""
    if told:
        return say(keys[0], lang, n=f"{part.lacking:,}")
    return say(keys[1 if part.lacking < least else 2], lang, least=least)


def listed(texts: list[str], lang: Lang) -> str:
    """Texts that say something, one after the other."""
    return say("three_credit.and", lang).join(filter(None, texts))
