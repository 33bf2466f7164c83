"""CSV files that a spreadsheet opens as text and numbers, never as formulas.

A text cell or a heading that a spreadsheet could run (it begins with ``=``, ``+``, ``-``, ``@`` or their full-width
forms, after any blanks, or with a tab or a line end) is written with an apostrophe before it. A text that is a plain
number, such as ``-5``, stays: it runs nothing. So that reading gives back what was written, a text that begins with
apostrophes before such a sign gets one more; :func:`plain` takes one away.
"""

import csv
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    Batches = Callable[[], Iterator[pd.DataFrame]]

SIGNS = "=+\\-@＝＋－＠"
# Blanks of every script, control signs, and marks without width: spreadsheets skip some of them before a formula.
_BLANK = "\\s\\x00-\\x1f\\x7f\\u200b-\\u200f\\u2060\\ufeff"
_FORMULA = re.compile(rf"'*(?:[{_BLANK}]*[{SIGNS}]|[\t\r\n])")
# What neither :func:`neutral` nor a return's quotes are for begins with a letter, digit or ideograph.
_UNPLAIN = r"^[^\pL\pN]|\r"
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)


def neutral(text: str) -> str:
    """A text as it may stand in a cell: with an apostrophe before what a spreadsheet could run."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def plain(cell: str) -> str:
    """The text that :func:`neutral` made a cell of."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def write_csv(table: "pd.DataFrame | Batches", path: "Path | IO[bytes]") -> None:
    """Write a table as CSV in UTF-8 to a path or stream, headings and text cells neutral, numbers as they are.

    A long one is given as what makes its batches: they are asked for again where the first writing met a return, which
    in no quotes ends a line for a reader, and what follows it would begin a cell.
    """
    batches: Batches = table if callable(table) else lambda: iter([table])
    if isinstance(path, Path):
        with path.open("wb") as file:
            _write(batches, file)
    else:
        _write(batches, path)


def _write(batches: "Batches", file: "IO[bytes]") -> None:
    begin = file.tell()
    for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC):
        file.seek(begin)
        if _written(batches, file, quoting):
            break
    file.truncate()


def _written(batches: "Batches", file: "IO[bytes]", quoting: int) -> bool:
    """Whether all was written: with few quotes nothing is that holds a return."""
    for i, batch in enumerate(batches()):
        safe = _each(batch, neutral)
        if quoting == csv.QUOTE_MINIMAL and _holds_a_return(safe):
            return False
        safe.to_csv(file, index=False, header=not i, lineterminator="\n", encoding="utf-8", quoting=quoting)
    return True


def _holds_a_return(table: "pd.DataFrame") -> bool:
    texts = (table[name] for name in table.columns if _may_hold_text(table[name]))
    return any("\r" in str(n) for n in table.columns) or any(
        column[_unplain(column)].map(lambda v: isinstance(v, str) and "\r" in v).any() for column in texts
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
    def told(cells: "pd.Series") -> "pd.Series":
        return cells.map(lambda v: change(v) if isinstance(v, str) else v)

    if column.dtype.name == "category":
        return told(column)
    which = _unplain(column)
    return column.where(~which, told(column[which])).astype(column.dtype) if which.any() else column


def _unplain(column: "pd.Series") -> "np.ndarray":
    """Which cells may have to be changed: all that do not begin with a letter or digit, or hold a return."""
    import numpy as np
    import pyarrow as pa
    from pyarrow import compute

    try:
        texts = pa.array(column, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return np.ones(len(column), dtype=bool)
    if not pa.types.is_large_string(texts.type) and not pa.types.is_string(texts.type):
        return np.ones(len(column), dtype=bool)
    found = compute.match_substring_regex(texts, pattern=_UNPLAIN)
    return found.fill_null(False).to_numpy(zero_copy_only=False)
