"""Four zeros (四清零): what units withheld, reported late, missed or reported wrong, by unit and month of decision.

The plan (task 4) names the four words and does not define them. Our reading, an assumption:

late 迟报 : the report came, or is open, after its clock (decision → report) was due.
missing 漏报 : a decision of the register, its clock run out, is not among the reported, though the unit reported other
    decisions of that month and clock.
withheld 瞒报 : the same, and the unit reported no decision of that month and clock.
wrong 错报 : a row of ``credit_records`` rejected at the door, or an accepted record later corrected or withdrawn. A
    duplicate is not wrong: it counts once. A record withdrawn because its decision was annulled counts as wrong,
    because the events do not tell it from one that was reported wrongly.

Late, missing and withheld are those of a clock; wrong is of all credit records, because a rejected row tells neither
its item nor its decision. A decision whose row was rejected is not among the reported.
"""

from datetime import date
from typing import TYPE_CHECKING, Any

from credit_score.policy.ruleset import RuleSet
from credit_score.records.clocks import clock_table, decision_clocks, publicity_clocks

if TYPE_CHECKING:
    import ibis
    import pandas as pd

Tables = dict[str, "ibis.Table"]
MEASURES = ("withheld", "late", "missing", "wrong")
UNKNOWN = "unknown"
NEEDS = "register of decisions"
GROUP = ["unit", "month", "measure", "clock"]
ROWS = [*GROUP, "record_id", "file", "row", "column", "why"]
CASES = ("measure", "clock", "unit", "month", "record_id", "offends", "why")


def quality_table(
    tables: Tables, rejected: "pd.DataFrame", rules: RuleSet, on: date, register: "ibis.Table | None" = None
) -> "pd.DataFrame":
    """The four measures by unit and month of decision, as of a day.

    Parameters
    ----------
    tables : accepted ``credit_records``, and ``record_events`` if there are any.
    rejected : refused rows with ``table, file, row, column, reason``, and ``unit`` where it is known.
    register : decisions with ``record_id, unit, item, decided_on``; none, or one without rows, measures nothing.

    Returns ``unit, month`` (2023-05, or ``unknown``), ``measure, clock`` (empty for wrong), ``n`` offending ``of`` so
    many, ``share`` in [0, 1], and ``needs``: what a measure that cannot be computed lacks; its numbers are then null,
    never 0. Of: late, the decisions of the clock; missing and withheld, those of the register whose clock has run
    out; wrong, the rows sent (accepted and rejected, of the unit and month, or of the unit, or of all units where
    the row does not tell). Raises RecordsError beyond the working days the calendar knows.
    """
    import pandas as pd

    cases = _cases(tables, rules, on, register)
    counted = cases.group_by(*GROUP).aggregate(n=cases.offends.cast("int64").sum(), of=cases.count()).execute()
    parts = [counted, _rejected_counts(counted, rejected)]
    if register is None or not register.count().execute():
        parts.append(_not_measurable(counted))
    typed = [part.assign(needs=part.get("needs", "")).astype({"n": "Int64", "of": "Int64"}) for part in parts]
    table = pd.concat(typed, ignore_index=True)
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

    cases = _cases(tables, rules, on, register)
    found = cases.filter(cases.offends).drop("offends").order_by([*GROUP, "record_id"]).execute()
    refused = _wrong_rows(rejected).rename(columns={"reason": "why"})
    refused = refused.assign(measure="wrong", clock="", month=UNKNOWN, record_id="")
    found = found.assign(file="", row=pd.NA, column="")
    return pd.concat([found[ROWS], refused[ROWS]], ignore_index=True).astype({"row": "Int64"})


def _cases(tables: Tables, rules: RuleSet, on: date, register: "ibis.Table | None") -> "ibis.Table":
    """A row a record and measure it is counted in, whether it offends, and why."""
    import ibis

    parts = [_late(tables, rules, on), _taken_back(tables, on)]
    if register is not None:
        parts += _not_reported(register, tables, rules, on)
    return ibis.union(*(p.select(*CASES) for p in parts))


def _late(tables: Tables, rules: RuleSet, on: date) -> "ibis.Table":
    import ibis

    clocks = clock_table(tables, rules, on)
    rows = clocks.filter(clocks.clock.isin([c.id for c in publicity_clocks(rules)]))
    return _named(
        rows, "late", day=rows.started_on, offends=rows.late, why=ibis.ifelse(rows.open, "still_open", "reported_late")
    )


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


def _not_reported(register: "ibis.Table", tables: Tables, rules: RuleSet, on: date) -> list["ibis.Table"]:
    """Decisions whose clock has run out by the day, as missing and as withheld."""
    import ibis

    due = decision_clocks(register, tables, rules, on)
    due = due.filter(due.due_on < ibis.date(on)).mutate(month=_month(due.started_on))
    sent = clock_table(tables, rules, on)
    sent = sent.filter(~sent.open).select("clock", "unit", month=_month(sent.started_on)).distinct()
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
        "clock", "record_id", measure=ibis.literal(measure), unit=rows.unit.fill_null(UNKNOWN), month=_month(day),
        offends=offends, why=why,
    )  # fmt: skip


def _month(day: Any) -> Any:
    return day.strftime("%Y-%m")


def _wrong_rows(rejected: "pd.DataFrame") -> "pd.DataFrame":
    """Refused rows of ``credit_records`` that are wrong, each with a unit, which may be ``unknown``."""
    rows = rejected[(rejected["table"] == "credit_records") & (rejected["reason"] != "duplicate")]
    unit = rows["unit"].astype(object) if "unit" in rows else None
    return rows.assign(unit=UNKNOWN if unit is None else unit.where(unit.notna() & (unit != ""), UNKNOWN))


def _rejected_counts(counted: "pd.DataFrame", rejected: "pd.DataFrame") -> "pd.DataFrame":
    """Rejected rows by unit, month unknown, of all rows of the unit; where it is unknown, of all rows there are."""
    wrong = counted[counted["measure"] == "wrong"]
    accepted = wrong.groupby("unit")["of"].sum()
    n = _wrong_rows(rejected).groupby("unit").size().rename("n").reset_index()
    own = n["unit"].map(accepted).fillna(0).astype(int) + n["n"]
    n["of"] = own.where(n["unit"] != UNKNOWN, int(accepted.sum() + n["n"].sum()))
    return n.assign(month=UNKNOWN, measure="wrong", clock="")


def _not_measurable(counted: "pd.DataFrame") -> "pd.DataFrame":
    """Missing and withheld without a register: not measurable for every unit and month that has decisions."""
    import pandas as pd

    met = counted.loc[counted["measure"] == "late", ["unit", "month", "clock"]]
    parts = [met.assign(measure=m, n=pd.NA, of=pd.NA, needs=NEEDS) for m in ("missing", "withheld")]
    return pd.concat(parts, ignore_index=True)
