"""CSV files that a spreadsheet opens as text and numbers, never as formulas.

A text cell or a heading that a spreadsheet could run (it begins with ``=``, ``+``, ``-``, ``@`` or their full-width
forms, after any blanks, or with a tab or a line end) is written with an apostrophe before it. A text that is a plain
number, such as ``-5``, stays: it runs nothing. So that reading gives back what was written, a text that begins with
apostrophes before such a sign gets one more; :func:`plain` takes one away.
"""

import csv
import re
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

SIGNS = "=+\\-@＝＋－＠"
# Blanks of every script, control signs, and marks without width: spreadsheets skip some of them before a formula.
_BLANK = "\\s\\x00-\\x1f\\x7f\\u200b-\\u200f\\u2060\\ufeff"
_FORMULA = re.compile(rf"'*(?:[{_BLANK}]*[{SIGNS}]|[\t\r\n])")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)


def neutral(text: str) -> str:
    """A text as it may stand in a cell: with an apostrophe before what a spreadsheet could run."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def plain(cell: str) -> str:
    """The text that :func:`neutral` made a cell of."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def write_csv(table: "pd.DataFrame", path: "Path | IO[bytes]") -> None:
    """Write a table as CSV in UTF-8 to a path or stream, headings and text cells neutral, numbers as they are."""
    safe = _each(table, neutral)
    # A return that stands in no quotes ends a line for a reader, and what follows it would begin a cell.
    quoting = csv.QUOTE_NONNUMERIC if _holds_a_return(safe) else csv.QUOTE_MINIMAL
    safe.to_csv(path, index=False, lineterminator="\n", encoding="utf-8", quoting=quoting)


def _holds_a_return(table: "pd.DataFrame") -> bool:
    texts = (table[name] for name in table.columns if _may_hold_text(table[name]))
    return any("\r" in str(n) for n in table.columns) or any(
        column.map(lambda v: isinstance(v, str) and "\r" in v).any() for column in texts
    )


def as_written(table: "pd.DataFrame") -> "pd.DataFrame":
    """A table read from such a CSV with the texts that were handed to :func:`write_csv`."""
    return _each(table, plain)


def _each(table: "pd.DataFrame", change: Callable[[str], str]) -> "pd.DataFrame":
    """The table with a change made to each text in headings and cells; other values and their types stay."""
    texts = [name for name in table.columns if _may_hold_text(table[name])]
    changed = {name: _changed(table[name], change) for name in texts}
    told = {name: change(name) for name in table.columns if isinstance(name, str)}
    return table.assign(**changed).rename(columns=told)


def _may_hold_text(column: "pd.Series") -> bool:
    from pandas.api.types import is_bool_dtype, is_datetime64_any_dtype, is_numeric_dtype

    return not any(test(column.dtype) for test in (is_bool_dtype, is_datetime64_any_dtype, is_numeric_dtype))


def _changed(column: "pd.Series", change: Callable[[str], str]) -> "pd.Series":
    made = column.map(lambda v: change(v) if isinstance(v, str) else v)
    return made if column.dtype.name == "category" else made.astype(column.dtype)
