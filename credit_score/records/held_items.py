"""Items of records held to the floor: what nobody may hold, and what needs a person's consent.

The floor (:mod:`credit_score.policy.held`) judges each item once; rows meet the verdict by a join.
"""

from typing import TYPE_CHECKING

from credit_score.engine import kept
from credit_score.policy.held import kinds, verdict_on

if TYPE_CHECKING:
    import ibis
    import pandas as pd

FORBIDDEN, CONDITIONAL = "forbidden", "conditional"
_NAMES = ("_item", "_of_kind", "_status", "_purpose")


def conditional() -> list[str]:
    """Ids of the kinds of data that may be held of a person only with a consent (征信业管理条例 Art 14)."""
    return sorted(kind.id for kind in kinds() if kind.status == CONDITIONAL)


def with_floor(
    engine: "ibis.BaseBackend", records: "ibis.Table", seen: "ibis.Table", consents: "ibis.Table"
) -> "ibis.Table":
    """Records with ``_forbidden`` and ``_unconsented``: whether the item may be held of nobody, or lacks a consent.

    ``records`` are typed rows of ``credit_records`` with ``_file``, ``row`` and ``_subject_subject_id``, and ``seen``
    the same rows before they were matched with subjects, in which the items are looked up. A consent counts if it was
    given by the day the record happened and not withdrawn by the day it was reported.
    """
    import ibis
    import pyarrow as pa

    found = _verdicts(seen.select("item", "subject_kind").distinct().execute())
    if not found:
        return records.mutate(_forbidden=ibis.literal(False), _unconsented=ibis.literal(False))
    told = pa.Table.from_pylist(found, schema=pa.schema([(name, pa.string()) for name in _NAMES]))
    verdicts = kept(engine, "map_floor", told)
    joined = records.left_join(verdicts, [records["item"] == verdicts._item, records.subject_kind == verdicts._of_kind])
    asked = joined.filter(joined._status == CONDITIONAL)
    agreed = asked.join(consents, [asked._subject_subject_id == consents.person_id, asked._purpose == consents.purpose])
    stays = agreed.withdrawn_on.isnull() | (agreed.withdrawn_on > agreed.reported_on)
    good = agreed.filter(agreed.given_on <= agreed.occurred_on, stays).select(_in="_file", _at="row").distinct()
    both = joined.left_join(good, [joined["_file"] == good["_in"], joined["row"] == good["_at"]])
    return both.mutate(
        _forbidden=(both._status == FORBIDDEN).fill_null(False),
        _unconsented=((both._status == CONDITIONAL) & both["_at"].isnull()).fill_null(False),
    ).drop(*_NAMES, "_in", "_at")


def _verdicts(found: "pd.DataFrame") -> list[dict[str, str]]:
    """What the floor says of each item of each kind of subject, where it says that it may not simply be held."""
    rows = []
    for item, kind in found.dropna().itertuples(index=False):
        held = verdict_on(item, personal=kind != "enterprise")
        if held and held.status in (FORBIDDEN, CONDITIONAL):
            rows.append(dict(zip(_NAMES, (item, kind, held.status, held.id), strict=True)))
    return rows
