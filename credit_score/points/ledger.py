"""The ledger: one row for every record that counts on a day, with its points and their rule.

The same expression serves persons and enterprises; they differ in catalogue, not in code. Points
are integer milli-points, so that every engine gives the same sum.
"""

from datetime import date
from typing import TYPE_CHECKING

from credit_score.policy.ruleset import Catalogue, RuleSet

if TYPE_CHECKING:
    import ibis

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
)


def ledger(records: "ibis.Table", enrolled: "ibis.Table", catalogue: Catalogue, on: date) -> "ibis.Table":
    """Effective records × rules on a day: a row a counted record.

    Parameters
    ----------
    records : accepted ``credit_records``.
    enrolled : one column ``subject``: who is scored on the day.
    catalogue : items of one kind of subject, with points, months and reference.
    on : the day; a record counts if it happened and was reported by then, and has not expired.

    Returns columns ``subject, subject_kind, record_id, item, dimension, occurred_on, reported_on,
    points_milli, expires_on, reference``. The day ``expires_on`` is the first on which the record
    no longer counts (half-open).
    """
    import ibis

    rules = item_table(catalogue)
    day = ibis.date(on)
    known = records.filter(
        records.subject_kind == catalogue.subject_kind, records.occurred_on <= day, records.reported_on <= day
    )
    matched = known.join(rules, ["item", "catalogue_kind"])
    ends = (matched.occurred_on + matched.months.as_interval("M")).cast("date")
    effective = matched.mutate(subject=matched.subject_id, expires_on=ends).filter(ends > day)
    return effective.semi_join(enrolled, "subject").select(*COLUMNS)


def ledger_of(tables: dict[str, "ibis.Table"], rules: RuleSet, catalogue: Catalogue) -> "ibis.Table":
    """The ledger of one kind of subject from the accepted tables of ``Records``."""
    return ledger(tables["credit_records"], scored(tables, rules, catalogue), catalogue, rules.on)


def scored(tables: dict[str, "ibis.Table"], rules: RuleSet, catalogue: Catalogue) -> "ibis.Table":
    """Who has a score on the day, one column ``subject``.

    Enterprises registered by then; persons of age who are enrolled and have not left. Nobody else is
    in the table, and nothing follows from not being in it.
    """
    import ibis

    day = ibis.date(rules.on)
    if catalogue.subject_kind == "enterprise":
        firms = tables["enterprises"]
        return firms.filter(firms.registered_on <= day).select(subject=firms.enterprise_id)
    people = tables["individuals"]
    stays = people.left_on.isnull() | (people.left_on > day)
    of_age = people.age >= rules.minimum_age
    return people.filter(people.enrolled_on <= day, stays, of_age).select(subject=people.person_id)


def item_table(catalogue: Catalogue) -> "ibis.Table":
    """The items in force as a table, one row an item."""
    import ibis

    rows = [
        (i.id, i.dimension, i.catalogue_kind, i.points, i.months, i.reference) for i in catalogue.items
    ]  # fmt: skip
    schema = {
        "item": "string",
        "dimension": "string",
        "catalogue_kind": "string",
        "points_milli": "int64",
        "months": "int64",
        "reference": "string",
    }
    columns: dict[str, list[object]] = {n: [r[i] for r in rows] for i, n in enumerate(schema)}
    return ibis.memtable(columns, schema=schema)
