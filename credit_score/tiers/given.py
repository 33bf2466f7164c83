"""Figures of firms that come from outside, a row a firm: a learned PD, a label of a visit. Read and checked here."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from credit_score.errors import RecordsError, discreet, first_five, masked
from credit_score.records.door.identity import LETTERS
from credit_score.records.reading.lines import LONGEST
from credit_score.sheet import as_written

if TYPE_CHECKING:
    import pandas as pd

PERSON = f"{LETTERS['person']}-"
PD_RANGE = {"pd": "[0, 1]"}
LABEL_RANGES = {"bad": "{0, 1}", "draw_probability": "(0, 1]"}
_WITHIN = {
    "[0, 1]": lambda x: (x >= 0) & (x <= 1), "(0, 1]": lambda x: (x > 0) & (x <= 1), "{0, 1}": lambda x: x.isin([0, 1]),
}  # fmt: skip


def read_figures(path: Path | str, needed: Iterable[str] = ()) -> "pd.DataFrame":
    """A CSV file in UTF-8 as text, its headings without blanks.

    Raises RecordsError where it is none, for rows of another number of cells than the heading, a heading that stands
    twice (what a reader would drop could be the decimals of a number), and columns that are ``needed`` and missing.
    """
    import pandas as pd

    if not Path(path).is_file():
        raise RecordsError("no such file", where=str(path), remedy="give a CSV file with a row a firm")
    try:
        _check_shape(path)
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig", index_col=False)
    except ValueError as error:
        what = f"not readable as CSV in UTF-8: {str(error).splitlines()[0]}"
        raise RecordsError(what, where=str(path), remedy="save it as CSV in UTF-8") from None
    table = as_written(table).rename(columns=str.strip)
    check_columns(table, needed, where=str(path))
    return table


def check_columns(table: "pd.DataFrame", needed: Iterable[str], *, where: str) -> None:
    """Raise RecordsError for columns that are missing."""
    names = list(needed)
    if missing := [c for c in names if c not in table.columns]:
        remedy = f"give the columns {', '.join(names)}"
        raise RecordsError(f"column {first_five(missing)} is missing", where=where, remedy=remedy)


def _check_shape(path: Path | str) -> None:
    csv.field_size_limit(LONGEST)  # one for the whole process: as for records
    with Path(path).open(encoding="utf-8-sig", newline="") as stream:
        rows = csv.reader(stream)
        headings = [name.strip() for name in next(rows, [])]
        if twice := sorted({h for h in headings if headings.count(h) > 1}):
            what = f"heading {first_five(map(discreet, twice))} stands twice"
            raise RecordsError(what, where=str(path), remedy="leave one of them")
        try:
            odd = [f"row {i} ({len(row)})" for i, row in enumerate(rows, start=1) if row and len(row) != len(headings)]
        except csv.Error as error:  # such as a cell of more than 131,072 signs
            raise ValueError(f"line {rows.line_num}: {error}") from None
    if odd:
        what = f"{len(headings)} headings, and another number of cells in {first_five(odd)}"
        raise RecordsError(
            what, where=str(path), remedy="write decimals with a point; put a cell with a comma in quotes"
        )


def check_figures(
    table: "pd.DataFrame", ranges: Mapping[str, str], firms: "pd.Series", *, where: str, optional: tuple[str, ...] = ()
) -> "pd.DataFrame":
    """The figures as ``subject`` and float64 columns, a row a firm.

    Parameters
    ----------
    table : ``subject`` as in the run, and the columns of ``ranges``, as numbers or text.
    ranges : column → what a number in it may be: ``[0, 1]``, ``(0, 1]`` or ``{0, 1}``.
    firms : the subjects there are.
    where : what the table is, for messages. ``optional`` : columns that may be absent.

    Raises RecordsError for a table without a row, a column that is missing, a natural person, a subject that is no firm
    of the run or stands twice, and a figure that is no number or out of its range, with the rows (1 first, under the
    heading).
    """
    import pandas as pd

    wanted = [name for name in ranges if name in table.columns or name not in optional]
    check_columns(table, ("subject", *wanted), where=where)
    if table.empty:
        raise RecordsError("no row", where=where, remedy="give a row a firm")
    subject = table["subject"].astype(str).str.strip()
    _refuse(subject.str.startswith(PERSON), subject, where, "is a natural person", "persons have no tier and no PD")
    _refuse(~subject.isin(set(firms)), subject, where, "is no enterprise of the run", "write subjects as the run does")
    _refuse(subject.duplicated(), subject, where, "stands twice", "give a row a firm")
    found = {name: pd.to_numeric(table[name], errors="coerce").astype("float64") for name in wanted}
    for name, numbers in found.items():
        wrong = ~_WITHIN[ranges[name]](numbers)
        if wrong.any():
            rows = wrong.to_numpy().nonzero()[0]
            shown = first_five(f"{_shown(table[name].iloc[i], numbers.iloc[i])} in row {i + 1}" for i in rows)
            what, remedy = f"{name} {shown} is outside {ranges[name]}", "mend these rows, or leave them out"
            raise RecordsError(what, where=where, remedy=remedy)
    return pd.DataFrame({"subject": subject, **found}).reset_index(drop=True)


def _shown(written: object, number: float) -> str:
    """A figure as it may stand in a message: a number, or what stands in its place where that identifies nobody."""
    return repr(discreet(written)) if number != number else f"{number:g}"  # noqa: PLR0124 - NaN is not itself


def _refuse(wrong: "pd.Series", subject: "pd.Series", where: str, what: str, remedy: str) -> None:
    if wrong.any():
        rows = wrong.to_numpy().nonzero()[0]
        shown = first_five(f"row {i + 1} ({masked(subject.iloc[i])})" for i in rows)
        raise RecordsError(f"the subject of {shown} {what}", where=where, remedy=remedy)
