"""Who goes to whom and when: inspectors, leave and recusals read from files, and the diaries of a drawn lot written."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from credit_score.errors import CreditScoreError, RecordsError, discreet, first_five
from credit_score.files import whole_folder
from credit_score.inspection.double_random import (
    Inspector,
    Visit,
    appointments,
    as_icalendar,
    diary_table,
    drawing_seed,
    drawn_pairs,
    merged_calls,
    save_excel,
    windows,
)
from credit_score.inspection.frame import RANDOM
from credit_score.language import say
from credit_score.policy.loader import as_date
from credit_score.records.duties.calendar import working_calendar
from credit_score.report.lot import Lot
from credit_score.report.run_folder import RunFolder
from credit_score.sheet import write_csv

if TYPE_CHECKING:
    import pandas as pd

MARK = "visits.csv"


def save_diaries(
    lot: Lot, run: RunFolder, out: Path | str, *, inspectors: Path, recusals: Path | None, begins: date, lang: str
) -> "tuple[pd.DataFrame, int]":
    """Write the diaries of the last draw: all visits as CSV, a workbook, and an iCalendar a department.

    Returns the visits, a row each, and how many calls were spared by coming together. The year of the visits begins on
    ``begins``. Raises VerificationError before a draw, RecordsError for files that cannot be read, and where a visit
    has no pair or no day; then nothing is written.
    """
    drawn, seed = lot.drawn_list, drawing_seed(lot.key, lot.record.last_draw["seed"])
    people = read_inspectors(inspectors)
    visits = _visits(drawn, run, begins)
    pairs = drawn_pairs(visits, people, read_recusals(recusals) if recusals else (), seed=seed)
    calls = merged_calls(visits)
    calendar = working_calendar(run.rules().about.calendar)
    table = diary_table(appointments(calls, pairs, people, calendar, seed=seed), pairs)
    _write(table, out, run, begins, lang)
    return table, sum(call.n_saved for call in calls)


def _write(table: "pd.DataFrame", out: Path | str, run: RunFolder, begins: date, lang: str) -> None:
    names = {d.id: getattr(d.label, lang) for d in run.rules().model.inspection.departments}
    with whole_folder(out, replaces=MARK) as folder:
        write_csv(table, folder / MARK)
        save_excel(table, folder / "visits.xlsx")
        for department, rows in table.groupby("department"):
            summary = say("diary.event", lang, department=names[str(department)], subject="{subject}")
            (folder / f"{department}.ics").write_bytes(as_icalendar(rows, summary=summary, stamped=begins))


def _visits(listed: "pd.DataFrame", run: RunFolder, begins: date) -> list[Visit]:
    """A visit for each of a firm's windows; those under a statutory duty are to be skilled for it."""
    rules = run.rules()
    days = {d.id: float(rules.figure(d.days_per_visit).value) for d in rules.model.inspection.departments}
    return [
        Visit(row["department"], row["subject"], number, first, last, days[row["department"]],
              "" if row["duty"] == RANDOM else row["duty"])
        for row in listed.to_dict("records")
        for number, (first, last) in enumerate(windows(begins, int(row["visits"])), start=1)
    ]  # fmt: skip


def read_inspectors(path: Path) -> list[Inspector]:
    """Inspectors of a CSV: ``inspector, department``, and perhaps ``skills`` (duties, by semicolons) and ``leave``.

    Leave is written 2023-08-01/2023-08-14, several between semicolons. Raises RecordsError with the row.
    """
    rows = _rows(path, ("inspector", "department"))
    found = [_held(path, i, lambda row=row: _inspector(row)) for i, row in enumerate(rows, start=1)]
    numbers = [i.number for i in found]
    if twice := sorted({n for n in numbers if numbers.count(n) > 1}):
        what = f"inspector {first_five(map(discreet, twice))} stands twice"
        raise RecordsError(what, where=str(path), remedy="give each a row")
    return found


def read_recusals(path: Path) -> list[tuple[str, str]]:
    """Who may not meet whom (回避), of a CSV: ``inspector, subject``."""
    return [(row["inspector"], row["subject"]) for row in _rows(path, ("inspector", "subject"))]


def _inspector(row: dict[str, str]) -> Inspector:
    leave = [tuple(as_date(day.strip()) for day in part.split("/")) for part in _parts(row.get("leave", ""))]
    if any(len(days) != 2 or days[0] > days[1] for days in leave):
        raise RecordsError("leave that is no first and last day", remedy="write 2023-08-01/2023-08-14")
    return Inspector(
        row["inspector"], row["department"], frozenset(_parts(row.get("skills", ""))),
        tuple((days[0], days[1]) for days in leave),
    )  # fmt: skip


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]


def _held(path: Path, row: int, job: Callable[[], Inspector]) -> Inspector:
    """What a row gives, or its refusal with the row."""
    try:
        return job()
    except CreditScoreError as refused:
        raise RecordsError(refused.what, where=f"{path}, row {row}", remedy=refused.remedy) from None


def _rows(path: Path, needed: tuple[str, ...]) -> list[dict[str, str]]:
    from credit_score.tiers.given import read_figures

    table = read_figures(path)
    if missing := [c for c in needed if c not in table.columns]:
        what, remedy = f"column {first_five(missing)} is missing", f"give the columns {', '.join(needed)}"
        raise RecordsError(what, where=str(path), remedy=remedy)
    rows: list[dict[str, str]] = table.to_dict("records")
    for i, row in enumerate(rows, start=1):
        if empty := [c for c in needed if not row[c].strip()]:
            raise RecordsError(f"no {first_five(empty)}", where=f"{path}, row {i}", remedy="complete the row")
    return [{name: cell.strip() for name, cell in row.items()} for row in rows]
