"""What a run keeps so that statements can be made of it again: registrations, and facts with the unit they come from.

Facts are records that were effective on the day: of enterprises, of the items that sections of reports name; of
persons, of their own items. No points and no tier stand here.
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
    own = [i.id for i in rules.individual.items] if rules.individual else []
    told_of = {"enterprise": sorted(rules.model.statements.items), "individual": own}
    mine = ibis.or_(*((facts.subject_kind == kind) & facts["item"].isin(items) for kind, items in told_of.items()))
    told = facts.filter(mine).rename(subject="subject_id").select("subject", "subject_kind", *TOLD)
    return {FIRMS: named.select("subject", *REGISTERED), FACTS: told}
