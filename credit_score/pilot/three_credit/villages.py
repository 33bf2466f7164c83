"""The table of villages, each count told only where it may be, and with it the sums of the towns."""

from typing import TYPE_CHECKING, Any

from credit_score.language import LANGUAGES
from credit_score.pilot.disclosure import hidden, protected
from credit_score.pilot.three_credit.criteria import Criteria
from credit_score.pilot.three_credit.telling import Part, told_in_town
from credit_score.pilot.three_credit.village import Village, village_of

if TYPE_CHECKING:
    import pandas as pd

RULE = "three_credit:village"
COUNTS = (
    "households", "credit_households", "households_lacking", "borrowers", "borrowers_in_arrears", "borrowers_lacking",
)  # fmt: skip
SUMS = ("households", "credit_households", "borrowers", "borrowers_in_arrears", "bad_loans_share")


def village_tables(counted: "pd.DataFrame", criteria: Criteria) -> "tuple[pd.DataFrame, pd.DataFrame]":
    """A row a village, and a row a town with its sums; both hold what may be told and are empty elsewhere.

    ``counted``: of :func:`~credit_score.pilot.three_credit.counted.villages_counted`. Villages: ``town, village``,
    ``COUNTS``, ``bad_loans_share`` (told where the borrowers in arrears are), ``reported_on``, ``assessed`` (see
    :meth:`~credit_score.pilot.three_credit.village.Village.status`), ``households_met, borrowers_met,
    bad_loans_met`` (``yes``, ``no`` or empty), ``lacks_zh, lacks_en, rule``. Towns: ``town`` and ``SUMS``.
    """
    import pandas as pd

    found = [village_of(row, criteria) for _, row in counted.iterrows()]
    frame = counted.assign(place=range(len(counted)))
    rows: list[dict[str, Any]] = [{} for _ in found]
    sums = [_of_town(own, found, rows, criteria) for _, own in frame.groupby("town", sort=True)]
    villages = pd.DataFrame(rows, columns=_columns()).astype(dict.fromkeys(COUNTS, "Int64"))
    villages = _bases(villages.assign(reported_on=list(counted["reported_on"])), counted, criteria.least)
    towns = pd.DataFrame(sums, columns=["town", *SUMS])
    return villages, towns.astype(dict.fromkeys(SUMS[:-1], "Int64"))


def _columns() -> list[str]:
    met = ("households_met", "borrowers_met", "bad_loans_met", "lacks_zh", "lacks_en", "rule")
    return ["town", "village", *COUNTS, "bad_loans_share", "reported_on", "assessed", *met]


def _of_town(
    own: "pd.DataFrame", found: list[Village], rows: list[dict[str, Any]], criteria: Criteria
) -> dict[str, Any]:
    """The sums of a town; the rows of its villages are filled in."""
    villages = [found[i] for i in own["place"]]
    least, told = criteria.least, {}
    alone = [v.stands_alone(least) for v in villages]
    told["households"], is_sum = told_in_town([v.households for v in villages], alone, least)
    with_banks = [i for i, v in enumerate(villages) if v.borrowers]
    parts = [villages[i].borrowers or Part(0, 0, 0) for i in with_banks]
    of_borrowers, is_bank_sum = told_in_town(parts, [alone[i] for i in with_banks], least)
    told["borrowers"] = [bool(v.borrowers) and of_borrowers[with_banks.index(i)] for i, v in enumerate(villages)]
    for i, (place, village) in enumerate(zip(own["place"], villages, strict=True)):
        rows[place] = _row(village, (told["households"][i], told["borrowers"][i]), criteria)
    return {"town": villages[0].town} | _sums(own, is_sum, is_bank_sum, least)


def _row(village: Village, told: tuple[bool, bool], criteria: Criteria) -> dict[str, Any]:
    households, borrowers, alone = village.households, village.borrowers, village.stands_alone(criteria.least)
    counts: dict[str, Any] = {}
    if told[0]:
        counts |= {"credit_households": households.have, "households_lacking": households.lacking}
    if told[1] and borrowers:
        counts |= {"borrowers_in_arrears": borrowers.of - borrowers.have, "borrowers_lacking": borrowers.lacking}
        counts["bad_loans_share"] = village.bad_share
    met = (households.met, borrowers.met if borrowers else None, village.bad_loans_met)
    answers = ["" if m is None or not alone else "yes" if m else "no" for m in met]
    return {
        "town": village.town, "village": village.name, **counts, "assessed": village.status(criteria.least),
        **dict(zip(("households_met", "borrowers_met", "bad_loans_met"), answers, strict=True)),
        **{f"lacks_{lang}": village.lacks(criteria, told, lang) for lang in LANGUAGES}, "rule": RULE,
    }  # fmt: skip


def _sums(own: "pd.DataFrame", households: bool, borrowers: bool, least: int) -> dict[str, Any]:
    """What is told of a town; ``households, borrowers``: whether the counts of those of credit and in arrears are."""
    total = {name: int(own[name].sum()) for name in ("households", "credit_households", "borrowers",
                                                     "borrowers_in_arrears", "loans", "bad_loans")}  # fmt: skip
    told = {name: total[name] for name in ("households", "borrowers") if not hidden(total[name], least)}
    if households:
        told["credit_households"] = total["credit_households"]
    if borrowers and total["loans"]:
        told["borrowers_in_arrears"] = total["borrowers_in_arrears"]
        told["bad_loans_share"] = total["bad_loans"] / total["loans"]
    return told


def _bases(villages: "pd.DataFrame", counted: "pd.DataFrame", least: int) -> "pd.DataFrame":
    """The table with the households and borrowers of each village, where they may be told."""
    known = counted[counted["borrowers"].notna()]
    borrowers = protected(known, "borrowers", "town", least)["borrowers"] if len(known) else known["borrowers"]
    households = protected(counted, "households", "town", least)["households"] if len(counted) else None
    return villages.assign(
        households=households if households is not None else villages["households"],
        borrowers=borrowers.reindex(counted.index),
    )
