"""双公示: licences and penalties that are public on a day, of firms one by one, of sole proprietors as counts.

A penalty is public from its decision to the end of its publicity, a class that is not published never; a record that is
withdrawn, corrected, repaired or ended is in no list. The rules of repair say which and how long.
"""

from typing import TYPE_CHECKING

from credit_score.pilot.standing import Standing
from credit_score.policy import RuleSet
from credit_score.policy.named import Label
from credit_score.records.door.identity import PERSONS
from credit_score.records.duties.repair import repair_table
from credit_score.records.life import with_life

if TYPE_CHECKING:
    import ibis

LICENCE, PENALTY = "licence", "penalty"
COLUMNS = [
    "record_id", "kind", "item", "unit", "decided_on", "reported_on", "published_until", "subject", "name", "disputed",
]  # fmt: skip


def decided_items(rules: RuleSet) -> dict[str, Label]:
    """Items of licences, then of penalties, with their words."""
    publication, repair = rules.model.publication, rules.model.repair
    licences = {named.id: named.label for named in publication.licences} if publication else {}
    labels = {item.id: item.label for item in rules.model.enterprise.items}
    return licences | {item: labels[item] for grade in (repair.classes if repair else ()) for item in grade.items}


def public_decisions(standing: Standing, *, persons: bool) -> "ibis.Table":
    """Decisions that are public on the day, of sole proprietors or of all others, a row a record.

    ``record_id, kind`` (licence or penalty)``, item, unit, decided_on, reported_on, published_until`` (the first day on
    which it is public no more, empty where nothing ends it)``, subject, name, disputed`` (yes or no), the last decision
    first. Of sole proprietors for counting only, in no order: never told as it is.
    """
    import ibis

    rules = standing.rules
    licences = [n.id for n in rules.model.publication.licences] if rules.model.publication else []
    lived = with_life(standing.records.tables, standing.on, standing.known)
    lived = lived.filter(lived.subject_kind == "enterprise", lived.life.isin(["counts", "disputed"]))
    is_person = ibis.or_(*(lived.subject_id.startswith(begin) for begin in PERSONS))
    lived = lived.filter(is_person if persons else ~is_person)
    licensed = lived.filter(lived["item"].isin(licences)).mutate(kind=ibis.literal(LICENCE), until=ibis.null("date"))
    rows = _named(ibis.union(licensed, _penalties(lived, standing)), standing).select(COLUMNS)
    return rows if persons else rows.order_by(ibis.desc("decided_on"), "unit", "record_id")


def _penalties(lived: "ibis.Table", standing: Standing) -> "ibis.Table":
    """Records of classes of dishonesty that the rules of the day publish, with the day their publicity ends."""
    import ibis

    records = standing.records
    if standing.rules.model.repair is None:
        return lived.limit(0).mutate(kind=ibis.literal(PENALTY), until=ibis.null("date"))
    found = repair_table(records["credit_records"], records["record_events"], standing.rules, known_on=standing.known)
    public = found.filter(found.published.fill_null(False)).select("record_id", until="ends_by_itself_on")
    return lived.join(public, "record_id").mutate(kind=ibis.literal(PENALTY)).select(*lived.columns, "kind", "until")


def _named(rows: "ibis.Table", standing: Standing) -> "ibis.Table":
    """With the firm's name, and whether a dispute is open."""
    import ibis

    firms = standing.records["enterprises"].select("enterprise_id", "name")
    joined = rows.left_join(firms, rows.subject_id == firms.enterprise_id)
    return joined.select(
        "record_id", "kind", "item", "unit", "reported_on", "name", decided_on=joined.occurred_on,
        published_until=joined.until, subject=joined.subject_id,
        disputed=ibis.ifelse(joined.life == "disputed", "yes", "no"),
    )  # fmt: skip
