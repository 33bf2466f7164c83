"""What units did with measures: taken, ended, fed back, and still running though their ground has ended.

A measure has ended by itself once its ground has. Where a unit runs it on, it is to be lifted at once, and the days
since are the county's fault, not the enterprise's.
"""

from dataclasses import dataclass
from datetime import date
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from credit_score.engine import dropped, kept, over_batches
from credit_score.long_list import LongList
from credit_score.pilot.items import as_day
from credit_score.pilot.measures import GROUND, MATCHED, grounds, matched_measures, measures_of
from credit_score.pilot.standing import Standing
from credit_score.policy import RuleSet
from credit_score.policy.catalogues import Item
from credit_score.policy.dated import Dated
from credit_score.policy.measures import Measure
from credit_score.policy.periods import months_later, reached
from credit_score.policy.schema import PolicyModel
from credit_score.records.life import TAKEN_BACK

if TYPE_CHECKING:
    import ibis
    import pandas as pd
    import pyarrow as pa

TAKEN = (
    "measure_id", "enterprise_id", "measure", "direction", "unit", "begun_on", "ended_on", "fed_back_on",
    "days_to_feedback", "state", "why", "ground_ended_on", "days_late",
)  # fmt: skip
RECORD = ("record_id", "item", "occurred_on", "reported_on", "repaired", *TAKEN_BACK)
BEGUN_ROW = ("measure_id", "enterprise_id", "measure", "unit", "begun_on", "ended_on", "fed_back_on")
OPEN, BEGUN, UNKNOWN = "open", "taken", ""
STATISTICS = (
    "month", "unit", "direction", "n", "fed_back", "feedback_share", "days_to_feedback", "to_lift", "lifted_late",
    "days_late", "refused",
)  # fmt: skip


def measure_tables(standing: Standing) -> "dict[str, pd.DataFrame | LongList]":
    """``measures_matched``, ``measures_taken`` and ``measure_statistics``; nothing where the policy has no measures.

    ``measures_matched`` has ``state``: ``taken`` where a unit has begun it and it runs, ``open`` where none has, and
    nothing where no file tells what units did.
    """
    if standing.rules.model.measures is None:
        return {}
    taken = taken_measures(standing)
    return {
        "measures_matched": _matched(standing, taken), "measures_taken": _listed(taken),
        "measure_statistics": measure_statistics(taken, _refused(standing)),
    }  # fmt: skip


def _matched(standing: Standing, taken: "ibis.Table") -> LongList:
    """The list in its order; what it cites is long, the same in many rows, and put beside them once they are sorted."""
    import ibis

    matched, state = matched_measures(standing), ibis.literal(UNKNOWN)
    if standing.has("measures_taken"):
        pair = ["enterprise_id", "measure"]
        running = taken.filter(taken.state == "running").select(pair).distinct().mutate(_runs=True)
        matched = matched.left_join(running, pair)
        state = ibis.ifelse(matched["_runs"].fill_null(False), BEGUN, OPEN)
    told = matched.select(*(c for c in MATCHED if c not in GROUND), state=state)
    rows = told.order_by("direction", "measure", "enterprise_id", "record_id")
    return LongList(rows, partial(_cited, by=grounds(standing.rules)))


def _cited(batch: "pd.DataFrame", by: "pd.DataFrame") -> "pd.DataFrame":
    own = by.reindex(batch["measure"]).set_axis(batch.index)
    return batch.assign(**{name: own[name] for name in GROUND})[[*MATCHED, "state"]]


def _listed(taken: "ibis.Table") -> LongList:
    """Those to be lifted first, discipline before rewards; days in whole numbers though some have none."""
    rows = taken.order_by(taken.state != "to_lift", taken.direction == "reward", "begun_on", "measure_id")
    return LongList(rows, lambda batch: batch.astype({"days_to_feedback": "Int64", "days_late": "Int64"}))


def taken_measures(standing: Standing) -> "ibis.Table":
    """What units have begun by the day on registered enterprises, a row a measure taken.

    ``state``: ``running``; ``to_lift`` (it runs, but no ground stands any more, or none ever did); ``ended``;
    ``lifted_late`` (ended after its ground). ``why`` says what ended the ground: ``repaired``, ``withdrawn``,
    ``corrected``, ``expired``, ``longest`` (the measure's longest time), ``repeal``, ``no_basis`` (discipline without a
    law or a published list), ``no_unit`` (not one of those named for it on that day), ``no_record`` (none stood on its
    first day). ``ground_ended_on``: its day, for a record taken back the day that became known, where there never was a
    ground the first day of the measure. ``days_late``: calendar days from it to the end, or to the day while it runs.
    What is dated after the day is not there yet. Held in the engine.
    """
    engine, mark = standing.records.engine, uuid4().hex
    begun = kept(engine, f"measures_begun_{mark}", _with_grounds(standing))
    judged = partial(_judged, model=standing.rules.model, on=standing.on)
    taken = over_batches(engine, f"measures_taken_{mark}", begun, judged, _schema())
    dropped(engine, [f"measures_begun_{mark}"])
    return taken


def _schema() -> "pa.Schema":
    import pyarrow as pa

    days = dict.fromkeys(("begun_on", "ended_on", "fed_back_on", "ground_ended_on"), pa.date32())
    types = days | dict.fromkeys(("days_to_feedback", "days_late"), pa.int64())
    return pa.schema([(name, types.get(name, pa.string())) for name in TAKEN])


def _judged(batch: "pa.RecordBatch", *, model: PolicyModel, on: date) -> "pa.RecordBatch":
    """Each measure begun by the records that it can rest on."""
    import pyarrow as pa

    measures = {m.id: m for m in (model.measures.measures if model.measures else ())}

    def told(row: dict[str, Any]) -> dict[str, Any]:
        measure = measures[row["measure"]]
        records = sorted(row["records"] or (), key=itemgetter("record_id"))  # not every engine collects in an order
        grounds = [_ground(record, measure, row["begun_on"], model, on) for record in records]
        return _told(row, measure, grounds, on)

    return pa.RecordBatch.from_pylist([told(row) for row in batch.to_pylist()], schema=_schema())


def measure_statistics(taken: "ibis.Table", refused: "pd.DataFrame") -> "pd.DataFrame":
    """By month of beginning, unit and direction: how many were taken, fed back, after how many days, and lifted late.

    ``days_to_feedback``: mean of those fed back; ``days_late``: sum. ``refused`` (``month, unit, direction, refused``):
    rows that name no registered enterprise; they are no measures, and count nowhere else.
    """
    import pandas as pd

    by = ["month", "unit", "direction"]
    rows = taken.mutate(month=_month(taken))
    sums = rows.group_by(by).aggregate(
        n=rows.count(), fed_back=rows.fed_back_on.count(), days_to_feedback=rows.days_to_feedback.mean(),
        to_lift=rows.count(where=rows.state == "to_lift"), lifted_late=rows.count(where=rows.state == "lifted_late"),
        days_late=rows.days_late.sum(),
    ).execute()  # fmt: skip
    both = sums.set_index(by).join(refused.set_index(by), how="outer")
    counts = {c: both[c].fillna(0).astype("int64") for c in ("n", "fed_back", "to_lift", "lifted_late", "days_late",
                                                             "refused")}  # fmt: skip
    both = both.assign(**counts, feedback_share=(both["fed_back"] / both["n"]).astype("Float64"))
    both["days_to_feedback"] = pd.to_numeric(both["days_to_feedback"]).astype("Float64")
    return both.reset_index()[list(STATISTICS)].sort_values(by, ignore_index=True)


def _month(rows: "ibis.Table") -> "ibis.expr.types.StringValue":
    return rows.begun_on.cast("string").substr(0, 7)


@dataclass(frozen=True, slots=True)
class _Ground:
    """One record that a measure rests on: from when, until when (half-open), and what ends it."""

    starts: date
    ends: date
    why: str


def _begun(standing: Standing) -> "ibis.Table":
    """Rows of ``measures_taken`` begun by the day; ends and feedbacks after it are not there yet."""
    import ibis

    day, rows = ibis.date(standing.on), standing.records["measures_taken"]
    gone = {c: ibis.ifelse(rows[c] <= day, rows[c], ibis.null("date")) for c in ("ended_on", "fed_back_on")}
    return rows.filter(rows.begun_on <= day).mutate(**gone)


def _refused(standing: Standing) -> "pd.DataFrame":
    """Rows that name no registered enterprise, by month, unit and direction."""
    rows = _begun(standing).anti_join(standing.firms, "enterprise_id")
    found = rows.group_by("unit", "measure", month=_month(rows)).aggregate(refused=rows.count()).execute()
    directions = {m.id: m.direction for m in measures_of(standing.rules)}
    named = found.assign(direction=found["measure"].map(directions))
    return named.groupby(["month", "unit", "direction"])["refused"].sum().reset_index()


def _with_grounds(standing: Standing) -> "ibis.Table":
    """Measures begun on registered enterprises, each with the ``records`` that it can rest on, null where none."""
    import ibis

    found = _records(standing)
    each = ibis.struct({name: found[name] for name in RECORD})
    records = found.group_by("measure_id").aggregate(records=each.collect())
    begun = _begun(standing).semi_join(standing.firms, "enterprise_id")
    return begun.left_join(records, "measure_id").select(*BEGUN_ROW, "records")


def _records(standing: Standing) -> "ibis.Table":
    """The records that measures taken can rest on, by what was known, with what became of each."""
    import ibis

    day, known = ibis.date(standing.on), ibis.date(standing.known)
    records, events = (standing.records[name] for name in ("credit_records", "record_events"))
    heard = events.filter(events.known_on <= known)
    back = {e: heard.known_on.min(where=heard.event == e) for e in TAKEN_BACK}
    repaired = heard.happened_on.min(where=(heard.event == "repaired") & (heard.happened_on <= day))
    lives = heard.group_by("record_id").aggregate(repaired=repaired, **back)
    firms = standing.firms.select("enterprise_id", "legal_form")
    asked = _begun(standing).select("measure_id", "enterprise_id", "measure").join(firms, "enterprise_id")
    asked = asked.join(_led_to(standing.rules), ["measure", "legal_form"])
    mine = records.filter(
        records.subject_kind == "enterprise", records.occurred_on <= day, records.reported_on <= known
    )
    mine = mine.select("record_id", "item", "catalogue_kind", "occurred_on", "reported_on", enterprise_id="subject_id")
    return asked.join(mine, ["enterprise_id", "item", "catalogue_kind"]).left_join(lives, "record_id")


def _led_to(rules: RuleSet) -> "ibis.Table":
    """Measure × item × legal form, whatever the day."""
    import ibis

    kinds = {i.id: i.catalogue_kind for i in rules.model.enterprise.items}
    rows = [(m.id, i, kinds[i], form) for m in measures_of(rules) for i in m.items for form in m.legal_forms]
    columns = ("measure", "item", "catalogue_kind", "legal_form")
    listed = {name: [row[n] for row in rows] for n, name in enumerate(columns)}
    return ibis.memtable(listed, schema=dict.fromkeys(columns, "string"))


def _ground(record: dict[str, Any], measure: Measure, begun: date, model: PolicyModel, on: date) -> _Ground:
    """The ground that a record is for a measure: its own end, or what ended it before."""
    days: list[Any] = [as_day(record[c]) for c in ("occurred_on", "reported_on")]
    occurred, reported = days
    since, until = measure.spell(begun) or (begun, begun)
    starts = max(occurred, reported, since)
    longest = measure.longest.at(on) if measure.longest else None
    ends = {
        **{name: as_day(record[name]) for name in ("repaired", *TAKEN_BACK)},
        "expired": count_ends(model, record["item"], occurred),
        "longest": months_later(starts, longest.value) if longest else None, "repeal": until,
    }  # fmt: skip
    found = [(day, why) for why, day in ends.items() if day is not None]
    day, why = min(found, default=(date.max, ""))
    return _Ground(starts, day, why)


def count_ends(model: PolicyModel, item: str, occurred: date) -> date | None:
    """The first day on which a record of an item of enterprises counts no more by itself, whatever the day one asks.

    Each day by the rules of that day: the item's own period, the longest publicity of its class of dishonesty, or a
    repeal. None where nothing ends it.
    """
    own: Item = next(i for i in model.enterprise.items if i.id == item)
    grade = model.repair.of_item(item) if model.repair else None
    days = [reached(occurred, _versions(own.expires_after)), grade.ends(occurred) if grade else None]
    return min((day for day in days if day is not None), default=None)


def _versions(period: Dated) -> list[tuple[date, int | None]]:
    """Months by first day; none at all where it is repealed, so that what was counted ends on that day."""
    figures = ((day, period.at(day)) for day in period.days)
    return [(day, figure.value if figure else 0) for day, figure in figures]


def _told(row: dict[str, Any], measure: Measure, grounds: list[_Ground], on: date) -> dict[str, Any]:
    days: list[Any] = [as_day(row[c]) for c in ("begun_on", "ended_on", "fed_back_on")]
    begun, ended, fed_back = days
    why, last = _last(measure, row["unit"], grounds, begun)
    late = max(((ended or on) - last).days, 0)
    states = ("running", "to_lift") if ended is None else ("ended", "lifted_late")
    behind = late > 0 or (ended is None and last <= on)
    return {
        **{c: row[c] for c in ("measure_id", "enterprise_id", "measure", "unit")}, "direction": measure.direction,
        "begun_on": begun, "ended_on": ended, "fed_back_on": fed_back, "state": states[behind],
        "days_to_feedback": (fed_back - begun).days if fed_back else None,
        "why": why if behind else "", "ground_ended_on": last if behind else None, "days_late": late,
    }  # fmt: skip


def _last(measure: Measure, unit: str, grounds: list[_Ground], begun: date) -> tuple[str, date]:
    """What ends the ground on which a measure was begun, and its first day without one (its own, if it never had one).

    A ground that starts before the last one ends carries it on; after a day without any it must be begun again.
    """
    if not measure.may_be_taken(begun):
        return "no_basis", begun
    may = measure.units.at(begun)
    if may is not None and unit not in may.value:
        return "no_unit", begun
    last, why = begun, "no_record"
    for ground in sorted(grounds, key=lambda g: g.starts):
        if ground.starts <= last < ground.ends:
            last, why = ground.ends, ground.why
    return why, last
