"""Items of records held to the floor: what nobody may hold, and what needs a person's consent.

The floor (:mod:`credit_score.policy.held`) judges each item once; rows meet the verdict by a join.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from credit_score.engine import kept
from credit_score.policy.held import kinds, verdict_on
from credit_score.records.door.statements import Statements

if TYPE_CHECKING:
    import ibis
    import pandas as pd

FORBIDDEN, CONDITIONAL = "forbidden", "conditional"
VERDICTS = "map_floor"
_NAMES = ("_item", "_of_kind", "_status", "_purpose")


def conditional() -> list[str]:
    """Ids of the kinds of data that may be held of a person only with a consent (征信业管理条例 Art 14)."""
    return sorted(kind.id for kind in kinds() if kind.status == CONDITIONAL)


def look_up_items(ask: Statements, seen: str) -> bool:
    """Whether the floor says something of an item that stands in a table of typed rows; what it says is then held."""
    import pyarrow as pa

    items = ask.fetch("items", lambda: ask.engine.table(seen).select("item").distinct())
    found = _verdicts(item for item in items["item"].to_pylist() if item is not None)
    if found:
        told = pa.Table.from_pylist(found, schema=pa.schema([(name, pa.string()) for name in _NAMES]))
        kept(ask.engine, VERDICTS, told)
    return bool(found)


def with_floor(records: "ibis.Table", verdicts: "ibis.Table | None", consents: "ibis.Table") -> "ibis.Table":
    """Records with ``_forbidden`` and ``_unconsented``: whether the item may be held of nobody, or lacks a consent.

    ``records`` are typed rows of ``credit_records`` with ``_file``, ``row`` and ``_subject_subject_id``; ``verdicts``
    what was looked up, None where the floor has nothing to say. A consent counts if it was given by the day the record
    happened and not withdrawn by the day it was reported.
    """
    import ibis

    if verdicts is None:
        return records.mutate(_forbidden=ibis.literal(False), _unconsented=ibis.literal(False))
    person = (records.subject_kind != "enterprise") | records._subject_subject_id.startswith("S-").fill_null(False)
    asked_of = records.mutate(_speaks_of=ibis.ifelse(person, "person", "enterprise"))
    joined = asked_of.left_join(
        verdicts, [asked_of["item"] == verdicts._item, asked_of._speaks_of == verdicts._of_kind]
    )
    asked = joined.filter(joined._status == CONDITIONAL)
    agreed = asked.join(consents, [asked._subject_subject_id == consents.person_id, asked._purpose == consents.purpose])
    stays = agreed.withdrawn_on.isnull() | (agreed.withdrawn_on > agreed.reported_on)
    good = agreed.filter(agreed.given_on <= agreed.occurred_on, stays).select(_in="_file", _at="row").distinct()
    both = joined.left_join(good, [joined["_file"] == good["_in"], joined["row"] == good["_at"]])
    return both.mutate(
        _forbidden=(both._status == FORBIDDEN).fill_null(False),
        _unconsented=((both._status == CONDITIONAL) & both["_at"].isnull()).fill_null(False),
    ).drop(*_NAMES, "_speaks_of", "_in", "_at")


def purposes_of(items: "pd.Series") -> dict[str, str]:
    """Of these items, those that may be held of a person only with a consent → the purpose it must be for."""
    found = (row for row in _verdicts(items.dropna()) if row["_of_kind"] == "person" and row["_status"] == CONDITIONAL)
    return {row["_item"]: row["_purpose"] for row in found}


def in_force(consents: "ibis.Table") -> "ibis.Table":
    """Each consent once: withdrawn as soon as any version of it says so, on the earliest day that one says."""
    own = ["consent_id", "person_id", "purpose", "given_on"]
    return consents.group_by(own).aggregate(withdrawn_on=consents.withdrawn_on.min())


def _verdicts(items: Iterable[str]) -> list[dict[str, str]]:
    """What the floor says of each item of a person's and of an enterprise's, where it may not simply be held.

    Sole proprietors are natural persons, and their records are judged as a person's.
    """
    rows = []
    for item in items:
        for of_kind in ("person", "enterprise"):
            held = verdict_on(item, personal=of_kind == "person")
            if held and held.status in (FORBIDDEN, CONDITIONAL):
                rows.append(dict(zip(_NAMES, (item, of_kind, held.status, held.id), strict=True)))
    return rows
