"""The life of a record: reported, disputed, upheld, corrected, withdrawn, repaired. Nothing is ever overwritten.

Every record and every event carries two days: when it happened and when it was known. A correction or withdrawal says
that a record was wrong from the beginning, so once known it takes the record back for every day; a repair ends a record
that was right, from the day of the repair on. Asked for a day as known on that day, records count as they were
published then; as known later, as they should have counted.
"""

from datetime import date
from typing import TYPE_CHECKING

from credit_score.errors import RecordsError

if TYPE_CHECKING:
    import ibis

STATES = ("not_yet", "corrected", "withdrawn", "repaired", "disputed", "counts")
TAKEN_BACK = ("corrected", "withdrawn")
OUTCOMES = ("upheld", *TAKEN_BACK)


def known_day(on: date, known: date | None) -> date:
    """The day by what was known on which a day is asked, by default the same; raises RecordsError if earlier."""
    known = known or on
    if known < on:
        raise RecordsError(
            f"what was known on {known} cannot say what counted on {on}", remedy="ask for the same day or a later one"
        )
    return known


def effective(tables: "dict[str, ibis.Table]", on: date, as_known_on: date | None = None) -> "ibis.Table":
    """The credit records that count on a day, by what was known on a day (by default the same).

    The columns of ``credit_records`` and ``disputed``: whether a dispute about the record was open on the day.
    Which of them a rule still counts, and for how many points, is for the ledger to say.
    """
    lived = with_life(tables, on, as_known_on)
    return lived.filter(lived.life.isin(["counts", "disputed"])).mutate(disputed=lived.life == "disputed").drop("life")


def with_life(tables: "dict[str, ibis.Table]", on: date, as_known_on: date | None = None) -> "ibis.Table":
    """All credit records with ``life`` on a day, by what was known on a day.

    ``not_yet`` (not happened by the day, or not known), ``corrected``, ``withdrawn``, ``repaired``, ``disputed`` (it
    counts, and a dispute is open) or ``counts``.
    """
    import ibis

    day, known = ibis.date(on), ibis.date(as_known_on or on)
    records = tables["credit_records"]
    state = _state(tables["record_events"], day, known)
    joined = records.left_join(state, records.record_id == state.of_record).drop("of_record")
    ended = joined.repaired_on.notnull()
    life = ibis.cases(
        ((joined.occurred_on > day) | (joined.reported_on > known), "not_yet"),
        (joined.corrected.fill_null(False), "corrected"),
        (joined.withdrawn.fill_null(False), "withdrawn"),
        (ended, "repaired"),
        (joined.disputed.fill_null(False), "disputed"),
        else_="counts",
    )
    return joined.mutate(life=life).select(*records.columns, "life")


def _state(events: "ibis.Table", day: "ibis.Value", known: "ibis.Value") -> "ibis.Table":
    """A row a record with events: taken back by now, repaired by the day, a dispute open on the day."""
    heard = events.filter(events.known_on <= known)
    happened = heard.happened_on <= day
    last_dispute = heard.happened_on.max(where=(heard.event == "disputed") & happened)
    last_outcome = heard.happened_on.max(where=heard.event.isin(OUTCOMES) & happened)
    by_record = heard.group_by(of_record=heard.record_id)
    return by_record.aggregate(
        corrected=(heard.event == "corrected").any(),
        withdrawn=(heard.event == "withdrawn").any(),
        repaired_on=heard.happened_on.min(where=(heard.event == "repaired") & happened),
        disputed=last_dispute.notnull() & (last_outcome.isnull() | (last_outcome < last_dispute)),
    )
