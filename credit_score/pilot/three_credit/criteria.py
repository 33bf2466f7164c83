"""The criteria in force on a day, as exact fractions, and how many of a number a share asks for."""

from dataclasses import dataclass
from fractions import Fraction

from credit_score.pilot.disclosure import least_count
from credit_score.policy import RuleSet


@dataclass(frozen=True)
class Criteria:
    """What makes a credit household (``from_milli`` points of ``members`` members), village, town and county.

    Shares are exact fractions; ``least`` is the smallest count of persons or households that may be told.
    """

    from_milli: int
    members: int
    least: int
    households: Fraction
    without_arrears: Fraction
    bad_loans_below: Fraction
    villages: Fraction
    towns: Fraction

    @classmethod
    def of(cls, rules: RuleSet) -> "Criteria | None":
        """The criteria of a day; None where the policy has none in force, or no rule for small counts."""
        own, least = rules.model.three_credit, least_count(rules)
        if own is None or least is None:
            return None
        household, village = own.household, own.village
        shares = (village.households, village.without_arrears, village.bad_loans_below, own.town.villages,
                  own.county.towns)  # fmt: skip
        counts = [rules.value(household.from_score), rules.value(household.members), least]
        values = [rules.value(share) for share in shares]
        if None in (*counts, *values):
            return None
        exact = [Fraction(str(share)) for share in values]
        return cls(*counts, *exact)


def needed(share: Fraction, of: int) -> int:
    """The smallest count of ``of`` that is a share or more of it, exact: 70 % of 10 is 7, of 11 is 8."""
    return -(-share.numerator * of // share.denominator)


def percent(share: Fraction) -> str:
    """A share of a criterion in percent, ``5%``."""
    return f"{float(share * 100):g}%"
