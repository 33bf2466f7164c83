"""Who goes to whom and when: the diaries of a drawn lot, written, recorded, and computed again."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from credit_score.errors import RecordsError, VerificationError
from credit_score.files import whole_folder
from credit_score.inspection.double_random import (
    STAFF,
    DrawRecord,
    Visit,
    appointments,
    as_icalendar,
    check_span,
    diary_table,
    drawing_seed,
    drawn_pairs,
    merged_calls,
    save_excel,
    span,
    windows,
)
from credit_score.inspection.frame import RANDOM
from credit_score.language import say
from credit_score.records.duties.calendar import working_calendar
from credit_score.report.lot import Lot
from credit_score.report.lot_staff import Staff, read_staff
from credit_score.report.run_folder import RunFolder
from credit_score.sheet import write_csv
from credit_score.tiers.given import read_figures

if TYPE_CHECKING:
    import pandas as pd

MARK = "visits.csv"


def save_diaries(
    lot: Lot, run: RunFolder, out: Path | str, *, files: Mapping[str, Path], days: tuple[date, date], on: date,
    lang: str, reason: str = "",
) -> "tuple[Lot, pd.DataFrame, int]":  # fmt: skip
    """Write the diaries of the last draw: all visits as CSV, a workbook, and an iCalendar a department.

    Returns the lot, which keeps what the diary was made of, the visits, a row each, and how many calls were spared by
    coming together. ``files``: ``inspectors`` and perhaps ``recusals``; where they are not given, those of the last
    diary of the draw, or frozen with the list. ``days``: the first and last of the visits, within a year.

    Raises VerificationError before a draw, for another run, for a diary without the reason it needs and days that are
    past or more than a year; RecordsError for files that cannot be read, for names that nobody has, for days that the
    calendar does not know, and where a visit has no pair or no day; then nothing is written.
    """
    lot.check_run(run)
    check_span(*days, on=on)
    given = {name: path for name in STAFF if (path := files.get(name) or _standing(lot, name))}
    if "inspectors" not in given:
        raise RecordsError("no inspectors", remedy="give --inspectors, or freeze them with the list")
    staff = read_staff(given, run)
    table, n_saved = _diary(lot, run, staff, lot.drawn_list, lot.record.last_draw["seed"], days)
    with whole_folder(out, replaces=MARK) as folder:
        write_csv(table, folder / MARK)
        copies = {name: path.read_bytes() for name, path in (given | {"visits": folder / MARK}).items()}
        about = {"begins": days[0].isoformat(), "ends": days[1].isoformat(), "n": len(table)}
        record = lot.with_diary(copies, about, on=on, reason=reason)
        _write(table, folder, run, record, lang)
        # Recorded before the folder has its name: a diary in use that nobody recorded would be the greater harm, and
        # the same step, run again, completes this one.
        kept = lot.diary_kept(record, copies)
    return kept, table, n_saved


def verify_diaries(lot: Lot, run: RunFolder) -> list[str]:
    """Of each diary that the lot's own files give again, whose inspectors it is by.

    ``frozen`` with the list; those with recusals told later (``recused``); or named ``after`` the seed.

    Raises VerificationError for one that they do not give.
    """
    for number, told in enumerate(lot.record.diaries, start=1):
        held = {name: lot.held(name, number, hash_) for name, hash_ in told["files"].items()}
        staff = read_staff({name: held[name] for name in STAFF if name in held}, run)
        drawn, seed = lot.list_of(told["draw"]), lot.record.draws[told["draw"] - 1]["seed"]
        table, _ = _diary(lot, run, staff, drawn, seed, span(told["begins"], told.get("ends")))
        said = read_figures(held["visits"])
        again = table.astype(str)
        if list(said.columns) != list(again.columns) or len(said) != len(again):
            _refuse(number, f"{len(said):,} visits, list and inspectors give {len(again):,}")
        if told["n"] != len(again):
            _refuse(number, f"the record says {told['n']:,} visits, list and inspectors give {len(again):,}")
        wrong = (said.to_numpy() != again.to_numpy()).any(axis=1).nonzero()[0]
        if len(wrong):
            _refuse(number, f"row {wrong[0] + 1} is another than list, inspectors and seed give")
    return [told["staff"] for told in lot.record.diaries]


def _refuse(number: int, what: str) -> None:
    raise VerificationError(what, where=f"visits-{number}.csv", remedy="the diary was changed; do not use it")


def _standing(lot: Lot, name: str) -> Path | None:
    """Inspectors or recusals of the last diary of the draw, or that were frozen with the list.

    A recusal that was told once stands until another file is given: the pair it keeps apart shall not meet.
    """
    diaries = lot.record.diaries
    if diaries and diaries[-1]["draw"] == lot.record.n_draws and name in diaries[-1]["files"]:
        return lot.held(name, len(diaries), diaries[-1]["files"][name])
    hash_ = lot.record.staff.get(name)
    return lot.held(name, 0, hash_) if hash_ else None


def _diary(
    lot: Lot, run: RunFolder, staff: Staff, drawn: "pd.DataFrame", seed: str, days: tuple[date, date]
) -> "tuple[pd.DataFrame, int]":
    by, calendar = drawing_seed(lot.key, seed), working_calendar(run.rules().about.calendar)
    if days[1] > calendar.last:
        what = f"visits until {days[1]}, and the calendar {calendar.name!r} knows the days until {calendar.last}"
        remedy = f"plan the part that is known: --ends {calendar.last} or before; or update chinesecalendar"
        raise RecordsError(what, remedy=remedy)
    visits = _visits(drawn, run, days)
    pairs = drawn_pairs(visits, staff.inspectors, staff.recusals, seed=by, calendar=calendar)
    made = appointments(merged_calls(visits), pairs, staff.inspectors, calendar, seed=by)
    return diary_table(made, pairs), sum(a.call.n_saved for a in made)


def _write(table: "pd.DataFrame", folder: Path, run: RunFolder, record: DrawRecord, lang: str) -> None:
    """A workbook and an iCalendar a department beside the CSV, of the last diary of a record."""
    names = {d.id: getattr(d.label, lang) for d in run.rules().model.inspection.departments}
    save_excel(table, folder / "visits.xlsx")
    for department, rows in table.groupby("department"):
        summary = say("diary.event", lang, department=names[str(department)], subject="{subject}")
        file = as_icalendar(
            rows, summary=summary, stamped=record.events[-1].on, of=record.root, revision=len(record.diaries)
        )
        (folder / f"{department}.ics").write_bytes(file)


def _visits(listed: "pd.DataFrame", run: RunFolder, year: tuple[date, date]) -> list[Visit]:
    """A visit for each of a firm's windows; those under a statutory duty are to be skilled for it."""
    rules, n_days = run.rules(), (year[1] - year[0]).days + 1
    days = {d.id: float(rules.figure(d.days_per_visit).value) for d in rules.model.inspection.departments}
    return [
        Visit(row["department"], row["subject"], number, first, last, days[row["department"]],
              "" if row["duty"] == RANDOM else row["duty"])
        for row in listed.to_dict("records")
        for number, (first, last) in enumerate(windows(year[0], int(row["visits"]), days=n_days), start=1)
    ]  # fmt: skip
