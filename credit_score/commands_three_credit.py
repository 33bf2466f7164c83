"""The command ``three-credit``: credit villages and towns, youth households and sectors of a run."""

import argparse
from typing import TYPE_CHECKING

from credit_score.commands import print_json, print_words
from credit_score.errors import RunError, first_five
from credit_score.language import say
from credit_score.told import rows_of

if TYPE_CHECKING:
    import pandas as pd


def three_credit(arguments: argparse.Namespace) -> None:
    """What a run found, with the villages of a town where one is asked for."""
    from credit_score.report import RunFolder
    from credit_score.report.three_credit import TITLES, read_three_credit, three_credit_told

    folder = RunFolder.open(arguments.run)
    tables = read_three_credit(folder)
    _check(tables, arguments.town, arguments.run)
    if arguments.json:
        told = {name: rows_of(_of(table, arguments.town)) for name, table in tables.items()}
        print_json({"status": folder.manifest["status"], "as_of": folder.manifest["as_of"], **told})
        return
    print(say("status." + folder.manifest["status"].replace(" ", "_"), arguments.lang))
    found = three_credit_told(tables, folder.rules(), arguments.lang, town=arguments.town or "")
    for name, table in found.items():
        if name != "villages" or arguments.town:
            print_words(TITLES[name], table, arguments.lang)


def _of(table: "pd.DataFrame", town: str | None) -> "pd.DataFrame":
    return table[table["town"] == town] if town and "town" in table.columns else table


def _check(tables: "dict[str, pd.DataFrame]", town: str | None, run: str) -> None:
    if not tables:
        remedy = "add three_credit.yaml and publication.yaml to the policy and run again"
        raise RunError("holds no tables of three-credit: the policy has no criteria in force", where=run, remedy=remedy)
    known = list(tables["towns"]["town"]) if "towns" in tables else []
    if town and town not in known:
        raise RunError(f"no town {town!r}", where=run, remedy=f"towns are {first_five(known) or 'none'}")
