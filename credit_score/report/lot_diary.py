"""Who goes to whom and when: inspectors, leave and recusals read from files, and the diaries of a drawn lot written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from credit_score.errors import CreditScoreError, RecordsError, VerificationError, discreet, first_five
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
from credit_score.tiers.given import read_figures

if TYPE_CHECKING:
    import pandas as pd

MARK = "visits.csv"
STAFF = ("inspectors", "recusals")


@dataclass(frozen=True)
class Staff:
    """Who may go: inspectors, and who of them may not meet whom (回避)."""

    inspectors: list[Inspector]
    recusals: list[tuple[str, str]]


def save_diaries(
    lot: Lot, run: RunFolder, out: Path | str, *, files: Mapping[str, Path], begins: date, on: date, lang: str,
    reason: str = "",
) -> "tuple[Lot, pd.DataFrame, int]":  # fmt: skip
    """Write the diaries of the last draw: all visits as CSV, a workbook, and an iCalendar a department.

    Returns the lot, which keeps what the diary was made of, the visits, a row each, and how many calls were spared by
    coming together. ``files``: ``inspectors`` and perhaps ``recusals``; where they are not given, those frozen with the
    list. The year of the visits begins on ``begins``. Raises VerificationError before a draw and for a diary without
    the reason it needs, RecordsError for files that cannot be read, for names that nobody has, and where a visit has
    no pair or no day; then nothing is written.
    """
    if begins < lot.record.drawn_on:
        what = f"visits begin on {begins}, before the draw on {lot.record.drawn_on}"
        raise RecordsError(what, remedy="give a first day of visits after the draw")
    given = {name: path for name in STAFF if (path := files.get(name) or _frozen(lot, name))}
    if "inspectors" not in given:
        raise RecordsError("no inspectors", remedy="give --inspectors, or freeze them with the list")
    table, n_saved = _diary(lot, run, read_staff(given, run), lot.drawn_list, lot.record.last_draw["seed"], begins)
    with whole_folder(out, replaces=MARK) as folder:
        _write(table, folder, run, begins, lang)
        copies = {name: path.read_bytes() for name, path in (given | {"visits": folder / MARK}).items()}
        kept = lot.diary_kept(copies, begins=begins, n=len(table), on=on, reason=reason)
    return kept, table, n_saved


def verify_diaries(lot: Lot, run: RunFolder) -> int:
    """How many diaries the lot's own files give again. Raises VerificationError for one that they do not."""
    for number, told in enumerate(lot.record.diaries, start=1):
        held = {name: lot.held(name, number, hash_) for name, hash_ in told["files"].items()}
        staff = read_staff({name: held[name] for name in STAFF if name in held}, run)
        drawn, seed = lot.list_of(told["draw"]), lot.record.draws[told["draw"] - 1]["seed"]
        table, _ = _diary(lot, run, staff, drawn, seed, date.fromisoformat(told["begins"]))
        said = read_figures(held["visits"])
        again = table.astype(str)
        if list(said.columns) != list(again.columns) or len(said) != len(again):
            _refuse(number, f"{len(said):,} visits, list and inspectors give {len(again):,}")
        wrong = (said.to_numpy() != again.to_numpy()).any(axis=1).nonzero()[0]
        if len(wrong):
            _refuse(number, f"row {wrong[0] + 1} is another than list, inspectors and seed give")
    return len(lot.record.diaries)


def _refuse(number: int, what: str) -> None:
    raise VerificationError(what, where=f"visits-{number}.csv", remedy="the diary was changed; do not use it")


def _frozen(lot: Lot, name: str) -> Path | None:
    """Inspectors or recusals that were frozen with the list."""
    hash_ = lot.record.staff.get(name)
    return lot.held(name, 0, hash_) if hash_ else None


def _diary(
    lot: Lot, run: RunFolder, staff: Staff, drawn: "pd.DataFrame", seed: str, begins: date
) -> "tuple[pd.DataFrame, int]":
    by, calendar = drawing_seed(lot.key, seed), working_calendar(run.rules().about.calendar)
    visits = _visits(drawn, run, begins)
    pairs = drawn_pairs(visits, staff.inspectors, staff.recusals, seed=by, calendar=calendar)
    made = appointments(merged_calls(visits), pairs, staff.inspectors, calendar, seed=by)
    return diary_table(made, pairs), sum(a.call.n_saved for a in made)


def _write(table: "pd.DataFrame", folder: Path, run: RunFolder, begins: date, lang: str) -> None:
    names = {d.id: getattr(d.label, lang) for d in run.rules().model.inspection.departments}
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


def read_staff(files: Mapping[str, Path], run: RunFolder) -> Staff:
    """Inspectors and recusals, held against a run.

    Raises RecordsError for a department or duty that the run does not have, and for a recusal of an inspector or from a
    firm that is not there: it would keep nobody apart.
    """
    people, inspection = read_inspectors(files["inspectors"]), run.rules().model.inspection
    _check_known(
        files["inspectors"], "department", [i.department for i in people], {d.id for d in inspection.departments}
    )
    duties = {m.id for m in inspection.statutory_minimums}
    _check_known(files["inspectors"], "skill", [s for i in people for s in i.skills], duties)
    if "recusals" not in files:
        return Staff(people, [])
    apart = read_recusals(files["recusals"])
    _check_known(files["recusals"], "inspector", [i for i, _ in apart], {i.number for i in people})
    firms = set(run.table("frame.parquet")["subject"])
    if absent := [row for row, (_, subject) in enumerate(apart, start=1) if subject not in firms]:
        what = f"no firm of the run in row {first_five(absent)}"
        raise RecordsError(what, where=str(files["recusals"]), remedy="write its code as the run does, or leave it out")
    return Staff(people, apart)


def _check_known(path: Path, what: str, found: list[str], known: set[str]) -> None:
    if unknown := sorted(set(found) - known):
        told = f"no {what} {first_five(map(discreet, unknown))}"
        raise RecordsError(told, where=str(path), remedy=f"there are {first_five(sorted(map(discreet, known)))}")


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
    rows: list[dict[str, str]] = read_figures(path, needed).to_dict("records")
    for i, row in enumerate(rows, start=1):
        if empty := [c for c in needed if not row[c].strip()]:
            raise RecordsError(f"no {first_five(empty)}", where=f"{path}, row {i}", remedy="complete the row")
    return [{name: cell.strip() for name, cell in row.items()} for row in rows]
