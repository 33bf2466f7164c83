"""The tables of the three: villages, towns and the county, as they may be told."""

from typing import TYPE_CHECKING

from credit_score.pilot.standing import Standing
from credit_score.pilot.three_credit.counted import villages_counted
from credit_score.pilot.three_credit.criteria import Criteria
from credit_score.pilot.three_credit.towns import county_table, towns_table
from credit_score.pilot.three_credit.villages import village_tables

if TYPE_CHECKING:
    import pandas as pd


def three_credit_tables(standing: Standing) -> "dict[str, pd.DataFrame]":
    """``villages``, ``towns`` and ``county_three_credit``; nothing where the policy has no criteria in force.

    Without a register of households there are no villages and towns, and the county says what it needs.
    """
    criteria = Criteria.of(standing.rules)
    if criteria is None:
        return {}
    counted = villages_counted(standing, criteria)
    villages, sums = village_tables(counted, criteria)
    towns = towns_table(villages, sums, criteria)
    benefits = _benefits(standing)
    villages = villages.assign(benefits=[benefits["village"] if s == "credit" else "" for s in villages["assessed"]])
    towns = towns.assign(benefits=[benefits["town"] if s == "credit" else "" for s in towns["assessed"]])
    return {"villages": villages, "towns": towns, "county_three_credit": county_table(towns, criteria)}


def _benefits(standing: Standing) -> dict[str, str]:
    """What a status adds on the day: ids of its benefits, one after the other."""
    own, rules = standing.rules.model.three_credit, standing.rules
    held = [b for b in own.benefits if rules.value(b.in_force)] if own else []
    return {status: ";".join(b.id for b in held if b.of == status) for status in ("village", "town")}
