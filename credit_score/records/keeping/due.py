"""What is due for deletion on a day: persons who left, and records of persons that may be kept no longer.

The limits are law (:mod:`credit_score.policy.retention`). Nothing is deleted here: the list is for a person to look at.
Of a store every version of a register counts: what was withdrawn once stays so until something newer begins after it.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from credit_score.policy import Policy
from credit_score.policy.dated import Figure
from credit_score.policy.periods import counts_from, months_later
from credit_score.policy.retention import bad_items, retention
from credit_score.records.door.held_items import in_force, purposes_of
from credit_score.records.intake import Records
from credit_score.records.keeping.forget import Gone
from credit_score.records.keeping.store import every_version

if TYPE_CHECKING:
    import ibis
    import pandas as pd

COLUMNS = ["subject", "record_id", "ground", "since", "basis", "reference"]
GROUNDS = ("left", "consent_withdrawn", "bad_record")
Row = tuple[str, str, date]


def due(records: Records, policy: Policy, on: date) -> "pd.DataFrame":
    """A row for each person, or record of a person, that is due on a day, the longest due first.

    ``subject`` (a pseudonym), ``record_id`` (empty where all of the person is due), ``ground`` (``left``: the consent
    to the scheme is withdrawn; ``consent_withdrawn``: no consent for the record is in force; ``bad_record``: bad
    information past its limit), ``since`` (the first day), ``basis`` and ``reference`` of the limit. Of a person who
    came back the records of before are due.
    """
    import pandas as pd

    limits, found = retention(), []
    if withdrawn := limits.withdrawn.at(on):
        found += _cited("left", _left(records, on), withdrawn)
        found += _cited("consent_withdrawn", _unconsented(records, on), withdrawn)
    if kept := limits.bad_records.at(on):
        past = _past(records, kept.value, on)
        bad = past["item"].isin(sorted(bad_items(policy.model))) | past.catalogue_kind.isin(limits.bad_kinds)
        found += _cited("bad_record", _days_past(past.filter(bad), kept.value), kept)
    table = pd.DataFrame(found, columns=COLUMNS).sort_values(["since", "subject", "record_id"], ignore_index=True)
    whole = table.loc[table["record_id"] == "", "subject"]
    rest = table[(table["record_id"] == "") | ~table["subject"].isin(whole)]
    return rest.drop_duplicates(["subject", "record_id"], ignore_index=True)


def unjudged(records: Records, policy: Policy, on: date) -> int:
    """Records of persons past the limit of bad information whose item the policy does not know: a person must look."""
    kept = retention().bad_records.at(on)
    if not kept:
        return 0
    catalogues = (c for c in (policy.model.individual, policy.model.enterprise) if c)
    known = {item.id for catalogue in catalogues for item in catalogue.items}
    past = _past(records, kept.value, on)
    strange = past["item"].notin(sorted(known | bad_items(policy.model)))
    return int(past.filter(strange, past.catalogue_kind.notin(retention().bad_kinds)).count().execute())


def to_forget(table: "pd.DataFrame") -> Gone:
    """What a list of :func:`due` asks to delete: whole persons, and single records of the others."""
    whole = table["record_id"] == ""
    pairs = table.loc[~whole, ["subject", "record_id"]].itertuples(index=False, name=None)
    return Gone.of(table.loc[whole, "subject"], pairs)


def _cited(ground: str, rows: Iterator[Row], figure: Figure) -> Iterator[tuple[Any, ...]]:
    for subject, record, since in rows:
        yield subject, record, ground, max(since, figure.since), figure.basis, figure.reference


def _left(records: Records, on: date) -> Iterator[Row]:
    """Persons who left by a day and have not come back, and what those who have hold from before their return."""
    versions = every_version(records, "individuals")
    by_person = versions.group_by("person_id").aggregate(
        left=versions.left_on.max(where=versions.left_on <= on), back=versions.enrolled_on.max()
    )
    gone = by_person.filter(by_person.left.notnull())
    returned = gone.back > gone.left
    for row in gone.filter(~returned.fill_null(False)).execute().itertuples():
        yield row.person_id, "", _day(row.left)
    held = records["credit_records"]
    old = held.join(gone.filter(returned), held.subject_id == gone.person_id).filter(lambda t: t.occurred_on < t.back)
    for row in old.select("subject_id", "record_id", "left").execute().itertuples():
        yield row.subject_id, row.record_id, _day(row.left)


def _past(records: Records, months: int, on: date) -> "ibis.Table":
    """Records of persons that are older than so many months on a day: the limit itself is still within."""
    held = _of_persons(records)
    return held.filter(held.occurred_on < counts_from(on - timedelta(days=1), months))


def _days_past(records: "ibis.Table", months: int) -> Iterator[Row]:
    for row in records.select("subject_id", "record_id", "occurred_on").execute().itertuples():
        yield row.subject_id, row.record_id, months_later(_day(row.occurred_on), months) + timedelta(days=1)


def _unconsented(records: Records, on: date) -> Iterator[Row]:
    """Records that only a consent allows and none in force covers, in whatever version it stands."""
    held = _of_persons(records)
    purposes = purposes_of(held.select("item").distinct().execute()["item"])
    if not purposes:
        return
    asked = held.mutate(_purpose=held["item"].cases(*purposes.items())).filter(lambda t: t._purpose.notnull())
    consents = in_force(every_version(records, "consents"))
    covers = [
        asked.subject_id == consents.person_id, asked._purpose == consents.purpose,
        asked.occurred_on >= consents.given_on,
    ]  # fmt: skip
    both = asked.left_join(consents, covers)
    holds = both.given_on.notnull() & ~(both.withdrawn_on <= on).fill_null(False)
    ends = both.group_by("subject_id", "record_id", "reported_on").aggregate(
        holds=holds.any(), since=both.withdrawn_on.max()
    )
    for row in ends.filter(~ends.holds).execute().itertuples():
        yield row.subject_id, row.record_id, _day(row.reported_on if row.since is None else row.since)


def _of_persons(records: Records) -> "ibis.Table":
    held = records["credit_records"]
    return held.filter((held.subject_kind == "individual") | held.subject_id.startswith("S-"))


def _day(value: Any) -> date:
    return date.fromisoformat(str(value)[:10])
