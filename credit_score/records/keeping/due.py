"""What is due for deletion on a day: persons who left, and records of persons that may be kept no longer.

The limits are law (:mod:`credit_score.policy.retention`). Nothing is deleted here: the list is for a person to look at.
"""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from credit_score.policy import Policy
from credit_score.policy.dated import Figure
from credit_score.policy.periods import counts_from, months_later
from credit_score.policy.retention import bad_items, retention
from credit_score.records.door.held_items import purposes_of
from credit_score.records.intake import Records
from credit_score.records.keeping.forget import Gone

if TYPE_CHECKING:
    import ibis
    import pandas as pd

COLUMNS = ["subject", "record_id", "ground", "since", "basis", "reference"]
GROUNDS = ("left", "consent_withdrawn", "bad_record")


def due(records: Records, policy: Policy, on: date) -> "pd.DataFrame":
    """A row for each person, or record of a person, that is due on a day, the longest due first.

    ``subject`` (a pseudonym), ``record_id`` (empty where all of the person is due), ``ground`` (``left``: the consent
    to the scheme is withdrawn; ``consent_withdrawn``: the one that a record rested on is; ``bad_record``: bad
    information past its limit), ``since`` (the first day), ``basis`` and ``reference`` of the limit.
    """
    import pandas as pd

    limits, tables = retention(), records.tables
    found: list[tuple[Any, ...]] = []
    if withdrawn := limits.withdrawn.at(on):
        found += _cited("left", _left(tables, on), withdrawn)
        found += _cited("consent_withdrawn", _unconsented(tables, on), withdrawn)
    if kept := limits.bad_records.at(on):
        found += _cited("bad_record", _bad(tables, bad_items(policy.model), kept.value, on), kept)
    table = pd.DataFrame(found, columns=COLUMNS)
    whole = table.loc[table["ground"] == "left", "subject"]
    rest = table[(table["ground"] == "left") | ~table["subject"].isin(whole)]
    return rest.sort_values(["since", "subject", "record_id"], ignore_index=True)


def to_forget(table: "pd.DataFrame") -> Gone:
    """What a list of :func:`due` asks to delete: persons who left, and single records of the others."""
    left = table["ground"] == "left"
    return Gone.of(table.loc[left, "subject"], table.loc[~left, "record_id"])


def _cited(ground: str, rows: Iterator[tuple[str, str, date]], figure: Figure) -> Iterator[tuple[Any, ...]]:
    for subject, record, since in rows:
        yield subject, record, ground, max(since, figure.since), figure.basis, figure.reference


def _left(tables: "dict[str, ibis.Table]", on: date) -> Iterator[tuple[str, str, date]]:
    people = tables["individuals"]
    gone = people.filter(people.left_on <= on).select("person_id", "left_on").execute()
    yield from ((row.person_id, "", _day(row.left_on)) for row in gone.itertuples())


def _bad(
    tables: "dict[str, ibis.Table]", items: frozenset[str], months: int, on: date
) -> Iterator[tuple[str, str, date]]:
    records = _of_persons(tables["credit_records"])
    bad = records["item"].isin(sorted(items)) | records.catalogue_kind.isin(retention().bad_kinds)
    past = records.filter(bad, records.occurred_on < counts_from(on, months))
    for row in past.select("subject_id", "record_id", "occurred_on").execute().itertuples():
        yield row.subject_id, row.record_id, months_later(_day(row.occurred_on), months)


def _unconsented(tables: "dict[str, ibis.Table]", on: date) -> Iterator[tuple[str, str, date]]:
    """Records that only a consent allowed, none of those that covered them being in force any more."""
    records, consents = _of_persons(tables["credit_records"]), tables["consents"]
    purposes = purposes_of(records.select("item").distinct().execute()["item"])
    if not purposes:
        return
    asked = records.mutate(_purpose=records["item"].cases(*purposes.items())).filter(lambda t: t._purpose.notnull())
    covers = [asked.subject_id == consents.person_id, asked._purpose == consents.purpose]
    covered = asked.join(consents, covers).filter(lambda t: t.given_on <= t.occurred_on)
    ended = covered.withdrawn_on <= on
    ends = covered.group_by("subject_id", "record_id").aggregate(
        holds=(~ended.fill_null(False)).any(), since=covered.withdrawn_on.max()
    )
    for row in ends.filter(~ends.holds).execute().itertuples():
        yield row.subject_id, row.record_id, _day(row.since)


def _of_persons(records: "ibis.Table") -> "ibis.Table":
    return records.filter((records.subject_kind == "individual") | records.subject_id.startswith("S-"))


def _day(value: Any) -> date:
    return date.fromisoformat(str(value)[:10])
