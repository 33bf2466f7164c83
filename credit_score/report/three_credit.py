"""Credit villages and towns, youth households and sectors, in words: for the page of a run and for the command."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from credit_score.language import Lang, say
from credit_score.pilot.disclosure import count_text, least_count
from credit_score.policy import RuleSet
from credit_score.report.number import rounded_percent

if TYPE_CHECKING:
    import pandas as pd

LACKS = "–"
OF_BANKS = ("borrowers", "borrowers_in_arrears", "bad_loans_share")
OF_FIRMS = (
    "firms", "committed", "rated", "best_rated", "honoured", "penalised", "on_platform", "joint_building",
)  # fmt: skip
STATES = {
    "credit": "three_credit.credit", "not_yet": "three_credit.not_yet", "not_assessed": "three_credit.not_assessed",
    "within_town": "three_credit.within_town", "none_alone": "three_credit.not_assessed",
    "no_register": "three_credit.not_assessed",
}  # fmt: skip
HEADINGS = {
    "town": "three_credit.town", "village": "three_credit.village", "households": "three_credit.in_register",
    "credit_households": "three_credit.of_credit", "borrowers": "three_credit.borrowing",
    "borrowers_in_arrears": "three_credit.in_arrears", "bad_loans_share": "three_credit.bad_share",
    "villages": "three_credit.villages_counted", "credit_villages": "three_credit.credit_villages",
    "towns": "three_credit.towns_counted", "credit_towns": "three_credit.credit_towns",
    "credit_share": "three_credit.share", "assessed": "three_credit.status", "lacks": "three_credit.lacks",
    "status": "three_credit.status_of",
    "benefit": "three_credit.adds", "until": "three_credit.until", "youth": "three_credit.youth_households",
    "sector": "column.sector", "firms": "column.firms", "committed": "three_credit.committed",
    "rated": "three_credit.rated", "best_rated": "three_credit.best_rated", "honoured": "three_credit.honoured",
    "penalised": "three_credit.penalised", "on_platform": "three_credit.on_platform",
    "joint_building": "three_credit.joint_building",
}  # fmt: skip
TITLES = {
    "county": "three_credit.of_county", "towns": "three_credit.of_towns", "villages": "three_credit.of_villages",
    "benefits": "three_credit.of_benefits",
    "youth": "three_credit.of_youth", "youth_by_town": "three_credit.of_youth_by_town",
    "sectors": "three_credit.of_sectors",
}  # fmt: skip


def three_credit_told(
    tables: "dict[str, pd.DataFrame]", rules: RuleSet, lang: Lang, *, town: str = ""
) -> "dict[str, pd.DataFrame]":
    """Tables in words by name, as ``TITLES`` has them; every cell is text.

    ``town``: only this one, with its villages.
    """
    told: dict[str, pd.DataFrame] = {}
    if "towns" in tables:
        told = {"county": _county(tables, rules, lang), "towns": _towns(_of(tables["towns"], town), rules, lang)}
        told["villages"] = _villages(_of(tables["villages"], town), rules, lang)
        told["benefits"] = _benefits(rules, lang)
    if "youth" in tables:
        youth, names = tables["youth"], ["until", "households"]
        told["youth"] = _youth(youth[youth["town"] == ""], names, rules, lang)
        by_town = youth[youth["town"] != ""]
        told["youth_by_town"] = _youth(_of(by_town, town), ["town", "households"], rules, lang)
    if "sector_view" in tables:
        told["sectors"] = _sectors(tables["sector_view"], rules, lang)
    return told


def _of(table: "pd.DataFrame", town: str) -> "pd.DataFrame":
    return table[table["town"] == town] if town else table


def _county(tables: "dict[str, pd.DataFrame]", rules: RuleSet, lang: Lang) -> "pd.DataFrame":
    names = ("households", "credit_households", "villages", "credit_villages", "towns", "credit_towns", "credit_share")
    return _told(tables["county_three_credit"], [*names, "assessed", "lacks"], rules, lang)


def _towns(towns: "pd.DataFrame", rules: RuleSet, lang: Lang) -> "pd.DataFrame":
    names = ["town", "households", "credit_households", *OF_BANKS, "villages", "credit_villages"]
    bare = towns["reported_villages"] == 0
    return _told(towns, [*names, "assessed", "lacks"], rules, lang, without_banks=list(bare))


def _villages(villages: "pd.DataFrame", rules: RuleSet, lang: Lang) -> "pd.DataFrame":
    names = ["town", "village", "households", "credit_households", *OF_BANKS, "assessed", "lacks"]
    bare = [str(day) in ("", "NaT", "None") for day in villages["reported_on"]]
    return _told(villages, names, rules, lang, without_banks=bare)


def _youth(youth: "pd.DataFrame", names: list[str], rules: RuleSet, lang: Lang) -> "pd.DataFrame":
    told = _told(youth, names, rules, lang)
    return told.rename(columns={say(HEADINGS["households"], lang): say(HEADINGS["youth"], lang)})


def _sectors(sectors: "pd.DataFrame", rules: RuleSet, lang: Lang) -> "pd.DataFrame":
    needs = {name for text in sectors["needs"] for name in text.split(";")}
    told = _told(sectors, ["sector", *OF_FIRMS], rules, lang)
    lacking = {say(HEADINGS[n], lang): say("three_credit.no_file", lang) for n in OF_FIRMS if n in needs}
    return told.assign(**lacking)


def _told(
    table: "pd.DataFrame", names: list[str], rules: RuleSet, lang: Lang, *, without_banks: Iterable[bool] = ()
) -> "pd.DataFrame":
    """Columns of a table in words; a row of ``without_banks`` says of the banks' numbers that there are none."""
    import pandas as pd

    told: dict[str, list[str]] = {}
    for name in names:
        cells = [_written(name, lang, rules)(value) for value in table[f"lacks_{lang}" if name == "lacks" else name]]
        bare = list(without_banks) if name in OF_BANKS else []
        told[say(HEADINGS[name], lang)] = [LACKS if none else cell for cell, none in _with(cells, bare)]
    return pd.DataFrame(told)


def _with(cells: list[str], bare: list[bool]) -> Iterable[tuple[str, bool]]:
    return zip(cells, bare or [False] * len(cells), strict=True)


def _written(name: str, lang: Lang, rules: RuleSet) -> Callable[[Any], str]:
    """How a cell of a column is written: counts of persons and households as they may be told."""
    import pandas as pd

    words: dict[str, Callable[[Any], str]] = {
        "assessed": lambda state: say(STATES[state], lang),
        "sector": lambda sector: str(getattr({s.id: s for s in rules.about.sectors}[sector].label, lang)),
        "bad_loans_share": lambda share: _share(share, say("cell_withheld", lang)),
        "credit_share": lambda share: _share(share, LACKS),
        **dict.fromkeys(("villages", "credit_villages", "towns", "credit_towns"), lambda n: f"{n:,}"),
        **dict.fromkeys(OF_FIRMS, lambda n: say("cell_withheld", lang) if n is pd.NA else f"{n:,}"),
        **dict.fromkeys(("town", "village", "lacks", "until"), lambda text: str(text) or LACKS),
    }
    return words.get(name) or (lambda n: count_text(n, least_count(rules) or 0, lang))


def _share(share: Any, otherwise: str) -> str:
    import pandas as pd

    return otherwise if pd.isna(share) else rounded_percent(float(share))


def _benefits(rules: RuleSet, lang: Lang) -> "pd.DataFrame":
    """What a status adds on the day, a row a benefit."""
    import pandas as pd

    own = rules.model.three_credit
    held = [b for b in own.benefits if rules.value(b.in_force)] if own else []
    rows = [(getattr(getattr(own, b.of).label, lang), getattr(b.label, lang)) for b in held]
    return pd.DataFrame(rows, columns=[say(HEADINGS[name], lang) for name in ("status", "benefit")])
