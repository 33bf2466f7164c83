"""Four zeros (四清零): what units withheld, reported late, missed or reported wrong, by unit and month of decision.

The plan (task 4) names the four words and does not define them. Our reading, an assumption:

late 迟报 : the report came, or is open, after its clock (decision → report) was due. A decision of the register that is
    not reported is missing or withheld, and not late too. A record that replaces a corrected one is no new decision.
missing 漏报 : a decision of the register, its clock run out, is not among the reported, though the unit reported other
    decisions of that month and clock.
withheld 瞒报 : the same, and the unit reported no decision of that month and clock.
wrong 错报 : a row of ``credit_records`` rejected at the door, or an accepted record later corrected or withdrawn. A
    duplicate is not wrong: it counts once. A record withdrawn because its decision was annulled counts as wrong,
    because the events do not tell it from one that was reported wrongly.

What cannot be counted is told with what it lacks (``unmeasured.py``): missing and withheld where the register holds no
decision of the unit, month and clock, and all three for items that no clock covers.

Late, missing and withheld are those of a clock; wrong is of all credit records, because a rejected row tells neither
its item nor its decision. A decision whose row was rejected is not among the reported.
"""

from datetime import date
from typing import TYPE_CHECKING, Any

from credit_score.policy.ruleset import RuleSet
from credit_score.records.duties.clocks import clock_table, decision_clocks, publicity_clocks
from credit_score.records.duties.unmeasured import month_of, without_clock, without_register

if TYPE_CHECKING:
    import ibis
    import pandas as pd

Tables = dict[str, "ibis.Table"]
MEASURES = ("withheld", "late", "missing", "wrong")
UNKNOWN = "unknown"
GROUP = ["unit", "month", "measure", "clock"]
ROWS = [*GROUP, "record_id", "file", "row", "column", "why"]
CASES = ("measure", "clock", "unit", "month", "record_id", "offends", "why")


def quality_table(
    tables: Tables, refusals: "pd.DataFrame", rules: RuleSet, on: date, register: "ibis.Table | None" = None
) -> "pd.DataFrame":
    """The four measures by unit and month of decision, as of a day.

    Parameters
    ----------
    tables : accepted ``credit_records``, and ``record_events`` if there are any.
    refusals : ``n`` refused rows that are alike in ``table, reason``, and in ``unit`` where it is known.
    register : decisions with ``record_id, unit, item, decided_on``; where it has none, nothing is measured by it.

    Returns ``unit, month`` (2023-05, or ``unknown``), ``measure, clock`` (empty for wrong, and for items without
    one), ``n`` offending ``of`` so many, ``share`` in [0, 1], and ``needs``: what a measure that cannot be computed
    lacks; its numbers are then null, never 0. Of: late, the decisions of the clock; missing and withheld, those of
    the register whose clock has run out; wrong, the rows sent (accepted and rejected, of the unit and month, or of
    the unit, or of all units where the row does not tell). Raises RecordsError beyond the
    working days the calendar knows.
    """
    import pandas as pd

    listed = None if register is None else decision_clocks(register, tables, rules, on)
    cases = _cases(tables, rules, on, listed)
    counted = cases.group_by(*GROUP).aggregate(n=cases.offends.cast("int64").sum(), of=cases.count()).execute()
    parts = [counted.assign(needs=""), _rejected_counts(counted, refusals).assign(needs="")]
    lacking = without_register(counted, listed), without_clock(tables, register, rules, on)
    parts += [part.assign(n=pd.NA, of=pd.NA) for part in lacking]
    table = pd.concat([part.astype({"n": "Int64", "of": "Int64"}) for part in parts], ignore_index=True)
    table["share"] = (table["n"] / table["of"]).astype("Float64")
    rank = table["measure"].map(MEASURES.index)
    table = table.assign(rank=rank).sort_values(["unit", "month", "rank", "clock"], ignore_index=True)
    return table[[*GROUP, "n", "of", "share", "needs"]]


def quality_rows(
    tables: Tables, rejected: "pd.DataFrame", rules: RuleSet, on: date, register: "ibis.Table | None" = None
) -> "pd.DataFrame":
    """The offending rows of :func:`quality_table`: whose, of which month, which, and why.

    Returns ``unit, month, measure, clock, record_id, file, row, column, why``; a rejected row has file, row and
    column in place of a record id. ``why``: ``reported_late``, ``still_open``, ``others_reported``,
    ``none_reported``, ``corrected``, ``withdrawn``, or the reason of the rejection.
    """
    import pandas as pd

    listed = None if register is None else decision_clocks(register, tables, rules, on)
    cases = _cases(tables, rules, on, listed)
    found = cases.filter(cases.offends).drop("offends").order_by([*GROUP, "record_id"]).execute()
    refused = _wrong_rows(rejected).rename(columns={"reason": "why"})
    refused = refused.assign(measure="wrong", clock="", month=UNKNOWN, record_id="")
    found = found.assign(file="", row=pd.NA, column="")
    return pd.concat([found[ROWS], refused[ROWS]], ignore_index=True).astype({"row": "Int64"})


def _cases(tables: Tables, rules: RuleSet, on: date, listed: "ibis.Table | None") -> "ibis.Table":
    """A row a record and measure it is counted in, whether it offends, and why; ``listed``: the register's clocks."""
    import ibis

    clocks = clock_table(tables, rules, on)
    sent = clocks.filter(clocks.clock.isin([c.id for c in publicity_clocks(rules)]))
    if listed is None:
        parts = [_late(sent, sent.late)]
    else:
        due = listed.filter(listed.due_on < ibis.date(on))
        parts = [_late_only(sent, due.filter(due.open)), *_not_reported(due, sent)]
    return ibis.union(*(p.select(*CASES) for p in [*parts, _taken_back(tables, on)]))


def _late(sent: "ibis.Table", offends: Any) -> "ibis.Table":
    import ibis

    why = ibis.ifelse(sent.open, "still_open", "reported_late")
    return _named(sent, "late", day=sent.started_on, offends=offends, why=why)


def _late_only(sent: "ibis.Table", unreported: "ibis.Table") -> "ibis.Table":
    """As late, but for what is missing or withheld: a decision offends once."""
    others = unreported.select(of_clock="clock", of_record="record_id")
    rows = sent.left_join(others, [sent.clock == others.of_clock, sent.record_id == others.of_record])
    return _late(rows, rows.late & rows.of_record.isnull())


def _taken_back(tables: Tables, on: date) -> "ibis.Table":
    """Accepted records reported by the day; wrong are those known by then to be corrected, or at last withdrawn."""
    import ibis

    records, events = tables["credit_records"], tables.get("record_events")
    records = records.filter(records.reported_on <= ibis.date(on)).mutate(clock=ibis.literal(""))
    if events is None:
        nothing = ibis.null("string")
        return _named(records, "wrong", day=records.occurred_on, offends=ibis.literal(False), why=nothing)
    known = events.filter(events.event.isin(["corrected", "withdrawn"]), events.known_on <= ibis.date(on))
    last = known.group_by(of_record="record_id").aggregate(event=known.event.max())
    rows = records.left_join(last, records.record_id == last.of_record)
    return _named(rows, "wrong", day=rows.occurred_on, offends=rows.event.notnull(), why=rows.event)


def _not_reported(due: "ibis.Table", sent: "ibis.Table") -> list["ibis.Table"]:
    """Decisions whose clock has run out by the day, as missing and as withheld."""
    import ibis

    due = due.mutate(month=month_of(due.started_on))
    sent = sent.filter(~sent.open).select("clock", "unit", month=month_of(sent.started_on)).distinct()
    rows = due.left_join(sent.mutate(some=True), ["clock", "unit", "month"])
    rows = rows.drop("clock_right", "unit_right", "month_right")
    some = rows.some.fill_null(False)
    return [
        _named(rows, "missing", day=rows.started_on, offends=rows.open & some, why=ibis.literal("others_reported")),
        _named(rows, "withheld", day=rows.started_on, offends=rows.open & ~some, why=ibis.literal("none_reported")),
    ]


def _named(rows: "ibis.Table", measure: str, *, day: Any, offends: Any, why: Any) -> "ibis.Table":
    import ibis

    return rows.select(
        "clock", "record_id", measure=ibis.literal(measure), unit=rows.unit.fill_null(UNKNOWN), month=month_of(day),
        offends=offends, why=why,
    )  # fmt: skip


def _wrong_rows(rejected: "pd.DataFrame") -> "pd.DataFrame":
    """Refused rows of ``credit_records`` that are wrong, each with a unit, which may be ``unknown``."""
    rows = rejected[(rejected["table"] == "credit_records") & (rejected["reason"] != "duplicate")]
    unit = rows["unit"].astype(object) if "unit" in rows else None
    return rows.assign(unit=UNKNOWN if unit is None else unit.where(unit.notna() & (unit != ""), UNKNOWN))


def _rejected_counts(counted: "pd.DataFrame", refusals: "pd.DataFrame") -> "pd.DataFrame":
    """Rejected rows by unit, month unknown, of all rows of the unit; where it is unknown, of all rows there are."""
    wrong = counted[counted["measure"] == "wrong"]
    accepted = wrong.groupby("unit")["of"].sum()
    n = _wrong_rows(refusals).groupby("unit")["n"].sum().reset_index()
    own = n["unit"].map(accepted).fillna(0).astype(int) + n["n"]
    n["of"] = own.where(n["unit"] != UNKNOWN, int(accepted.sum() + n["n"].sum()))
    return n.assign(month=UNKNOWN, measure="wrong", clock="")
