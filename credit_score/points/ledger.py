"""The ledger: one row for every record that counts on a day, with its points and their rule.

The same expression serves persons and enterprises; they differ in catalogue, not in code. Points
are integer milli-points, so that every engine gives the same sum.
"""

from datetime import date
from typing import TYPE_CHECKING

from credit_score.policy.periods import counts_from
from credit_score.policy.ruleset import Catalogue, Item, RuleSet
from credit_score.records.life import effective, with_life

if TYPE_CHECKING:
    import ibis

# Kind of subject → the column that names it in its register, and the register.
REGISTER = {"enterprise": ("enterprise_id", "enterprises"), "individual": ("person_id", "individuals")}
COLUMNS = (
    "subject",
    "subject_kind",
    "record_id",
    "item",
    "dimension",
    "occurred_on",
    "reported_on",
    "points_milli",
    "expires_on",
    "reference",
    "disputed",
)


def ledger(records: "ibis.Table", enrolled: "ibis.Table", catalogue: Catalogue, on: date) -> "ibis.Table":
    """Effective records × rules on a day: a row a counted record.

    Parameters
    ----------
    records : the credit records that count on the day (:func:`credit_score.records.life.effective`).
    enrolled : one column ``subject``: who is scored on the day.
    catalogue : items of one kind of subject, with points, months and reference.
    on : the day; a record counts if it happened by then and has not expired.

    Returns columns ``subject, subject_kind, record_id, item, dimension, occurred_on, reported_on,
    points_milli, expires_on, reference, disputed``. The day ``expires_on`` is the first on which the record
    no longer counts (half-open), amendments counted in that the policy already holds for later days.
    """
    import ibis

    mine = records.filter(records.subject_kind == catalogue.subject_kind, records.occurred_on <= ibis.date(on))
    matched = mine.join(item_table(catalogue, on), ["item", "catalogue_kind"])
    effective = matched.filter(matched.occurred_on >= matched.counts_from)
    disputed = effective.disputed if "disputed" in effective.columns else ibis.literal(False)
    end = _first_day_out(effective, catalogue)
    rows = effective.mutate(subject=effective.subject_id, expires_on=end, disputed=disputed)
    return rows.semi_join(enrolled, "subject").select(*COLUMNS)


def _first_day_out(rows: "ibis.Table", catalogue: Catalogue) -> "ibis.Value":
    """The first day from which a record no longer counts, under the rule of today and the amendments after it.

    Under each version it ends its months after it happened, or at once where that day is past; the first version
    under which it ends before the next version starts is the one that ends it.
    """
    import ibis

    last = max((len(i.later) for i in catalogue.items), default=0)
    found = None
    for version in range(last, -1, -1):
        months = rows[f"months_{version}"] if version else rows.months
        own = (rows.occurred_on + months.as_interval("M")).cast("date")
        own = ibis.greatest(own, rows[f"from_{version}"]) if version else own
        if found is not None:
            following = rows[f"from_{version + 1}"]
            own = ibis.ifelse(following.isnull() | (own < following), own, found)
        found = own
    return found


def uncounted(
    tables: dict[str, "ibis.Table"], rules: RuleSet, catalogue: Catalogue, as_known_on: date | None = None
) -> "ibis.Table":
    """Accepted records that earn no points on the day: ``subject_kind, item, reason, n``.

    ``reason``: ``no_rule`` (no rule for the item), ``other_kind`` (its catalogue kind is not the rule's),
    ``not_yet`` (not happened by the day, or not known), ``corrected``, ``withdrawn``, ``repaired``, ``expired``,
    ``not_scored`` (the subject has no score). With the ledger's rows they are all accepted records of one kind of
    subject.
    """
    import ibis

    records = with_life(tables, rules.on, as_known_on)
    mine = records.filter(records.subject_kind == catalogue.subject_kind)
    rest = mine.anti_join(ledger_of(tables, rules, catalogue, as_known_on), "record_id")
    items = item_table(catalogue, rules.on)
    named = rest.left_join(items.select("item", "counts_from", kind=items.catalogue_kind), "item").drop("item_right")
    reason = ibis.cases(
        (named.kind.isnull(), "no_rule"),
        (named.kind != named.catalogue_kind, "other_kind"),
        (named.life.notin(["counts", "disputed"]), named.life),
        (named.occurred_on < named.counts_from, "expired"),
        else_="not_scored",
    )
    told = named.mutate(reason=reason)
    return told.group_by("subject_kind", "item", "reason").aggregate(n=told.count())


def ledger_of(
    tables: dict[str, "ibis.Table"], rules: RuleSet, catalogue: Catalogue, as_known_on: date | None = None
) -> "ibis.Table":
    """The ledger of one kind of subject from the accepted tables of ``Records``, by what was known on a day."""
    records = effective(tables, rules.on, as_known_on)
    return ledger(records, scored(tables, rules, catalogue), catalogue, rules.on)


def scored(tables: dict[str, "ibis.Table"], rules: RuleSet, catalogue: Catalogue) -> "ibis.Table":
    """Who has a score on the day, one column ``subject``.

    Enterprises registered by then; persons surely of age who are enrolled and have not left, where the policy has
    points for persons. Nobody else is in the table, and nothing follows from not being in it.
    """
    column, listed = REGISTER[catalogue.subject_kind]
    register = tables[listed]
    return register.filter(is_scored(register, rules, catalogue.subject_kind)).select(subject=register[column])


def is_scored(register: "ibis.Table", rules: RuleSet, kind: str) -> "ibis.Value":
    """Whether each row of the register of a kind of subject has a score on the day."""
    import ibis

    day = ibis.date(rules.on)
    if kind == "enterprise":
        return register.registered_on <= day
    if not rules.individual:
        return ibis.literal(False)
    stays = register.left_on.isnull() | (register.left_on > day)
    return ((register.enrolled_on <= day) & stays & _of_age(register, rules)).fill_null(False)


def _of_age(people: "ibis.Table", rules: RuleSet) -> "ibis.Value":
    """Whether a person is of age for sure."""
    return age_at(people, rules.on) >= rules.minimum_age


def age_at(people: "ibis.Table", on: date) -> "ibis.Value":
    """Age on a day for sure: the age stated for ``age_on`` moved by whole years to the day."""
    import ibis

    day = ibis.date(on)
    months = (day.year() - people.age_on.year()) * 12 + day.month() - people.age_on.month()
    since = (months - (day.day() < people.age_on.day()).cast("int64")) / 12
    return people.age + since.floor()


def item_table(catalogue: Catalogue, on: date) -> "ibis.Table":
    """The items in force as a table, one row an item, with the earliest day a record still counts from."""
    import ibis
    import pyarrow as pa

    columns: dict[str, list[object]] = {
        "item": [i.id for i in catalogue.items],
        "dimension": [i.dimension for i in catalogue.items],
        "catalogue_kind": [i.catalogue_kind for i in catalogue.items],
        "points_milli": [i.points for i in catalogue.items],
        "months": [i.months for i in catalogue.items],
        "counts_from": [_counts_from(on, i) for i in catalogue.items],
        "reference": [i.reference for i in catalogue.items],
    }
    amended = range(max((len(i.later) for i in catalogue.items), default=0))
    for v in amended:
        versions = [i.later[v] if v < len(i.later) else (None, 0) for i in catalogue.items]
        columns |= {f"from_{v + 1}": [day for day, _ in versions], f"months_{v + 1}": [m for _, m in versions]}
    texts = ("item", "dimension", "catalogue_kind", "reference")
    numbers = ("points_milli", "months", *(f"months_{v + 1}" for v in amended))
    days = ("counts_from", *(f"from_{v + 1}" for v in amended))
    types = dict.fromkeys(texts, pa.string()) | dict.fromkeys(numbers, pa.int64()) | dict.fromkeys(days, pa.date32())
    # By way of Arrow: a catalogue without items has columns of a type all the same.
    return ibis.memtable(pa.table({name: pa.array(column, types[name]) for name, column in columns.items()}))


def _counts_from(on: date, item: Item) -> date:
    """The first day whose records of an item have ended neither on a day nor by an earlier longest publicity."""
    ended = (counts_from(last, months) for last, months in item.earlier if last < on)
    return max((counts_from(on, item.months), *ended))
