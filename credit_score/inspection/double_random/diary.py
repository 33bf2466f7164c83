"""A diary for each team: every call at a firm on a day in its window, and the days of inspectors in balance.

Calls with the nearest end are placed first. A call goes to the working day on which those who make it have least to do,
chosen by hash among such days, so that a firm cannot tell the day from the list; nobody has more than a day's work on a
day, and nobody works on leave.
"""

import io
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from credit_score.errors import RecordsError, first_five, masked
from credit_score.inspection.double_random.merged import Call
from credit_score.inspection.double_random.pairs import PAIR, Inspector, Visit, workdays
from credit_score.records.duties.calendar import Calendar

if TYPE_CHECKING:
    import pandas as pd

FULL = 1.0 + 1e-9
COLUMNS = ("day", "department", "subject", "inspector_1", "inspector_2", "days", "together_with")


@dataclass(frozen=True)
class Appointment:
    """A call at a firm on a day."""

    day: date
    call: Call


def appointments(
    calls: Iterable[Call],
    pairs: Mapping[Visit, tuple[str, str]],
    inspectors: Iterable[Inspector],
    calendar: Calendar,
    *,
    seed: str,
) -> list[Appointment]:
    """A day for each call, by day; a call that no day suits all of is made apart, visit by visit.

    ``calendar``: the working days; beyond its data it refuses. Raises RecordsError for a visit of more than a day for
    each of its two inspectors, and for one that no day of its window has room for.
    """
    book = _Book(calendar, {i.number: i for i in inspectors}, pairs, seed)
    found = []
    for call in sorted(calls, key=lambda c: (c.ends, _key(seed, c))):
        day = book.day(call)
        apart = [call] if day or len(call.visits) == 1 else [Call(call.subject, (v,)) for v in call.visits]
        found += [book.kept(part) for part in apart]
    return sorted(found, key=lambda a: (a.day, a.call.subject))


class _Book:
    """Who is busy when."""

    def __init__(
        self, calendar: Calendar, staff: Mapping[str, Inspector], pairs: Mapping[Visit, tuple[str, str]], seed: str
    ) -> None:
        self.calendar, self.staff, self.pairs, self.seed = calendar, staff, pairs, seed
        self.busy: dict[str, dict[date, float]] = defaultdict(lambda: defaultdict(float))

    def kept(self, call: Call) -> Appointment:
        """A call on its day, for which those who make it are busy. Raises RecordsError where there is none."""
        day = self.day(call)
        if day is None:
            what = f"none of {len(self._days(call))} working days from {call.begins} to {call.ends} has room"
            raise RecordsError(what, where=_where(call), remedy="widen the window, or lend inspectors")
        for number, share in self._who(call):
            self.busy[number][day] += share
        return Appointment(day, call)

    def day(self, call: Call) -> date | None:
        """The working day on which those who make a call have least to do; None where no day has room."""
        who = self._who(call)
        if long := [share for _, share in who if share > FULL]:
            what = f"a visit of {max(long):g} days for each inspector"
            raise RecordsError(what, where=_where(call), remedy="part it into visits of a day or less")
        free = [
            (sum(self.busy[n].get(day, 0.0) for n, _ in who), _key(self.seed, call, day.isoformat()), day)
            for day in self._days(call)
            if all(self.busy[n].get(day, 0.0) + share <= FULL and self.staff[n].is_there(day) for n, share in who)
        ]
        return min(free)[2] if free else None

    def _who(self, call: Call) -> list[tuple[str, float]]:
        return [(number, visit.days / PAIR) for visit in call.visits for number in self.pairs[visit]]

    def _days(self, call: Call) -> list[date]:
        return workdays(self.calendar, call.begins, call.ends)


def _where(call: Call) -> str:
    departments = first_five(v.department for v in call.visits)
    return f"call of {departments} at a firm ({masked(call.subject)})"


def _key(seed: str, call: Call, *more: str) -> str:
    names = [v.name for v in call.visits]
    return sha256("|".join([seed, "day", *names, *more]).encode()).hexdigest()


def diary_table(kept: Iterable[Appointment], pairs: Mapping[Visit, tuple[str, str]]) -> "pd.DataFrame":
    """A row a visit, by day and department: :data:`COLUMNS`; ``days`` are inspector-days of the two together."""
    import pandas as pd

    rows = [
        (a.day, v.department, v.subject, *pairs[v], v.days,
         ", ".join(o.department for o in a.call.visits if o is not v))
        for a in kept for v in a.call.visits
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.sort_values(["day", "department", "subject"], ignore_index=True)


def save_excel(table: "pd.DataFrame", path: Path) -> None:
    """A diary as an Excel workbook, a sheet a department; texts that could run as a formula are made neutral."""
    from openpyxl import Workbook

    from credit_score.sheet import neutral

    book = Workbook()
    book.remove(book.active)
    for department, rows in table.groupby("department", sort=True):
        taken = {sheet.title for sheet in book.worksheets}
        title = str(department)[:31]
        sheet = book.create_sheet(title if title not in taken else f"{title[:27]}-{len(taken) + 1}")
        sheet.append(list(rows.columns))
        for row in rows.itertuples(index=False, name=None):
            sheet.append([neutral(cell) if isinstance(cell, str) else cell for cell in row])
        sheet.freeze_panes = "A2"
    if not book.worksheets:
        book.create_sheet("empty").append(list(table.columns))
    held = io.BytesIO()
    book.save(held)
    path.write_bytes(held.getvalue())


def as_icalendar(table: "pd.DataFrame", *, summary: str, stamped: date, of: str, revision: int) -> bytes:
    """A diary as iCalendar (RFC 5545), an all-day event a visit.

    ``summary``: of an event, with ``{department}`` and ``{subject}`` in it; ``stamped``: the day it was made.
    ``of``: the hash of the list, so that another year's visits are other events. ``revision``: the number of the diary,
    by which a calendar knows the later one.
    """
    from icalendar import Calendar as File
    from icalendar import Event

    file = File()
    file.add("prodid", "-//credit_score//lot//ZH")
    file.add("version", "2.0")
    number = table.groupby(["department", "subject"]).cumcount()
    for row, n in zip(table.to_dict("records"), number, strict=True):
        event = Event()
        # Of the visit and not of its day, so that a calendar moves a visit that is moved.
        name = f"{of}|{row['department']}|{row['subject']}|{n}"
        event.add("uid", f"{sha256(name.encode()).hexdigest()[:32]}@lot")
        event.add("sequence", revision)
        event.add("summary", summary.format(department=row["department"], subject=row["subject"]))
        event.add("description", f"{row['inspector_1']}, {row['inspector_2']}; {row['together_with'] or '–'}")
        event.add("dtstart", row["day"])
        event.add("dtend", row["day"] + timedelta(days=1))
        event.add("dtstamp", datetime.combine(stamped, time(), tzinfo=UTC))
        file.add_component(event)
    return bytes(file.to_ical())
