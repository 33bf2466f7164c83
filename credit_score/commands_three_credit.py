"""The command ``three-credit``: credit villages and towns, youth households and sectors of a run."""

import argparse
from typing import TYPE_CHECKING

from credit_score.commands import print_json, print_words
from credit_score.errors import RunError, first_five
from credit_score.language import say, status_told
from credit_score.told import rows_of

if TYPE_CHECKING:
    import pandas as pd

    from credit_score.report import RunFolder

TABLES = ("county_three_credit", "towns", "villages", "youth", "sector_view")
TEXTS = (
    "town", "village", "assessed", "households_met", "borrowers_met", "bad_loans_met", "lacks_zh", "lacks_en",
    "benefits", "rule", "reported_on", "until", "sector", "needs", "status",
)  # fmt: skip
SHARES = ("bad_loans_share", "credit_share")


def three_credit(arguments: argparse.Namespace) -> None:
    """What a run found, with the villages of a town where one is asked for."""
    from credit_score.report import RunFolder
    from credit_score.report.three_credit import TITLES, three_credit_told

    folder = RunFolder.open(arguments.run)
    tables = {name: _read(folder, name) for name in TABLES if f"pilot/{name}.csv" in folder.manifest["outputs"]}
    _check(tables, arguments.town, arguments.run)
    if arguments.json:
        told = {name: rows_of(_of(table, arguments.town)) for name, table in tables.items()}
        print_json({"status": folder.manifest["status"], "as_of": folder.manifest["as_of"], **told})
        return
    print(status_told(folder.manifest["status"], arguments.lang))
    print(say("pilot.internal", arguments.lang))
    found = three_credit_told(tables, folder.rules(), arguments.lang, town=arguments.town or "")
    for name, table in found.items():
        if name != "villages" or arguments.town:
            _print(TITLES[name], table, arguments.lang)


def _print(title: str, table: "pd.DataFrame", lang: str) -> None:
    """A table, and below it, line by line, what is lacking where."""
    from credit_score.report.three_credit import HEADINGS, LACKS

    town, village, lacks = (say(HEADINGS[name], lang) for name in ("town", "village", "lacks"))
    print_words(title, table.drop(columns=lacks, errors="ignore"), lang)
    rows = table[table[lacks] != LACKS].to_dict("records") if lacks in table.columns else []
    for row in rows:
        print("  " + " ".join([*(row[name] for name in (town, village) if name in row), f"{lacks}: {row[lacks]}"]))
    if rows:
        print()


def _read(folder: "RunFolder", name: str) -> "pd.DataFrame":
    """A table as it was written: names are text whatever they look like, counts whole, shares in [0, 1]."""
    import pandas as pd

    from credit_score.sheet import as_written

    table = as_written(pd.read_csv(folder.file(f"pilot/{name}.csv"), dtype=str, keep_default_na=False))
    numbers = [column for column in table.columns if column not in TEXTS]
    kinds = {column: "Float64" if column in SHARES else "Int64" for column in numbers}
    return table.assign(**{c: pd.to_numeric(table[c].replace("", None)) for c in numbers}).astype(kinds)


def _of(table: "pd.DataFrame", town: str | None) -> "pd.DataFrame":
    return table[table["town"] == town] if town and "town" in table.columns else table


def _check(tables: "dict[str, pd.DataFrame]", town: str | None, run: str) -> None:
    if not tables:
        remedy = "add three_credit.yaml and publication.yaml to the policy and run again"
        raise RunError("holds no tables of three-credit: the policy has no criteria in force", where=run, remedy=remedy)
    known = list(tables["towns"]["town"]) if "towns" in tables else []
    if town and town not in known:
        raise RunError(f"no town {town!r}", where=run, remedy=f"towns are {first_five(known) or 'none'}")
