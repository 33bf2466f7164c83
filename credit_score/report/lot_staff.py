"""Who goes: inspectors with skills and leave, and who of them may not meet whom (回避), read from files."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from credit_score.errors import CreditScoreError, RecordsError, discreet, first_five
from credit_score.inspection.double_random import Inspector
from credit_score.inspection.double_random.seed import is_plain
from credit_score.policy.loader import as_date
from credit_score.report.run_folder import RunFolder
from credit_score.tiers.given import read_figures

LONGEST = 1_000  # signs of a cell
INSPECTORS, RECUSALS = ("inspector", "department"), ("inspector", "subject")
PERHAPS = ("skills", "leave")


@dataclass(frozen=True)
class Staff:
    """Who may go: inspectors, and who of them may not meet whom (回避)."""

    inspectors: list[Inspector]
    recusals: list[tuple[str, str]]


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

    Leave is written 2023-08-01/2023-08-14, several between semicolons. Raises RecordsError with the row, for a file
    without one, and for another heading: a leave that was not read would be worked.
    """
    rows = _rows(path, INSPECTORS, PERHAPS)
    if not rows:
        raise RecordsError("no inspector", where=str(path), remedy="give each a row")
    found = [_held(path, i, lambda row=row: _inspector(row)) for i, row in enumerate(rows, start=1)]
    numbers = [i.number for i in found]
    if twice := sorted({n for n in numbers if numbers.count(n) > 1}):
        what = f"inspector {first_five(map(discreet, twice))} stands twice"
        raise RecordsError(what, where=str(path), remedy="give each a row")
    return found


def read_recusals(path: Path) -> list[tuple[str, str]]:
    """Who may not meet whom (回避), of a CSV: ``inspector, subject``."""
    return [(row["inspector"], row["subject"]) for row in _rows(path, RECUSALS)]


def _inspector(row: dict[str, str]) -> Inspector:
    leave = [tuple(as_date(day.strip()) for day in part.split("/")) for part in _parts(row.get("leave", ""))]
    if any(len(days) != 2 or days[0] > days[1] for days in leave):
        raise RecordsError("leave that is no first and last day", remedy="write 2023-08-01/2023-08-14")
    return Inspector(
        row["inspector"], row["department"], frozenset(_parts(row.get("skills", ""))),
        tuple((days[0], days[1]) for days in leave),
    )  # fmt: skip


def _parts(text: str) -> list[str]:
    return [part.strip() for part in re.split("[;；]", text) if part.strip()]


def _held(path: Path, row: int, job: Callable[[], Inspector]) -> Inspector:
    """What a row gives, or its refusal with the row."""
    try:
        return job()
    except CreditScoreError as refused:
        raise RecordsError(refused.what, where=f"{path}, row {row}", remedy=refused.remedy) from None


def _rows(path: Path, needed: tuple[str, ...], perhaps: tuple[str, ...] = ()) -> list[dict[str, str]]:
    """The rows of a file, cells without blanks around them; held to its headings and cell by cell."""
    table = read_figures(path, needed)
    known = (*needed, *perhaps)
    if unknown := [name for name in table.columns if name not in known]:
        near = get_close_matches(unknown[0], known, n=1, cutoff=0.5)
        remedy = f"write {near[0]}" if near else f"leave it out; there are {', '.join(known)}"
        raise RecordsError(f"unknown heading {discreet(unknown[0])!r}", where=str(path), remedy=remedy)
    rows: list[dict[str, str]] = [{n: cell.strip() for n, cell in row.items()} for row in table.to_dict("records")]
    for i, row in enumerate(rows, start=1):
        _check_row(row, needed, f"{path}, row {i}")
    return rows


def _check_row(row: dict[str, str], needed: tuple[str, ...], where: str) -> None:
    if empty := [c for c in needed if not row[c]]:
        raise RecordsError(f"no {first_five(empty)}", where=where, remedy="complete the row")
    if odd := [c for c, cell in row.items() if not is_plain(cell)]:
        raise RecordsError(f"a control sign or line end in {first_five(odd)}", where=where, remedy="write it without")
    if long := [c for c, cell in row.items() if len(cell) > LONGEST]:
        what = f"{len(row[long[0]]):,} signs in {long[0]}"
        raise RecordsError(what, where=where, remedy=f"write {LONGEST:,} at most")
