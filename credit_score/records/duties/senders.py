"""Which unit sent a rejected row: the one that its cell names, else its file's name (信用记录-税务局.csv: tax)."""

import re
from pathlib import PurePath
from typing import TYPE_CHECKING

from credit_score.records.reading.vocabulary import coded_words, plain, table_names

if TYPE_CHECKING:
    import pandas as pd

    from credit_score.policy.schema import PolicyModel

_BETWEEN = r"[-_—.()【】]"


def with_units(rejected: "pd.DataFrame", model: "PolicyModel") -> "pd.DataFrame":
    """Rejected rows with ``unit`` by the file's name where the row itself names none, empty where neither does.

    Counts of rows are taken as rows are. In a file's name a unit stands by its id or its label in either language after
    the table's name. A name that means two units means none.
    """
    words = _unit_words(model)
    pairs = rejected[["table", "file"]].drop_duplicates().itertuples(index=False, name=None)
    known = {pair: _unit_of(*pair, words) for pair in pairs}
    told = zip(rejected["unit"], rejected["table"], rejected["file"], strict=True)
    units = [own or known[table, file] for own, table, file in told]
    return rejected.assign(unit=units).astype({"unit": "str"})


def _unit_words(model: "PolicyModel") -> dict[str, str]:
    """What a unit may be called in a file's name → its id."""
    own = {plain(unit.id): unit.id for unit in model.policy.units}
    return {plain(word): unit for word, unit in coded_words(model)["unit"].items()} | own


def _unit_of(table: str, file: str, words: dict[str, str]) -> str:
    rest = _after_table(plain(PurePath(file).stem), table)
    meant = {unit for word, unit in words.items() if re.search(rf"{_BETWEEN}{re.escape(word)}({_BETWEEN}|$)", rest)}
    return meant.pop() if len(meant) == 1 else ""


def _after_table(stem: str, table: str) -> str:
    """What stands in a file's name after the table's, the longest name first."""
    named = sorted((plain(word) for word in table_names(table)), key=len, reverse=True)
    return next((stem.removeprefix(word) for word in named if stem.startswith(word)), "")
