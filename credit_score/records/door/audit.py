"""Age band and gender, derived at the door for audits of fairness alone and kept where no score can reach them.

They live in an engine of their own: an expression over records, points or scores cannot be joined to them.
"""

from typing import TYPE_CHECKING

from credit_score.engine import another, handed

if TYPE_CHECKING:
    import ibis

    from credit_score.records.door.pseudonyms import Pseudonyms

# The least age of each band, in years; ours.
BANDS = {0: "18-29", 30: "30-44", 45: "45-59", 60: "60+"}


def audit_table(names: "Pseudonyms", individuals: "ibis.Table") -> "ibis.Table":
    """``subject, age_band, gender`` of the accepted persons, in an engine of its own.

    ``gender`` is read off an identity number's seventeenth digit (GB 11643: odd male, even female); null where
    persons carry other identifiers.
    """
    import ibis

    known = names.subjects.filter(names.subjects.kind == "individual")
    persons = individuals.join(known, individuals.person_id == known.subject)
    digit = persons.raw.substr(16, 1).try_cast("int64") if names.scheme.person == "cn_ric" else ibis.null("int64")
    band = ibis.cases(*((persons.age >= least, name) for least, name in reversed(BANDS.items())), else_=None)
    gender = ibis.cases((digit % 2 == 1, "male"), (digit % 2 == 0, "female"), else_=None)
    derived = persons.select(subject=persons.person_id, age_band=band, gender=gender).order_by("subject")
    return handed(names.engine, another(names.engine), "audit", derived)
