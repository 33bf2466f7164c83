"""Repair (信用修复) of penalties: who may ask today, who soon, what is missing, and when publicity ends by itself.

Tables in, tables out. Rules are those of the day one asks; events that became known after ``known_on`` (by default
that same day) are unknown, so a past day can be asked as it looked then. A notice served for a record that was
corrected counts for the record that replaced it.
"""

from datetime import date
from typing import TYPE_CHECKING

from credit_score.errors import PolicyError
from credit_score.policy.periods import months_later
from credit_score.policy.repair import PUBLIC, DishonestyClass, Repair, basis_for
from credit_score.policy.ruleset import RuleSet
from credit_score.records.life import known_day

if TYPE_CHECKING:
    import ibis

GONE = ("withdrawn", "corrected")
OUTCOMES = {"repair_applied": "applied", "repair_refused": "refused"}
COLUMNS = (
    "record_id", "subject", "unit", "item", "class_id", "published", "document_date", "may_apply_from",
    "ends_by_itself_on", "state", "done_on", "missing", "to_check", "rule", "basis", "reference",
)  # fmt: skip


def repair_table(
    records: "ibis.Table", events: "ibis.Table", rules: RuleSet, *, since: date | None = None,
    known_on: date | None = None,
) -> "ibis.Table":  # fmt: skip
    """Every penalty of a class of dishonesty known on the day and not withdrawn or corrected: one row a record.

    Parameters
    ----------
    records : accepted ``credit_records``.
    events : ``record_events``, of which ``record_id, event, happened_on, known_on, event_id, replaced_by`` are read.
    since : no notice is missing from penalties of an earlier document date; by default the first day of the duty.

    ``state``: ``repaired``; ``ended`` (by itself); ``applied`` and ``refused`` by the last word on it;
    ``may_apply_now``; ``soon`` (within the reminder's lead); ``not_yet``. The first two are final, ``done_on`` is
    their day, and such a record is ``published`` no more. ``missing`` lists what records tell (``notice_not_served``,
    ``not_applied``, ``no_outcome``), ``to_check`` the conditions that a person must check. ``basis`` and
    ``reference`` are those of the longest publicity that sets the end; a version that began after the decision reaches
    it by our reading only, so its basis is ``assumption``. Raises PolicyError without rules of repair, RecordsError
    where ``known_on`` is before the day.
    """
    repair, day = _rules(rules), known_day(rules.on, known_on)
    heard, known = _heard(events, rules.on, day)
    rows = _penalties(records, heard, repair, rules.on, day)
    rows = rows.join(_calendar(rows, repair, rules.on), ["item", "occurred_on"])
    rows = rows.left_join(_told(known), "record_id").drop("record_id_right")
    rows = rows.left_join(_notices(known, heard), "record_id").drop("record_id_right")
    rows = rows.left_join(_checks(repair, rules), ["class_id", "unit"])
    rows = _stated(rows, repair, rules.on, since or repair.notices_since)
    return rows.rename(subject="subject_id", document_date="occurred_on").select(*COLUMNS)


def reminders(table: "ibis.Table", rules: RuleSet) -> "ibis.Table":
    """Whom to remind of repair, by which day: rows of :func:`repair_table` that may be asked for now or soon.

    Returns ``remind_by, unit, subject, record_id, class_id, may_apply_from, ends_by_itself_on, missing``, first day
    first. The unit that decided the penalty reminds its subject (plan, task 13).
    """
    import ibis

    due = table.filter(table.state.isin(["may_apply_now", "soon"]))
    shown = ["unit", "subject", "record_id", "class_id", "may_apply_from", "ends_by_itself_on", "missing"]
    told = due.mutate(remind_by=ibis.greatest(due.may_apply_from, ibis.date(rules.on)))
    return told.select("remind_by", *shown).order_by("remind_by", "unit", "record_id")


def served_share(
    records: "ibis.Table", events: "ibis.Table", rules: RuleSet, *, since: date | None = None,
    known_on: date | None = None,
) -> "ibis.Table":  # fmt: skip
    """Penalties per unit of the policy, how many had their notice served, and the share (plan, task 13).

    ``since`` leaves out penalties of an earlier document date, by default those before the first day of the duty.
    Returns ``unit, penalties, served, share``; the share is null where a unit has no penalty. Raises PolicyError
    without rules of repair, RecordsError where ``known_on`` is before the day.
    """
    import ibis

    repair, day = _rules(rules), known_day(rules.on, known_on)
    heard, known = _heard(events, rules.on, day)
    rows = _penalties(records, heard, repair, rules.on, day)
    rows = rows.filter(rows.occurred_on >= ibis.date(since or repair.notices_since))
    rows = rows.left_join(_notices(known, heard), "record_id")
    by_unit = rows.group_by("unit").aggregate(penalties=rows.count(), served=rows.served.fill_null(False).sum())
    units = ibis.memtable({"unit": [u.id for u in rules.about.units]}, schema={"unit": "string"})
    joined = units.left_join(by_unit, "unit").drop("unit_right")
    whole = joined.mutate(penalties=joined.penalties.fill_null(0), served=joined.served.fill_null(0))
    return whole.mutate(share=whole.served / whole.penalties.nullif(0)).order_by("unit")


def publicity_end(item: str, document: date, rules: RuleSet) -> date | None:
    """The first day on which a record is public no more if nobody asks for repair; None where nothing ends it.

    Counts in every version of the rules that the policy holds, so it is the same whatever day one asks, and a
    record that has ended stays so. Raises PolicyError without rules of repair.
    """
    grade = _rules(rules).of_item(item)
    return grade.ends(document) if grade else None


def _rules(rules: RuleSet) -> Repair:
    if rules.model.repair is None:
        raise PolicyError(f"policy {rules.name!r} has no rules of repair", remedy="add its section repair.yaml")
    return rules.model.repair


def _heard(events: "ibis.Table", on: date, known_on: date) -> "tuple[ibis.Table, ibis.Table]":
    """Events known on a day, and those of them that had happened; a correction or withdrawal holds for every day."""
    import ibis

    heard = events.filter(events.known_on <= ibis.date(known_on))
    return heard, heard.filter(heard.happened_on <= ibis.date(on))


def _penalties(
    records: "ibis.Table", heard: "ibis.Table", repair: Repair, on: date, known_on: date
) -> "ibis.Table":  # fmt: skip
    """Records of a class that had happened and were known, without those withdrawn or replaced."""
    import ibis

    items = [item for grade in repair.classes for item in grade.items]
    mine = records.filter(
        records.subject_kind == "enterprise", records["item"].isin(items),
        records.occurred_on <= ibis.date(on), records.reported_on <= ibis.date(known_on),
    )  # fmt: skip
    rows = mine.select("record_id", "subject_id", "item", "unit", "occurred_on")
    return rows.anti_join(heard.filter(heard.event.isin(GONE)), "record_id")


def _calendar(rows: "ibis.Table", repair: Repair, on: date) -> "ibis.Table":
    """Class, days and ground of each item and document date that occur: a row a pair."""
    import ibis
    import pyarrow as pa

    pairs = rows.select("item", "occurred_on").distinct().to_pyarrow().to_pylist()
    dates = [_dates(grade, pair, on) for pair in pairs if (grade := repair.of_item(pair["item"]))]
    days = ("occurred_on", "may_apply_from", "ends_by_itself_on")
    texts = ("item", "class_id", "rule", "basis", "reference")
    fields = [(d, pa.date32()) for d in days] + [(t, pa.string()) for t in texts] + [("published", pa.bool_())]
    return ibis.memtable(pa.Table.from_pylist(dates, schema=pa.schema(fields)))


def _dates(grade: DishonestyClass, pair: dict[str, object], on: date) -> dict[str, object]:
    document, published = pair["occurred_on"], grade.published.at(on)
    end = grade.ends(document)
    ground = grade.ground(end or on)
    return {
        **pair, "class_id": grade.id, "published": published.value == PUBLIC if published else None,
        "may_apply_from": grade.may_apply(document, on), "ends_by_itself_on": end,
        "rule": f"repair:classes:{grade.id}", "basis": basis_for(ground, document), "reference": ground.reference,
    }  # fmt: skip


def _told(known: "ibis.Table") -> "ibis.Table":
    """What events tell of a record: since when it is repaired, the last word on it."""
    import ibis

    latest = ibis.window(
        group_by="record_id", order_by=[ibis.desc("happened_on"), ibis.desc("known_on"), ibis.desc("event_id")]
    )
    asked = known.filter(known.event.isin(list(OUTCOMES))).mutate(place=ibis.row_number().over(latest))
    last = asked.filter(asked.place == 0).select("record_id", word=asked.event)
    told = known.group_by("record_id").aggregate(
        repaired_on=known.happened_on.min(where=known.event == "repaired"),
    )
    return told.left_join(last, "record_id").drop("record_id_right")


def _notices(known: "ibis.Table", heard: "ibis.Table") -> "ibis.Table":
    """Records served with a notice, ``record_id, served``: their own, or that of a record which they replaced."""
    import ibis

    served = known.filter(known.event == "notice_served").select("record_id")
    heirs = _heirs(heard)
    inherited = heirs.semi_join(served, "record_id").select(record_id=heirs.replaced_by)
    return ibis.union(served, inherited).distinct().mutate(served=True)


def _heirs(heard: "ibis.Table") -> "ibis.Table":
    """Corrected records with every record that replaced them, at once or by way of another: a row a pair."""
    import ibis

    replaced = heard.filter(heard.event == "corrected", heard.replaced_by.notnull())
    replaced = replaced.select("record_id", "replaced_by").distinct().to_pyarrow().to_pylist()
    direct: dict[str, list[str]] = {}
    for pair in replaced:
        direct.setdefault(pair["record_id"], []).append(pair["replaced_by"])
    pairs = [{"record_id": record, "replaced_by": heir} for record in direct for heir in _after(record, direct)]
    return ibis.memtable({c: [p[c] for p in pairs] for c in ("record_id", "replaced_by")},
                         schema={"record_id": "string", "replaced_by": "string"})  # fmt: skip


def _after(record: str, direct: dict[str, list[str]]) -> set[str]:
    """All that follows a record along its replacements, once each, so that a circle ends."""
    found: set[str] = set()
    waiting = list(direct.get(record, ()))
    while waiting:
        heir = waiting.pop()
        if heir not in found:
            found.add(heir)
            waiting += direct.get(heir, ())
    return found


def _checks(repair: Repair, rules: RuleSet) -> "ibis.Table":
    """The conditions in force that a person checks, by class and unit, as ids in one text."""
    import ibis

    pairs = [(grade.id, unit.id) for grade in repair.classes for unit in rules.about.units]
    checks = [[c.id for c in repair.conditions if c.holds(rules.on, *pair)] for pair in pairs]
    columns = {
        "class_id": [grade for grade, _ in pairs], "unit": [unit for _, unit in pairs],
        "to_check": [", ".join(ids) for ids in checks],
    }  # fmt: skip
    return ibis.memtable(columns, schema=dict.fromkeys(columns, "string"))


def _stated(rows: "ibis.Table", repair: Repair, on: date, since: date) -> "ibis.Table":
    """State, the day of a final one, whether it still is public, and what is missing."""
    import ibis

    day, lead = ibis.date(on), repair.remind_before.at(on) if repair.remind_before else None
    horizon = ibis.date(months_later(on, lead.value) if lead else on)
    ends, repaired = rows.ends_by_itself_on, rows.repaired_on
    first = repaired.notnull() & (ends.isnull() | (repaired < ends))
    state = ibis.cases(
        (first, "repaired"),
        (ends <= day, "ended"),
        *((rows.word == word, state) for word, state in OUTCOMES.items()),
        (rows.may_apply_from <= day, "may_apply_now"),
        (rows.may_apply_from <= horizon, "soon"),
        else_="not_yet",
    )
    final = ibis.cases((first, repaired), (ends <= day, ends))
    published = ibis.ifelse(final.notnull(), False, rows.published)
    return _missing(rows.mutate(state=state, done_on=final, published=published), since)


def _missing(rows: "ibis.Table", since: date) -> "ibis.Table":
    """What is still to come, comma separated; nothing once a record is public no more."""
    import ibis

    none, served = ibis.literal(""), rows.served.fill_null(False) | (rows.occurred_on < ibis.date(since))
    step = ibis.cases(
        (rows.state.isin(["may_apply_now", "refused"]), "not_applied"),
        (rows.state == "applied", "no_outcome"),
        else_="",
    )
    notice = ibis.ifelse(served, none, "notice_not_served")
    comma = ibis.ifelse((notice != "") & (step != ""), ibis.literal(", "), none)
    return rows.mutate(missing=ibis.ifelse(rows.state.isin(["repaired", "ended"]), none, notice + comma + step))
