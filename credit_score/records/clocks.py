"""Clocks on records: when each started, when it is due, when it ended, and whether that was late.

A clock looks back on a day with everything the tables hold: what was reported after the day still counts as open on
it. To see the day as it was known then, hand in the tables as they were known. The day a record was reported stands
for the day it was publicised: the tables tell no other.
"""

from datetime import date
from typing import TYPE_CHECKING, Any

from credit_score.policy.clocks import Clock, Covers, Span
from credit_score.policy.ruleset import RuleSet
from credit_score.records.calendar import Calendar, working_calendar

if TYPE_CHECKING:
    import ibis

Tables = dict[str, "ibis.Table"]
COLUMNS = {
    "clock": "string", "record_id": "string", "unit": "string", "started_on": "date", "due_on": "date",
    "ended_on": "date", "days_used": "int64", "limit": "int64", "late": "boolean", "open": "boolean",
}  # fmt: skip
# What is known of a record where a clock starts; the one that reports a decision ends with the record itself.
STARTS = ("start_id", "record_id", "unit", "started_on", "reported_on", "known_on")


def clock_table(tables: Tables, rules: RuleSet, on: date, *, compared: bool = False) -> "ibis.Table":
    """Every clock that had started by a day: a row a record and clock, or an event and clock.

    Parameters
    ----------
    tables : accepted ``credit_records`` and, for the clocks of disputes and withdrawals, ``record_events``.
    rules : the policy, whose limit of the day a clock started is the limit it has.
    on : the day that is looked at.
    compared : with the clocks that the county is not held to.

    Returns ``clock, record_id, unit, started_on, due_on, ended_on`` (null if open on the day), ``days_used`` (up to
    the end or the day, in the limit's kind of days), ``limit, late, open``. It is late if it ended, or is open, after
    ``due_on``: also on a Saturday after the last working day, which uses no further working day. ``due_on`` is null
    where it lies beyond the calendar's data. Raises RecordsError where the calendar does not know a day it needs.
    """
    started = ((clock, _starts(tables, clock)) for clock in rules.model.clocks or ())
    return _joined([_run(s, c, c.spans(compared=compared), rules, on) for c, s in started if s is not None])


def decision_clocks(register: "ibis.Table", tables: Tables, rules: RuleSet, on: date) -> "ibis.Table":
    """The clocks from decision to report for a register of decisions, columns as :func:`clock_table`.

    ``register`` has ``record_id, unit, item, decided_on``; a decision that is not among the accepted records is open.
    The catalogue kind of a decision is that of its item in the policy.
    """
    reported = tables["credit_records"].select("record_id", "reported_on")
    rows = register.left_join(reported, "record_id").drop("record_id_right")
    rows = rows.left_join(kinds_of_items(rules), "item").drop("item_right")
    starts = rows.mutate(start_id=rows.record_id, started_on=rows.decided_on, known_on=rows.decided_on)
    listed = publicity_clocks(rules)
    return _joined([_run(covered(starts, c.covers).select(*STARTS), c, c.spans(), rules, on) for c in listed])


def publicity_clocks(rules: RuleSet) -> tuple[Clock, ...]:
    """The clocks from a decision to its report that the county is held to."""
    listed = (c for c in rules.model.clocks or () if (c.starts, c.ends) == ("decided", "reported"))
    return tuple(c for c in listed if c.spans())


def covered(rows: "ibis.Table", covers: Covers) -> "ibis.Table":
    """The rows with ``catalogue_kind``, ``item`` and ``unit`` that a clock runs for."""
    named = {"catalogue_kind": covers.kinds, "item": covers.items, "unit": covers.units}
    chosen = [rows[c].isin(list(names)) for c, names in named.items() if names != "all"]
    return rows.filter(*chosen) if chosen else rows


def kinds_of_items(rules: RuleSet) -> "ibis.Table":
    """The catalogue kind of each item of the policy, whatever the day: ``item, catalogue_kind``."""
    import ibis

    model = rules.model
    listed = {i.id: i.catalogue_kind for c in (model.individual, model.enterprise) if c for i in c.items}
    columns = {"item": list(listed), "catalogue_kind": list(listed.values())}
    return ibis.memtable(columns, schema=dict.fromkeys(columns, "string"))


def _starts(tables: Tables, clock: Clock) -> "ibis.Table | None":
    """Where a clock starts, with the day it ended; None where the tables hold no events and it needs them."""
    records, events = covered(tables["credit_records"], clock.covers), tables.get("record_events")
    if clock.starts in ("decided", "reported"):
        day = records.occurred_on if clock.starts == "decided" else records.reported_on
        starts = records.mutate(start_id=records.record_id, started_on=day, known_on=records.reported_on)
    elif events is None:
        return None
    else:
        begun = events.filter(events.event == clock.starts).drop("unit").inner_join(records, "record_id")
        starts = begun.mutate(start_id=begun.event_id, started_on=begun.happened_on)
    starts = starts.select(*STARTS)
    if clock.ends in ("reported", "known"):
        return starts
    return None if events is None else _first_end(starts, events.filter(events.event == clock.ends))


def _first_end(starts: "ibis.Table", ends: "ibis.Table") -> "ibis.Table":
    """Starts with ``ended_on``, the first of the ending events that is not before the start."""
    ends = ends.select(of_record="record_id", end="happened_on")
    met = starts.inner_join(ends, [starts.record_id == ends.of_record, starts.started_on <= ends.end])
    first = met.group_by(of_start="start_id").aggregate(ended_on=met.end.min())
    return starts.left_join(first, starts.start_id == first.of_start).drop("of_start")


def _run(starts: "ibis.Table", clock: Clock, spans: tuple[Span, ...], rules: RuleSet, on: date) -> "ibis.Table | None":
    """One clock over its starts, limit by limit as they were in force on the day of the start."""
    import ibis

    last = ibis.date(on)
    if clock.ends in ("reported", "known"):
        starts = starts.mutate(ended_on=starts[f"{clock.ends}_on"])
    by_then = starts.filter(starts.started_on <= last)
    ended = ibis.ifelse(by_then.ended_on <= last, by_then.ended_on, ibis.null("date"))
    rows = by_then.select("record_id", "unit", "started_on", ended_on=ended)
    rows = rows.mutate(_stop=rows.ended_on.fill_null(last))
    calendar = working_calendar(rules.about.calendar)
    return _union([_timed(_within(rows, s), clock, s, calendar) for s in spans if s.since <= on])


def _within(rows: "ibis.Table", span: Span) -> "ibis.Table":
    import ibis

    rows = rows.filter(rows.started_on >= ibis.date(span.since))
    return rows.filter(rows.started_on < ibis.date(span.until)) if span.until else rows


def _timed(rows: "ibis.Table", clock: Clock, span: Span, calendar: Calendar) -> "ibis.Table":
    """Rows with ``due_on``, ``days_used`` and the verdict."""
    import ibis

    rows = _in_working_days(rows, span, calendar) if span.working else _in_calendar_days(rows, span.limit)
    late = (rows._stop > rows.due_on).fill_null(False)
    told = rows.mutate(clock=ibis.literal(clock.id), limit=ibis.literal(span.limit, "int64"), late=late)
    return told.mutate(open=told.ended_on.isnull()).select(*COLUMNS).cast(COLUMNS)


def _in_calendar_days(rows: "ibis.Table", limit: int) -> "ibis.Table":
    import ibis

    due = (rows.started_on + ibis.interval(days=limit)).cast("date")
    return rows.mutate(due_on=due, days_used=rows._stop.delta(rows.started_on, unit="day"))


def _in_working_days(rows: "ibis.Table", span: Span, calendar: Calendar) -> "ibis.Table":
    """Working days by joins with the calendar, one for the start, one for the stop, one for the day it is due."""
    _refuse_beyond(rows, calendar)
    days, due = calendar.day_table(), calendar.due_table()
    first, last = (
        days.select(started_on="day", _first="working_number"),
        days.select(_stop="day", _last="working_number"),
    )
    rows = rows.inner_join(first, "started_on").inner_join(last, "_stop")
    rows = rows.mutate(days_used=rows._last - rows._first, due_number=rows._first + span.limit)
    return rows.left_join(due, "due_number")


def _refuse_beyond(rows: "ibis.Table", calendar: Calendar) -> None:
    """Raise RecordsError if a start or a stop lies beyond the calendar; a due day beyond it is merely not known."""
    import ibis

    first, last = ibis.date(calendar.first), ibis.date(calendar.last)
    outside = ibis.ifelse(rows.started_on < first, rows.started_on, ibis.ifelse(rows._stop > last, rows._stop, None))
    days = rows.select(day=outside).filter(lambda t: t.day.notnull()).distinct().order_by("day").limit(6)
    found = [day.date() if hasattr(day, "date") else day for day in days.execute()["day"]]
    if found:
        raise calendar.refusal(found, "working days cannot be counted on")


def _union(parts: list[Any]) -> "ibis.Table | None":
    import ibis

    return ibis.union(*parts) if len(parts) > 1 else (parts[0] if parts else None)


def _joined(parts: list[Any]) -> "ibis.Table":
    """All rows, or a table of none."""
    import ibis

    found = _union([part for part in parts if part is not None])
    if found is not None:
        return found
    return ibis.memtable(ibis.schema(COLUMNS).to_pyarrow().empty_table())
