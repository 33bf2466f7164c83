"""What units owe by the clocks of records and by the catalogue of resources, as items of their sheets.

Units and counts only: no record and no subject is named.
"""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from credit_score.errors import RecordsError
from credit_score.language import LANGUAGES
from credit_score.pilot.items import Item, as_day, ground_of, in_words, label_of, state_on
from credit_score.pilot.standing import Standing
from credit_score.policy.clocks import Clock
from credit_score.policy.dated import Figure
from credit_score.policy.office import Office
from credit_score.policy.pilot import Pilot
from credit_score.records.duties.clocks import clock_table, decision_clocks
from credit_score.records.duties.coverage import coverage_table, due_periods, first_day
from credit_score.records.duties.four_zeros import zeros_by_unit

ASKED = {"late": "sheet.reported_late", "wrong": "sheet.reported_wrong"}

if TYPE_CHECKING:
    import ibis
    import pandas as pd


def clock_items(standing: Standing, office: Office) -> list[Item]:
    """Clocks that are open on the day: an item a unit, clock and state, with how many there are.

    Decisions of the register that are not reported are among them; what came late and is there is not, since nothing
    is left to do about it. No items where the policy has no clocks, or the calendar does not know the days.
    """
    if not standing.rules.model.clocks:
        return []
    try:
        counted = _open_clocks(standing).execute()
    except RecordsError:
        return []
    soon = standing.rules.value(office.soon) or 0
    rows = counted.assign(due_on=[as_day(day) for day in counted["due_on"]])
    rows["state"] = [state_on(day, standing.on, soon=soon) for day in rows["due_on"]]
    by = rows.groupby(["unit", "clock", "state"], sort=True)
    return [_clock_item(standing, office, key, group) for key, group in by]


def _open_clocks(standing: Standing) -> "ibis.Table":
    """Open clocks counted by unit, clock and due day: those of the register of decisions, and of other records."""
    tables, rules, on = standing.records.tables, standing.rules, standing.on
    found = clock_table(tables, rules, on)
    if standing.has("decisions"):
        listed = decision_clocks(tables["decisions"], tables, rules, on)
        found = found.anti_join(listed, ["clock", "record_id"]).union(listed)
    running = found.filter(found.open)
    return running.group_by("unit", "clock", "due_on").aggregate(n=running.count())


def _clock_item(standing: Standing, office: Office, key: tuple[Any, ...], rows: "pd.DataFrame") -> Item:
    unit, clock_id, state = key
    clock = next(c for c in standing.rules.model.clocks or () if c.id == clock_id)
    days = [day for day in rows["due_on"] if day]
    due, n = min(days, default=None), int(rows["n"].sum())
    asked = "sheet.clock_late" if state == "late" else "sheet.clock_running"
    ground = _limit(clock, standing.on)
    return Item(
        unit, "clock", f"{clock_id}:{state}", label_of(clock),
        in_words(asked, n=n, due=due or "–"), state, f"clocks:{clock_id}",
        ground.basis if ground else "", ground.reference if ground else "",
        office.item_tasks.get(clock_id.partition(".")[0]), due,
    )  # fmt: skip


def _limit(clock: Clock, on: date) -> Figure | None:
    """What the clock's limit on the day rests on."""
    limits = (limit.at(on) for limit in (clock.working_days, clock.calendar_days) if limit)
    return next(filter(None, limits), None)


def quality_items(standing: Standing, plan: Pilot) -> Iterator[Item]:
    """What a unit reported late or wrong: an item a unit, clock and measure. Nothing says by when it is to be mended.

    What it did not report at all is among the clocks that are open.
    """
    if not (plan.office and standing.rules.model.clocks):
        return
    number = plan.office.item_tasks.get("publicity")
    task = next((t for t in plan.tasks if t.number == number), None)
    try:
        summed = zeros_by_unit(standing.quality)
    except RecordsError:
        return
    clocks = {c.id: c for c in standing.rules.model.clocks}
    units = {u.id for u in standing.rules.about.units}
    found = summed[summed["measure"].isin(["late", "wrong"]) & (summed["n"].fillna(0) > 0) & summed["unit"].isin(units)]
    for row in found.to_dict("records"):
        clock = clocks.get(row["clock"])
        label = label_of(clock) if clock else in_words("sheet.wrong")
        yield Item(
            row["unit"], "quality", f"{row['measure']}:{row['clock']}", label,
            in_words(ASKED[row["measure"]], n=int(row["n"]), of=int(row["of"])), "open",
            f"pilot:tasks:{task.id}" if task else f"clocks:{row['clock']}", *ground_of(task, standing.on), number,
        )  # fmt: skip


def resource_items(standing: Standing, office: Office) -> Iterator[Item]:
    """An item a unit and resource of which it sent nothing in some period that is over.

    It was due on the last day of the first of these periods.
    """
    import pandas as pd

    if not standing.rules.model.resources:
        return
    since = first_day(standing.on)
    table = coverage_table(standing.records["credit_records"], standing.rules, since=since)
    soon, task = standing.rules.value(office.soon) or 0, office.item_tasks.get("resource")
    for row in table[table["missing"] != ""].to_dict("records"):
        every = None if pd.isna(row["every"]) else int(row["every"])
        ends = {span.name: span.last for span in due_periods(every, since, standing.on)}
        due = min(ends[name] for name in row["missing"].split(", "))
        yield Item(
            row["unit"], "resource", row["resource"], {lang: row[f"label_{lang}"] for lang in LANGUAGES},
            in_words("sheet.send", missing=row["expected"] - row["arrived"], expected=row["expected"], due=due),
            state_on(due, standing.on, soon=soon), f"resources:resources:{row['resource']}", row["unit_basis"],
            row["unit_reference"], task, due,
        )  # fmt: skip
