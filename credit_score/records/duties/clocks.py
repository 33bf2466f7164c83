"""Clocks on records: when each started, when it is due, when it ended, and whether that was late.

A clock looks back on a day with everything the tables hold: what was reported after the day still counts as open on
it. To see the day as it was known then, hand in the tables as they were known. The day a record was reported stands
for the day it was publicised: the tables tell no other.

A record that replaces a corrected one reports no decision of its own: the clock of the original stands.
"""

import operator
from datetime import date
from functools import reduce
from typing import TYPE_CHECKING, Any

from credit_score.policy.clocks import Clock, Covers, Span
from credit_score.policy.ruleset import RuleSet
from credit_score.records.duties.calendar import Calendar, working_calendar

if TYPE_CHECKING:
    import ibis

Tables = dict[str, "ibis.Table"]
COLUMNS = {
    "clock": "string", "record_id": "string", "unit": "string", "started_on": "date", "due_on": "date",
    "ended_on": "date", "days_used": "int64", "limit": "int64", "late": "boolean", "open": "boolean",
}  # fmt: skip
# What is known of a record where a clock starts; the one that reports a decision ends with the record itself.
STARTS = ("start_id", "record_id", "unit", "started_on", "reported_on", "known_on")
PUBLICITY = ("decided", "reported")


def clock_table(tables: Tables, rules: RuleSet, on: date, *, compared: bool = False) -> "ibis.Table":
    """Every clock that had started by a day: a row a record and clock, or an event and clock.

    Parameters
    ----------
    tables : accepted ``credit_records`` and, for the clocks of disputes and withdrawals, ``record_events``.
    rules : the policy, whose limit of the day a clock started is the limit it has.
    on : the day that is looked at.
    compared : with the clocks that the county is not held to.

    An event of the day on which a clock started ends it only if it sorts later by ``known_on`` and then ``event_id``,
    compared as text: a dispute made anew after the answer of its day is open. Of the clocks from decision to report a
    record that replaces another, by what was known on the day, has none.

    Returns ``clock, record_id, unit, started_on, due_on, ended_on`` (null if open on the day), ``days_used`` (up to
    the end or the day, in the limit's kind of days), ``limit, late, open``. It is late if it ended, or is open, after
    ``due_on``: also on a Saturday after the last working day, which uses no further working day. ``due_on`` is null
    where it lies beyond the calendar's data. Raises RecordsError where the calendar does not know a day it needs.
    """
    started = ((clock, _starts(tables, clock, on)) for clock in rules.model.clocks or ())
    return _joined([_run(s, c, c.spans(compared=compared), rules, on) for c, s in started if s is not None])


def decision_clocks(register: "ibis.Table", tables: Tables, rules: RuleSet, on: date) -> "ibis.Table":
    """The clocks from decision to report for a register of decisions, columns as :func:`clock_table`.

    ``register`` has ``record_id, unit, item, decided_on``; a decision that is not among the accepted records is open.
    A decision has the catalogue kind of the clock that names its item; for a clock of all items, that of the policy.
    """
    reported = tables["credit_records"].select("record_id", "reported_on")
    rows = _with_kinds(register, rules).left_join(reported, "record_id").drop("record_id_right")
    starts = rows.mutate(start_id=rows.record_id, started_on=rows.decided_on, known_on=rows.decided_on)
    listed = publicity_clocks(rules)
    chosen = ((c, starts.filter(_runs_for(starts, _of_decisions(c.covers)))) for c in listed)
    return _joined([_run(rows.select(*STARTS), c, c.spans(), rules, on) for c, rows in chosen])


def uncovered(tables: Tables, rules: RuleSet, on: date, register: "ibis.Table | None" = None) -> "ibis.Table":
    """Records reported and decisions made by a day that no clock from decision to report covers: ``unit, day``."""
    import ibis

    last, listed = ibis.date(on), [c.covers for c in publicity_clocks(rules)]
    records = tables["credit_records"]
    parts = [_left(records.filter(records.reported_on <= last).mutate(day=records.occurred_on), listed)]
    if register is not None:
        rows = _with_kinds(register.filter(register.decided_on <= last), rules)
        parts.append(_left(rows.mutate(day=rows.decided_on), [_of_decisions(c) for c in listed]))
    return ibis.union(*parts) if len(parts) > 1 else parts[0]


def _left(rows: "ibis.Table", listed: list[Covers]) -> "ibis.Table":
    return rows.filter(*(~_runs_for(rows, c).fill_null(False) for c in listed)).select("unit", "day")


def publicity_clocks(rules: RuleSet) -> tuple[Clock, ...]:
    """The clocks from a decision to its report that the county is held to."""
    listed = (c for c in rules.model.clocks or () if (c.starts, c.ends) == PUBLICITY)
    return tuple(c for c in listed if c.spans())


def _runs_for(rows: "ibis.Table", covers: Covers) -> Any:
    """Whether a clock runs for each row with ``catalogue_kind``, ``item`` and ``unit``."""
    import ibis

    named = {"catalogue_kind": covers.kinds, "item": covers.named_items, "unit": covers.units}
    chosen = [rows[c].isin(list(names)) for c, names in named.items() if names != "all"]
    return reduce(operator.and_, chosen, ibis.literal(True))


def _of_decisions(covers: Covers) -> Covers:
    """What a clock covers in a register, which tells no kind: that of an item that the clock names is the clock's."""
    return covers if covers.items == "all" else covers.model_copy(update={"kinds": "all"})


def _with_kinds(register: "ibis.Table", rules: RuleSet) -> "ibis.Table":
    return register.left_join(kinds_of_items(rules), "item").drop("item_right")


def kinds_of_items(rules: RuleSet) -> "ibis.Table":
    """The catalogue kind of each item of the policy, whatever the day: ``item, catalogue_kind``."""
    import ibis

    model = rules.model
    listed = {i.id: i.catalogue_kind for c in (model.individual, model.enterprise) if c for i in c.items}
    columns = {"item": list(listed), "catalogue_kind": list(listed.values())}
    return ibis.memtable(columns, schema=dict.fromkeys(columns, "string"))


def _starts(tables: Tables, clock: Clock, on: date) -> "ibis.Table | None":
    """Where a clock starts, with the day it ended; None where the tables hold no events and it needs them."""
    records, events = tables["credit_records"], tables.get("record_events")
    records = records.filter(_runs_for(records, clock.covers))
    if (clock.starts, clock.ends) == PUBLICITY and events is not None:
        records = _originals(records, events, on)
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
    by_event = clock.starts not in ("decided", "reported")
    return None if events is None else _first_end(starts, events.filter(events.event == clock.ends), by_event=by_event)


def _originals(records: "ibis.Table", events: "ibis.Table", on: date) -> "ibis.Table":
    """Records that replace no other, by what was known on the day."""
    import ibis

    known = events.filter(events.event == "corrected", events.known_on <= ibis.date(on), events.replaced_by.notnull())
    return records.anti_join(known, records.record_id == known.replaced_by)


def _first_end(starts: "ibis.Table", ends: "ibis.Table", *, by_event: bool) -> "ibis.Table":
    """Starts with ``ended_on``, the first of the ending events that is not before the start.

    Of a clock that starts ``by_event`` an end of the same day must sort after it by ``known_on`` and ``event_id``.
    """
    ends = ends.select(of_record="record_id", end="happened_on", end_known="known_on", end_id="event_id")
    met = starts.inner_join(ends, [starts.record_id == ends.of_record, starts.started_on <= ends.end])
    if by_event:
        same_day, same_known = met.end == met.started_on, met.end_known == met.known_on
        after = (met.end_known > met.known_on) | (same_known & (met.end_id > met.start_id))
        met = met.filter(~same_day | after)
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
