"""The table of villages, each count told only where it may be, and with it the sums of the towns."""

from dataclasses import dataclass
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
MET = ("households_met", "borrowers_met", "bad_loans_met")
COLUMNS = [
    "town", "village", *COUNTS, "bad_loans_share", "reported_on", "assessed", *MET, "lacks_zh", "lacks_en", "rule",
]  # fmt: skip
SUMS = ("households", "credit_households", "borrowers", "borrowers_in_arrears")


@dataclass(frozen=True)
class Telling:
    """Which counts of the villages of a town are told, in their order: of households, and of borrowers; which sums."""

    households: list[bool]
    borrowers: list[bool]
    sum_of_households: bool
    sum_of_borrowers: bool


def village_tables(counted: "pd.DataFrame", criteria: Criteria) -> "tuple[pd.DataFrame, pd.DataFrame]":
    """A row a village, and a row a town with its sums; both hold what may be told and are empty elsewhere.

    ``counted``: of :func:`~credit_score.pilot.three_credit.counted.villages_counted`, in the order of towns. Villages:
    ``COLUMNS``: ``assessed`` is as :meth:`~credit_score.pilot.three_credit.village.Village.status` says, ``MET`` are
    ``yes``, ``no`` or empty, ``bad_loans_share`` in [0, 1] is told where the borrowers in arrears are. Towns:
    ``town``, ``SUMS`` and ``bad_loans_share``.
    """
    import pandas as pd

    found = [village_of(row, criteria) for row in counted.to_dict("records")]
    by_town = [[v for v in found if v.town == town] for town in dict.fromkeys(v.town for v in found)]
    tellings = [_telling(villages, criteria.least) for villages in by_town]
    told = list(zip(by_town, tellings, strict=True))
    rows = [row for villages, telling in told for row in _rows(villages, telling, criteria)]
    sums = [_sums(villages, telling, criteria.least) for villages, telling in told]
    table = pd.DataFrame(rows, columns=COLUMNS).astype(dict.fromkeys(COUNTS, "Int64"))
    table = table.assign(reported_on=list(counted["reported_on"]), **_bases(counted, criteria.least))
    towns = pd.DataFrame(sums, columns=["town", *SUMS, "bad_loans_share"]).astype(dict.fromkeys(SUMS, "Int64"))
    return table, towns.astype({"bad_loans_share": "float64"})


def _telling(villages: list[Village], least: int) -> Telling:
    alone = [v.stands_alone(least) for v in villages]
    households, is_sum = told_in_town([v.households for v in villages], alone, least)
    with_banks = {i: v.borrowers for i, v in enumerate(villages) if v.borrowers}
    told, is_bank_sum = told_in_town(list(with_banks.values()), [alone[i] for i in with_banks], least)
    of_borrowers = dict(zip(with_banks, told, strict=True))
    return Telling(households, [of_borrowers.get(i, False) for i in range(len(villages))], is_sum, is_bank_sum)


def _rows(villages: list[Village], telling: Telling, criteria: Criteria) -> list[dict[str, Any]]:
    told = zip(telling.households, telling.borrowers, strict=True)
    return [_row(village, own, criteria) for village, own in zip(villages, told, strict=True)]


def _row(village: Village, told: tuple[bool, bool], criteria: Criteria) -> dict[str, Any]:
    households, borrowers, alone = village.households, village.borrowers, village.stands_alone(criteria.least)
    counts: dict[str, Any] = {}
    if told[0]:
        counts |= {"credit_households": households.have, "households_lacking": households.lacking}
    if told[1] and borrowers:
        counts |= {"borrowers_in_arrears": borrowers.rest, "borrowers_lacking": borrowers.lacking}
        counts |= {"bad_loans_share": village.bad_loans / village.loans} if village.loans else {}
    answers = ["" if met is None or not alone else "yes" if met else "no" for met in village.met]
    words = {f"lacks_{lang}": village.lacks(criteria, told, lang) for lang in LANGUAGES}
    about = {"town": village.town, "village": village.name, "assessed": village.status(criteria.least), "rule": RULE}
    return about | counts | dict(zip(MET, answers, strict=True)) | words


def _sums(villages: list[Village], telling: Telling, least: int) -> dict[str, Any]:
    """What is told of a town; the number of households or borrowers itself is where it is no small one."""
    households = _summed([v.households for v in villages])
    borrowers = _summed([v.borrowers for v in villages if v.borrowers])
    told: dict[str, Any] = {"town": villages[0].town}
    told |= {} if hidden(households.of, least) else {"households": households.of}
    told |= {} if hidden(borrowers.of, least) else {"borrowers": borrowers.of}
    told |= {"credit_households": households.have} if telling.sum_of_households else {}
    if telling.sum_of_borrowers:
        loans = sum(v.loans for v in villages)
        told |= {"borrowers_in_arrears": borrowers.rest}
        told |= {"bad_loans_share": sum(v.bad_loans for v in villages) / loans} if loans else {}
    return told


def _summed(parts: list[Part]) -> Part:
    return Part(sum(p.of for p in parts), sum(p.have for p in parts), 0)


def _bases(counted: "pd.DataFrame", least: int) -> "dict[str, pd.Series[Any]]":
    """The households and the borrowers of each village, where they may be told."""
    known = counted[counted["borrowers"].notna()]
    frames = {"households": counted, "borrowers": known}
    told = {name: protected(t, name, "town", least)[name] for name, t in frames.items() if len(t)}
    return {name: column.reindex(counted.index) for name, column in told.items()}
