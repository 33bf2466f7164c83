"""How much is recorded: by which factor the rates of events are raised, so that a subject has so many records."""

from __future__ import annotations

import math

from credit_score.errors import RecordsError
from credit_score.records.synthetic.events import enterprise_records, person_records
from credit_score.records.synthetic.firms import make_firms
from credit_score.records.synthetic.people import make_people
from credit_score.records.synthetic.ratings import later_records
from credit_score.records.synthetic.staff import make_staff
from credit_score.records.synthetic.streams import stream
from credit_score.records.synthetic.visits import make_visits

SAMPLE = 5_000
MOST_RECORDS = 10**10  # what a number of ten digits can tell apart


def rate_factor(records: float | None, *, n_enterprises: int, n_individuals: int, seed: int) -> float:
    """The factor on the rates of events by which a subject has about `records` records on average; 1 without one.

    Entries in the register, visits and tax ratings are not events of a rate and stay as many as they are: the factor
    makes up what they leave, by what a sample of the county's own first subjects has. Raises RecordsError for fewer
    records than those, and for more than there are numbers.
    """
    if records is None:
        return 1.0
    n = n_enterprises + n_individuals
    if not (math.isfinite(records) and records > 0):
        raise RecordsError(f"{records} is no number of records a subject", where="synthetic county",
                           remedy="ask for some, as 10")  # fmt: skip
    if records * n > MOST_RECORDS / 2:
        what, remedy = f"{records} records a subject, {records * n:.3g} in all", "ask for fewer"
        raise RecordsError(what, where="synthetic county", remedy=remedy)
    with_rate, without = _sample(n_enterprises, n_individuals, seed)
    if not with_rate or records * n < without:
        least = f"the registers, visits and ratings alone make {without / max(n, 1):.2f}"
        raise RecordsError(f"{records} records a subject, where {least}", where="synthetic county",
                           remedy="ask for more")  # fmt: skip
    return (records * n - without) / with_rate


def _sample(n_enterprises: int, n_individuals: int, seed: int) -> tuple[float, float]:
    """Records of the county by rates, and others, as its first subjects have them."""
    firms_n, people_n = min(SAMPLE, n_enterprises), min(SAMPLE, n_individuals)
    staff = make_staff(stream(seed, "inspectors"), n_enterprises=n_enterprises)
    firms = make_firms(stream(seed, "firms"), start=0, stop=firms_n)
    visits = make_visits(stream(seed, "visits"), firms=firms, staff=staff)
    people = make_people(stream(seed, "people"), start=0, stop=people_n, first_household=0)
    of_firms = [
        enterprise_records(stream(seed, "firm_events"), firms=firms, visits=visits, start=0, factor=factor)
        for factor in (0.0, 1.0)
    ]
    later = later_records(stream(seed, "later_records"), firms=firms, records=of_firms[1]).num_rows
    of_people = person_records(stream(seed, "person_events"), people=people, start=0).num_rows
    firm_share, people_share = n_enterprises / max(firms_n, 1), n_individuals / max(people_n, 1)
    none, all_ = (table.num_rows for table in of_firms)
    return (all_ - none) * firm_share + of_people * people_share, (none + later) * firm_share
