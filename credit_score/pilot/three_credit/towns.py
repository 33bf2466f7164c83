"""Towns and the county against the criteria: how many of their villages and towns are of credit, and what lacks."""

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from credit_score.language import LANGUAGES, Lang, say
from credit_score.pilot.three_credit.criteria import Criteria, needed
from credit_score.pilot.three_credit.village import CREDIT, NOT_ASSESSED, NOT_YET, WITHIN_TOWN, listed

if TYPE_CHECKING:
    import pandas as pd

NONE_ALONE, NO_REGISTER = "none_alone", "no_register"
TOWN, COUNTY = "three_credit:town", "three_credit:county"
# How what lacks is told.
MORE = {TOWN: "three_credit.villages", COUNTY: "three_credit.towns"}
SUMMED = ("households", "credit_households", "borrowers", "borrowers_in_arrears")


def towns_table(villages: "pd.DataFrame", sums: "pd.DataFrame", criteria: Criteria) -> "pd.DataFrame":
    """A row a town: ``sums`` and what its villages come to.

    ``villages_in_all``, ``reported_villages`` (of which a bank has sums), ``villages`` (those with a status of their
    own, of which the share is), ``credit_villages``, ``unassessed_villages``, ``credit_share`` in [0, 1],
    ``villages_lacking`` (how many more), ``assessed`` (``credit``, ``not_yet``, ``not_assessed`` where the missing sums
    of banks could still decide, ``none_alone``), ``lacks_zh, lacks_en, rule``. Villages that do not stand alone are in
    neither part of the share, which is our reading: counted, they could be told apart by it.
    """
    import pandas as pd

    rows = []
    for town in sums["town"]:
        mine = villages[villages["town"] == town]
        own, reported = mine["assessed"], int(mine["reported_on"].notna().sum())
        found = _assessed(own[own != WITHIN_TOWN], criteria.villages)
        about = {"town": town, "villages_in_all": len(own), "reported_villages": reported}
        rows.append(about | _named(found, "village") | _words(found, TOWN))
    return sums.merge(pd.DataFrame(rows, columns=_columns("village")), on="town")


def county_table(towns: "pd.DataFrame", criteria: Criteria) -> "pd.DataFrame":
    """One row, of the county: ``towns`` (with a village that stands alone), ``credit_towns`` and as for a town.

    A count of households or borrowers is told only where that of every town is. ``assessed`` is ``no_register`` where
    there are no households.
    """
    import pandas as pd

    states = towns["assessed"]
    found = _assessed(states[states != NONE_ALONE], criteria.towns)
    if towns.empty:
        found |= {"assessed": NO_REGISTER}
    told = {name: pd.NA if towns.empty else towns[name].sum(skipna=False) for name in SUMMED}
    beside = {name: int(towns[name].sum()) for name in ("villages_in_all", "villages", "credit_villages")}
    row = told | beside | _named(found, "town") | _words(found, COUNTY)
    return pd.DataFrame([row]).astype(dict.fromkeys(SUMMED, "Int64"))


def _assessed(states: "pd.Series[str]", share: Fraction) -> dict[str, Any]:
    """How many of those with a status are of credit against a share, and whether those without sums could decide."""
    of, credit, unassessed = len(states), int((states == CREDIT).sum()), int((states == NOT_ASSESSED).sum())
    lacking = max(needed(share, of) - credit, 0)
    status = NOT_YET if lacking > unassessed else NOT_ASSESSED if lacking else CREDIT
    return {
        "of": of, "credit": credit, "unassessed": unassessed, "lacking": lacking,
        "share": credit / of if of else float("nan"), "assessed": status if of else NONE_ALONE,
    }  # fmt: skip


def _named(found: dict[str, Any], what: str) -> dict[str, Any]:
    return {
        f"{what}s": found["of"], f"credit_{what}s": found["credit"], f"unassessed_{what}s": found["unassessed"],
        "credit_share": found["share"], f"{what}s_lacking": found["lacking"], "assessed": found["assessed"],
    }  # fmt: skip


def _columns(what: str) -> list[str]:
    counts = (f"{what}s", f"credit_{what}s", f"unassessed_{what}s", "credit_share", f"{what}s_lacking", "assessed")
    return ["town", "villages_in_all", "reported_villages", *counts, "lacks_zh", "lacks_en", "rule"]


def _words(found: dict[str, Any], rule: str) -> dict[str, str]:
    return {f"lacks_{lang}": _lacks(found, rule, lang) for lang in LANGUAGES} | {"rule": rule}


def _lacks(found: dict[str, Any], rule: str, lang: Lang) -> str:
    if found["assessed"] == NO_REGISTER:
        return say("three_credit.needs_register", lang)
    if found["assessed"] == NONE_ALONE:
        return say("three_credit.none_alone", lang)
    more = say(MORE[rule], lang, n=found["lacking"]) if found["lacking"] else ""
    waiting = say("three_credit.waiting", lang, n=found["unassessed"]) if more and found["unassessed"] else ""
    return listed([more, waiting], lang)
