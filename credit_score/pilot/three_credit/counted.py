"""What villages come to, counted in the engine: credit households, and the sums that banks supply.

Which household is one of credit is known to the engine alone; what leaves it is counts by village.
"""

from typing import TYPE_CHECKING

from credit_score.pilot.standing import Standing
from credit_score.pilot.three_credit.criteria import Criteria

if TYPE_CHECKING:
    import ibis
    import pandas as pd

FEN = 100
SUMS = ("borrowers", "borrowers_in_arrears", "loans", "bad_loans")


def villages_counted(standing: Standing, criteria: Criteria) -> "pd.DataFrame":
    """A row a village of the register of households, by town and village; not to be told as it is.

    ``town, village, households, credit_households`` (counts), ``borrowers, borrowers_in_arrears`` (counts),
    ``loans, bad_loans`` (fen) and ``reported_on`` (the oldest of the reports); the last five are empty where no bank
    has reported.
    """
    counted = _households(standing, criteria)
    joined = counted.left_join(_sums(standing), ["town", "village"]).drop("town_right", "village_right")
    frame = joined.order_by("town", "village").execute()
    return frame.astype(dict.fromkeys(("households", "credit_households", *SUMS), "Int64"))


def credit_households(standing: Standing, criteria: Criteria) -> "ibis.Table":
    """One column ``household_id``: enough of its consenting members reach the score; it stays in the engine.

    Members are those with a score on the day. One who is not enrolled, one who left and one below the score count
    alike, as nothing: no member can take a household's credit away.
    """
    scores, people = standing.tables["scores_individual"], standing.records["individuals"]
    reached = scores.filter(scores.score_milli >= criteria.from_milli).select(person_id="subject")
    own = people.filter(people.household_id.notnull()).semi_join(reached, "person_id")
    by_household = own.group_by("household_id").aggregate(reached=own.count())
    return by_household.filter(by_household.reached >= criteria.members).select("household_id")


def _households(standing: Standing, criteria: Criteria) -> "ibis.Table":
    register = standing.records["households"].select("household_id", "town", "village")
    found = credit_households(standing, criteria)
    credit = register.semi_join(found, "household_id").select("household_id", credit=1)
    joined = register.left_join(credit, "household_id")
    return joined.group_by("town", "village").aggregate(
        households=joined.count(), credit_households=joined.credit.count()
    )


def _sums(standing: Standing) -> "ibis.Table":
    """By town and village the sums of the latest report of each bank up to the day."""
    import ibis

    reports = standing.records["village_finance"]
    reports = reports.filter(reports.reported_on <= ibis.date(standing.on))
    newest = ibis.window(
        group_by=["bank_id", "town", "village"], order_by=[ibis.desc("reported_on"), ibis.desc("finance_id")]
    )
    last = reports.mutate(place=ibis.row_number().over(newest))
    last = last.filter(last.place == 0)
    fen = {name: (last[name] * FEN).round().cast("int64") for name in ("loans", "bad_loans")}
    last = last.mutate(**fen)
    sums = {name: last[name].sum() for name in SUMS}
    return last.group_by("town", "village").aggregate(**sums, reported_on=last.reported_on.min())
