"""What a run keeps so that statements can be made of it again: registrations, and facts with the unit they come from.

Facts are records that were effective on the day: those that count, and of enterprises those without points that a
section of reports names. No points and no tier stand here.
"""

from typing import TYPE_CHECKING

from credit_score.records.door.identity import PERSONS
from credit_score.records.life import effective
from credit_score.report.run import Run

if TYPE_CHECKING:
    import ibis

FIRMS, FACTS = "firms", "facts"
REGISTERED = ("name", "legal_form", "sector", "size", "town", "registered_on")
TOLD = ("record_id", "item", "unit", "occurred_on", "reported_on", "disputed")


def report_tables(run: Run) -> "dict[str, ibis.Table]":
    """``firms`` and ``facts`` by ``subject``; none where the policy has no statements.

    A sole proprietor, who is a natural person, has no name here.
    """
    import ibis

    rules = run.rules
    if rules.model.statements is None:
        return {}
    firms = run.records["enterprises"]
    firms = firms.filter(firms.registered_on <= ibis.date(rules.on)).rename(subject="enterprise_id")
    is_person = ibis.or_(*(firms.subject.startswith(sign) for sign in PERSONS))
    named = firms.mutate(name=ibis.ifelse(is_person, ibis.null("string"), firms.name))
    facts = effective(run.records.tables, rules.on, run.as_known_on)
    others = [o.id for section in rules.model.statements.sections for o in section.others]
    counted = facts.semi_join(run.tables["ledger"], "record_id")
    beside = facts.filter(facts.subject_kind == "enterprise", facts["item"].isin(others))
    told = ibis.union(counted, beside).rename(subject="subject_id").select("subject", "subject_kind", *TOLD)
    return {FIRMS: named.select("subject", *REGISTERED), FACTS: told}
