"""The pilot's days, as a table and as iCalendar: phases, deadlines, due days of open cases, theme days."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from credit_score.language import LANGUAGES, say
from credit_score.pilot.items import Tables, as_day, rows_of
from credit_score.policy import RuleSet
from credit_score.policy.pilot import Pilot

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["key", "kind", "label_zh", "label_en", "first_day", "last_day", "yearly", "units", "rule"]
KINDS = ("phase", "deadline", "case", "theme")


def calendar_table(made: Tables, rules: RuleSet, plan: Pilot) -> "pd.DataFrame":
    """A row a phase, deadline, open case or theme day, by its first day.

    ``made``: ``indicators``, ``plan_tasks`` and ``government_cases``, where they are. ``key`` is for life, so that a
    calendar moves what is moved. A deadline that several indicators of a task share with it stands once, under the
    task. ``yearly``: it comes every year from ``first_day`` on.
    """
    import pandas as pd

    rows = [*_phases(plan), *_deadlines(made), *_cases(made), *_themes(rules, plan)]
    table = pd.DataFrame(rows, columns=COLUMNS).astype({"first_day": object, "last_day": object, "yearly": bool})
    return table.sort_values(["first_day", "key"], ignore_index=True)


def _phases(plan: Pilot) -> Iterator[dict[str, Any]]:
    for phase in plan.phases:
        label = {f"label_{lang}": getattr(phase.label, lang) for lang in LANGUAGES}
        yield _row("phase", phase.id, label, phase.first, phase.last, rule=f"pilot:phases:{phase.id}")


def _deadlines(made: Tables) -> Iterator[dict[str, Any]]:
    """Deadlines of tasks, and of indicators where they are not those of their task."""
    told = set()
    for row in rows_of(made, "plan_tasks"):
        if day := as_day(row["deadline"]):
            told.add((int(row["task"]), day))
            yield _row("deadline", f"task-{row['task']}", _numbered(row), day, day, row["units"])
    for row in rows_of(made, "indicators"):
        day = as_day(row["deadline"])
        if day and (int(row["task"]), day) not in told:
            name = f"indicator-{row['indicator']}"
            yield _row("deadline", name, _numbered(row), day, day, row["units"], row["rule"])


def _numbered(row: Mapping[str, Any]) -> dict[str, str]:
    """The label with the number of the task, where it is of one: number 0 is the plan's safeguards."""
    told = {lang: row[f"label_{lang}"] for lang in LANGUAGES}
    if row["task"]:
        told = {lang: say("sheet.numbered", lang, task=int(row["task"]), label=told[lang]) for lang in LANGUAGES}
    return {f"label_{lang}": text for lang, text in told.items()}


def _cases(made: Tables) -> Iterator[dict[str, Any]]:
    for row in rows_of(made, "government_cases"):
        if row["state"] in ("open", "overdue") and (day := as_day(row["due_on"])):
            label = {
                f"label_{lang}": say("sheet.case", lang, body=row["body"], kind=row[f"kind_{lang}"])
                for lang in LANGUAGES
            }  # fmt: skip
            yield _row("case", row["case_id"], label, day, day, row["unit"], f"pilot:case_kinds:{row['case_kind']}")


def _themes(rules: RuleSet, plan: Pilot) -> Iterator[dict[str, Any]]:
    """Theme days, the first of each that is not before the plan's first phase."""
    since = plan.phases[0].first if plan.phases else rules.on
    labels = {a.id: a.label for a in plan.activities}
    for activity, text in plan.office.theme_days.items() if plan.office else ():
        day = next(d for year in (since.year, since.year + 1) if (d := _in_year(year, text)) >= since)
        label = {f"label_{lang}": getattr(labels[activity], lang) for lang in LANGUAGES}
        yield _row("theme", activity, label, day, day, rule="pilot:office") | {"yearly": True}


def _in_year(year: int, text: str) -> date:
    return date.fromisoformat(f"{year}-{text}")


def _row(
    kind: str, name: str, label: dict[str, str], first: date, last: date, units: str = "", rule: str = ""
) -> dict[str, Any]:
    told = {"key": f"{kind}-{name}", "kind": kind, "first_day": first, "last_day": last, "yearly": False}
    return told | label | {"units": units, "rule": rule}


def as_icalendar(table: "pd.DataFrame", lang: str, *, of: str, stamped: date, names: Mapping[str, str]) -> bytes:
    """A calendar table as iCalendar (RFC 5545): an all-day event a row, theme days every year.

    ``of``: the policy's name, by which another county's events are others; an event keeps its UID whatever becomes of
    its day. ``stamped``: the as-of day, so that the same run gives the same bytes. ``names``: unit → its name.
    """
    from icalendar import Calendar as File

    file = File()
    file.add("prodid", f"-//credit_score//pilot//{lang.upper()}")
    file.add("version", "2.0")
    file.add("x-wr-calname", say("sheet.calendar", lang))
    for row in rows_of({"calendar": table}, "calendar"):
        file.add_component(_event(row, lang, of=of, stamped=stamped, names=names))
    return bytes(file.to_ical())


def _event(row: dict[str, Any], lang: str, *, of: str, stamped: date, names: Mapping[str, str]) -> Any:
    from datetime import UTC, datetime

    from icalendar import Event

    event = Event()
    first, last = as_day(row["first_day"]), as_day(row["last_day"])
    name = f"{of}|{row['key']}"
    event.add("uid", f"{sha256(name.encode()).hexdigest()[:32]}@pilot")
    event.add("dtstamp", datetime(stamped.year, stamped.month, stamped.day, tzinfo=UTC))
    event.add("summary", say(f"event.{row['kind']}", lang, label=row[f"label_{lang}"]))
    event.add("dtstart", first)
    event.add("dtend", (last or stamped) + timedelta(1))  # the first day after it
    if row["yearly"]:
        event.add("rrule", {"freq": "yearly"})
    if row["units"]:
        event.add("description", ("、" if lang == "zh" else ", ").join(names[u] for u in row["units"].split(";")))
    event.add("transp", "TRANSPARENT")
    return event
